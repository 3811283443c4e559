"""Why messages reach nobody: each failure's stable code belongs to a class, which says what may help.

| class | what it means, and what helps |
|---|---|
| address | nothing will ever arrive at the e-mail address: another way |
| mailbox | the mailbox stayed full: another way, this time |
| policy | somebody's policy refused the mail, or the letter: an operator's matter, nothing against the address |
| expired | it could not be brought in time |
| undelivered | given back, nobody says why in words that we know |
| postal-address | the postal address does not do |
| content | the letter could not be drawn |
"""

from collections.abc import Mapping
from typing import Literal

FailureClass = Literal["address", "mailbox", "policy", "expired", "undelivered", "postal-address", "content"]

NO_SUCH_ADDRESS = "no-such-address"
MAILBOX_FULL = "mailbox-full"
REFUSED = "refused-by-relay"
EXPIRED_ON_THE_WAY = "expired-on-the-way"
BOUNCED = "bounced"
ADDRESS_SUPPRESSED = "address-suppressed"

_CLASSES: Mapping[str, FailureClass] = {
    NO_SUCH_ADDRESS: "address",
    "address-malformed": "address",
    "address-needs-smtputf8": "address",
    ADDRESS_SUPPRESSED: "address",
    MAILBOX_FULL: "mailbox",
    REFUSED: "policy",
    "refused-by-provider": "policy",
    EXPIRED_ON_THE_WAY: "expired",
    "gave-up": "expired",
    BOUNCED: "undelivered",
    "address-does-not-fit": "postal-address",
    "address-closed": "postal-address",
    "letter-not-rendered": "content",
}


def class_of(failure: str) -> FailureClass | None:
    """Return the class of a failure's code; None for one that belongs to none."""
    return _CLASSES.get(failure)


def is_hard(failure: str) -> bool:
    """Tell whether a failure says that nothing will ever arrive at the e-mail address."""
    return class_of(failure) == "address"
