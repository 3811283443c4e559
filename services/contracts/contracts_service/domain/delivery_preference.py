"""By which way a person is told what the law wants on a durable medium (code de la mutualité, L221-6-5).

Paper is free and at hand at any time, by whoever asks for it; and it is the way as long as nobody knows that e-mails are read.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Delivery = Literal["electronic", "paper"]
PaperReason = Literal["chosen", "no-email", "email-undeliverable", "email-unconfirmed"]


@dataclass(frozen=True)
class EmailState:
    """What is known of an e-mail address beside the address itself."""

    known: bool
    unconfirmed_since: datetime | None = None
    undeliverable_since: datetime | None = None


def why_paper(preference: Delivery, email: EmailState) -> PaperReason | None:
    """Return why a person is told on paper; None where it is by e-mail."""
    if preference == "paper":
        return "chosen"
    if not email.known:
        return "no-email"
    if email.undeliverable_since is not None:
        return "email-undeliverable"
    return None if email.unconfirmed_since is None else "email-unconfirmed"


def effective_delivery(preference: Delivery, email: EmailState) -> Delivery:
    """Return by which way a person is told today."""
    return "electronic" if why_paper(preference, email) is None else "paper"
