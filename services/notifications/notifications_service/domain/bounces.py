"""What a delivery report says (RFC 3464), and what follows from its status (RFC 3463): one table.

| status of a failure | failure | why |
|---|---|---|
| 5.1.x, 5.2.1, 5.4.4 | no-such-address | no such mailbox or domain, no way to it, or closed for good |
| 5.1.7, 5.1.8 | refused-by-relay | 5.1.x, but about our own address |
| 4.2.2, 5.2.2 | mailbox-full | soft: it has room some other day |
| 5.7.x | refused-by-relay | policy: nothing against the address |
| other 4.x.x | expired-on-the-way | some server has tried for days |
| any other, or none | bounced | it has not arrived, and nobody says why |
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from notifications_service.domain.failure_classes import (
    BOUNCED,
    EXPIRED_ON_THE_WAY,
    MAILBOX_FULL,
    NO_SUCH_ADDRESS,
    REFUSED,
)

_SENDERS_FAULT = frozenset({"5.1.7", "5.1.8"})
_NO_WAY = frozenset({"5.2.1", "5.4.4"})
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
# In a server's own words: the status follows the reply's code, so that an IP address is not taken for one.
_REPLY = re.compile(r"(?<!\d)[245]\d\d[ -]+#?([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_ACTION = re.compile(r"[a-z]+")


class Action(StrEnum):
    """What became of a mail on its way, the best first."""

    REACHED = "reached"
    DELAYED = "delayed"
    FAILED = "failed"


_ACTIONS = {
    "failed": Action.FAILED,
    "error": Action.FAILED,  # OpenSMTPD
    "delayed": Action.DELAYED,
    "delivered": Action.REACHED,
    "relayed": Action.REACHED,
    "expanded": Action.REACHED,
}


@dataclass(frozen=True)
class BounceReport:
    """What a report says of a mail. Of its words nothing is kept: they may quote an address."""

    action: Action
    status: str | None = None

    @property
    def failure(self) -> str:
        """Return the failure's code, by the table above."""
        return failure_by(self.status)


def failure_by(status: str | None) -> str:
    """Return the code of a failure with this enhanced status."""
    if status is None:
        return BOUNCED
    kind, subject, detail = status.split(".")
    if (subject, detail) == ("2", "2"):
        return MAILBOX_FULL
    if kind == "4":
        return EXPIRED_ON_THE_WAY
    if status in _SENDERS_FAULT or status.startswith("5.7."):
        return REFUSED
    return NO_SUCH_ADDRESS if status.startswith("5.1.") or status in _NO_WAY else BOUNCED


def report_on(action: str, status: str, diagnostic: str) -> BounceReport | None:
    """Read the fields Action, Status and Diagnostic-Code of one recipient (RFC 3464, 2.3); None where there is no action."""
    word = _ACTION.search(action.lower())
    what = _ACTIONS.get(word.group()) if word else None
    if what is None:
        return None
    given = _STATUS.search(status)
    said = status_in_words(diagnostic)
    # `5.0.0` says no more than Action does; the server far away may have said why.
    if given is None:
        return BounceReport(what, said)
    return BounceReport(what, said or given[1] if given[1].endswith(".0.0") else given[1])


def status_in_words(words: str) -> str | None:
    """Return the enhanced status in a server's reply that somebody quotes, such as `550-5.1.1 …`."""
    reply = _REPLY.search(words)
    return reply and reply.group(1)


def mildest(reports: list[BounceReport]) -> BounceReport:
    """Return the one report on a mail of which several were made, since somebody has forwarded it to several.

    Who has it, has it: one that was reached goes before a delay, that before a failure, and no address is blamed unless all are.
    """
    order = [*Action]
    return min(reports, key=lambda one: (order.index(one.action), one.failure == NO_SUCH_ADDRESS))
