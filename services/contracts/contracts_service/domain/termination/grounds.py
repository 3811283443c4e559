"""What a motive comes to on a given day: a ground to end the contract, or a reason why it is none."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from contracts_service.domain.termination.motives import Motive

Reason = Literal[
    "first-year",
    "notice-too-short",
    "denunciation-late",
    "renewal-notice-in-time",
    "event-too-old",
    "event-to-come",
    "event-unknown",
    "withdrawal-late",
    "not-in-the-rules",
    "no-basis",
    "employers-contract",
    "other-rules-for-groups",
    "formal-notice-too-early",
    "termination-too-early",
    "contract-ended",
    "ends-earlier-already",
]


@dataclass(frozen=True)
class Ground:
    """A motive that applies: the last day of cover, and the articles that say so."""

    motive: Motive
    effective_date: date
    articles: tuple[str, ...]


@dataclass(frozen=True)
class Inapplicable:
    """A motive that does not apply, and why."""

    reason: Reason
    articles: tuple[str, ...]


Verdict = Ground | Inapplicable
