"""What a mail relay's answer means: one table, by reply code (RFC 5321) and enhanced status (RFC 3463).

| answer | verdict |
|---|---|
| 250 after DATA | sent: accepted by the relay, not yet delivered |
| 4xx, or a 5xx whose status is 4.x.x | temporary: greylisting, a full mailbox, a busy relay |
| 5xx 5.1.x or 5.2.1 at RCPT or after DATA; 550, 551, 553 without a status at RCPT | no such address: final |
| 552, 5.2.2 | full: temporary, whatever its first digit says |
| 5xx 5.7.x, or without a status, in words of policy | refused by policy: final for this mail, nothing against the address |
| other 5xx at RCPT or after DATA | refused: the same |
| 5xx at MAIL | our sender is refused: a mistake in configuration, tried again while the mail is of use |
| no answer after DATA | possibly sent: tried again with the same Message-ID |
| 421, no answer before DATA | the relay is down: not a failure of the mail, unless it is silent at RCPT |
| 530, 534, 535, 538 | our credentials are refused: not a failure of the mail |
"""

import re
from dataclasses import dataclass
from enum import StrEnum

# Where RFC 2034 wants the status; some relays put a "#" or a bracket around it.
_ENHANCED = re.compile(r"[#(\[]?(?P<status>[245]\.\d{1,3}\.\d{1,3})(?![\w.])")
# A refusal that means us or what we wrote, however it is put. Better a mail that is not sent again than an address that is
# held to be dead: a relay that does not know us any more says 550 to every one of them.
_POLICY = re.compile(
    r"(?<![\d.])5\.7\.\d{1,3}(?![\w.])|relaying|relay access|\b(to|no|not|cannot) relay|spam|polic(y|ies)|black ?list|"
    r"\bblock(ed|list)|denied|reputation|authenticat|not (permitted|allowed|authori[sz]ed)|\b(spf|dkim|dmarc|rbl|dnsbl)\b",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"\S+@\S+")
_QUEUE_ID = re.compile(r"queued as ([A-Za-z0-9._-]{4,64})", re.IGNORECASE)
_CREDENTIALS = frozenset({530, 534, 535, 538})
_NO_ADDRESS_CODES = frozenset({550, 551, 553})  # where no enhanced status says more
_SENDERS_FAULT = frozenset({"5.1.7", "5.1.8"})  # 5.1.x, but about the sender's address
_FULL, _FULL_CODE, _DISABLED = frozenset({"4.2.2", "5.2.2"}), 552, "5.2.1"


class Stage(StrEnum):
    """How far a mail came."""

    CONNECT = "connect"
    LOGIN = "login"
    SENDER = "sender"
    RECIPIENT = "recipient"
    CONTENT = "content"


class Verdict(StrEnum):
    """What became of an attempt."""

    SENT = "sent"
    TEMPORARY = "temporary"
    NO_SUCH_ADDRESS = "no-such-address"
    ADDRESS_MALFORMED = "address-malformed"
    NEEDS_SMTPUTF8 = "address-needs-smtputf8"
    REFUSED = "refused-by-relay"
    SENDER_REFUSED = "sender-refused"
    POSSIBLY_SENT = "possibly-sent"
    RELAY_DOWN = "relay-down"
    CREDENTIALS_REFUSED = "credentials-refused"
    NOT_WRITTEN = "not-written"  # its secret does not open, or its template fails: our mistake, which may be mended
    NOT_TRIED = "not-tried"  # the lease ran out, or another mail found the relay down, before anything was sent


# What an operator should look at, and whose cause is not one member's address.
ALARMS = frozenset({Verdict.REFUSED, Verdict.SENDER_REFUSED, Verdict.CREDENTIALS_REFUSED, Verdict.RELAY_DOWN})


@dataclass(frozen=True)
class RelayAnswer:
    """A relay's answer without its words, which may quote an address.

    `code` is None where none came: after a long wait (`timed_out`), or since the connection was lost.
    """

    stage: Stage
    code: int | None
    enhanced: str | None = None
    queue_id: str | None = None
    speaks_of_policy: bool = False  # in its words, where it gives no status
    timed_out: bool = False

    @classmethod
    def of(cls, stage: Stage, code: int, words: str) -> "RelayAnswer":
        """Keep what is known of an answer: its codes, and the relay's queue id."""
        status, queue_id = _ENHANCED.match(words.strip()), _QUEUE_ID.search(words)
        return cls(
            stage,
            code,
            enhanced=status and status["status"],
            queue_id=queue_id and queue_id.group(1) if code < 300 else None,
            speaks_of_policy=code >= 500 and status is None and _POLICY.search(_ADDRESS.sub("", words)) is not None,
        )

    @property
    def is_about_one_mail(self) -> bool:
        """Tell whether it may be the recipient's doing alone: the relay had taken the sender."""
        return self.stage in {Stage.RECIPIENT, Stage.CONTENT}

    @property
    def is_silence_on_one_mail(self) -> bool:
        """Tell whether none came where it may be the recipient's doing alone."""
        return self.code is None and self.is_about_one_mail

    @property
    def says_full(self) -> bool:
        """Tell whether the mailbox has no room, now or for good."""
        return self.enhanced in _FULL if self.enhanced else self.code == _FULL_CODE

    @property
    def status(self) -> str:
        """Return `code enhanced`, such as `451 4.7.1`; empty where no answer came."""
        return " ".join(str(part) for part in (self.code, self.enhanced) if part)


def verdict_on(answer: RelayAnswer) -> Verdict:
    """Judge an answer by the table above."""
    code = answer.code
    if code is None or not 200 <= code < 600:
        return Verdict.POSSIBLY_SENT if answer.stage is Stage.CONTENT else Verdict.RELAY_DOWN
    if code in _CREDENTIALS or (answer.stage is Stage.LOGIN and code >= 500):
        return Verdict.CREDENTIALS_REFUSED
    if code == 421 or answer.stage in {Stage.CONNECT, Stage.LOGIN}:
        return Verdict.RELAY_DOWN
    if code < 400:
        return Verdict.SENT
    return Verdict.TEMPORARY if code < 500 else _verdict_on_refusal(answer)


def _verdict_on_refusal(answer: RelayAnswer) -> Verdict:
    if answer.stage is Stage.SENDER:
        return Verdict.SENDER_REFUSED
    status = answer.enhanced
    if status is None:
        return _verdict_without_status(answer)
    if status in _FULL or status.startswith("4."):
        return Verdict.TEMPORARY
    unknown = (status.startswith("5.1.") and status not in _SENDERS_FAULT) or status == _DISABLED
    return Verdict.NO_SUCH_ADDRESS if unknown else Verdict.REFUSED


def _verdict_without_status(answer: RelayAnswer) -> Verdict:
    if answer.speaks_of_policy:
        return Verdict.REFUSED
    if answer.code == _FULL_CODE:
        return Verdict.TEMPORARY
    unknown = answer.stage is Stage.RECIPIENT and answer.code in _NO_ADDRESS_CODES
    return Verdict.NO_SUCH_ADDRESS if unknown else Verdict.REFUSED
