"""How a request about a beneficiary stands, and what a member reads of it."""

from typing import Literal, get_args

State = Literal["awaiting_documents", "submitted", "accepted", "refused", "cancelled", "lapsed"]
Verdict = Literal["accepted", "refused", "cancelled", "lapsed"]
Effect = Literal["upcoming", "applied"]
"""Of a request that was accepted: whether the contract says so yet."""

OPEN: tuple[State, ...] = ("awaiting_documents", "submitted")
DECIDED: tuple[State, ...] = ("accepted", "refused")
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)

LABELS: dict[State, str] = {
    "awaiting_documents": "En attente de vos justificatifs",
    "submitted": "Reçue, à l’étude",
    "accepted": "Acceptée",
    "refused": "Refusée",
    "cancelled": "Annulée par vous",
    "lapsed": "Classée sans suite",
}


def label_of(state: State, effect: Effect | None) -> str:
    """Return the French words for where a request stands."""
    return "Acceptée, à venir" if effect == "upcoming" else LABELS[state]
