"""Terminations as they are answered: a draft with its recap, or what became of a request."""

from dataclasses import replace
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel
from service_kit.clock import civil_date

from contracts_service.domain.termination.decision import Decision, Outcome, held_by
from contracts_service.domain.termination.explanation import explain
from contracts_service.domain.termination.grounds import Reason
from contracts_service.domain.termination.motives import Channel, Motive, Use
from contracts_service.domain.termination.recap import Recap
from contracts_service.resources import Contracts
from contracts_service.store.contracts import ContractRow
from contracts_service.store.terminations import TerminationRow
from contracts_service.usecases.draft_termination import OwnDraft
from contracts_service.usecases.termination_recap import Preview, terminable
from contracts_service.usecases.undo_termination import CLOSED, contestable_until

State = Literal["draft", "received", "to_identify", "registered", "routed", "not_open", "contested", "cancelled"]


class AlternativeAnswer(BaseModel):
    """Another way that is open, or opens on `from_date`: for information."""

    motive: Motive
    effective_date: date
    from_date: date | None
    text: str


class ReceiptAnswer(BaseModel):
    """What was received, and what it comes to: `effective_date` is the last day of cover."""

    received_at: datetime
    channel: Channel
    motive: Motive
    motive_label: str
    requalified: bool
    effective_date: date | None
    refund_by: date | None
    reason: Reason | None
    articles: list[str]
    explanation: list[str]
    effects: list[str]
    acknowledgement: str
    contestable_until: datetime | None


class TerminationAnswer(BaseModel):
    """A draft (recap, digest, what else is open) or a request that was received (receipt)."""

    id: UUID
    state: State
    use: Use
    lapses_at: datetime | None = None
    recap: Recap | None = None
    recap_digest: str | None = None
    alternatives: list[AlternativeAnswer] = []
    receipt: ReceiptAnswer | None = None


class TerminationPage(BaseModel):
    """Requests about the contract, newest first; `next` is the cursor of those before them."""

    items: list[TerminationAnswer]
    next: str | None


def draft_answer(draft: OwnDraft) -> TerminationAnswer:
    """Return a draft with all that is to verify."""
    preview = draft.preview
    return TerminationAnswer(
        id=draft.row.id,
        state="draft",
        use=preview.recap.use,
        lapses_at=draft.row.lapses_at,
        recap=preview.recap,
        recap_digest=preview.recap.digest.hex(),
        alternatives=alternatives_of(preview),
    )


def alternatives_of(preview: Preview) -> list[AlternativeAnswer]:
    """Return what else is open."""
    return [AlternativeAnswer(**vars(one.alternative), text=one.text) for one in preview.others]


def received_answer(
    service: Contracts, row: TerminationRow, contract: ContractRow | None, *, recap: Recap | None = None
) -> TerminationAnswer:
    """Return what became of a request about `contract`; the recap is shown to whoever has confirmed it."""
    return TerminationAnswer.model_validate(
        {
            "id": row.id,
            "state": row.state,
            "use": row.use,
            "recap": recap,
            "recap_digest": row.recap_digest.hex(),
            "receipt": None if contract is None else _receipt(service, row, contract),
        }
    )


def _receipt(service: Contracts, row: TerminationRow, contract: ContractRow) -> ReceiptAnswer | None:
    if row.decided_at is None:
        return None
    texts = service.termination_texts[row.brand]
    decision = _decision(row, contract)
    explained = explain(decision, replace(terminable(contract), end_date=row.former_end_date), texts)
    undone = row.state in CLOSED
    words = texts.texts.acknowledgement
    return ReceiptAnswer.model_validate(
        {
            "received_at": row.received_at,
            "channel": row.channel,
            "motive": row.motive,
            "motive_label": texts.texts.motives[decision.motive].label,
            "requalified": decision.requalified,
            "effective_date": decision.effective_date,
            "refund_by": decision.refund_by,
            "reason": decision.reason,
            "articles": row.articles or [],
            "explanation": [texts.say(texts.texts.outcomes["undone"])] if undone else explained.sentences,
            "effects": [] if undone else explained.effects,
            "acknowledgement": texts.say(words.no_effect if row.effective_date is None else words.member),
            "contestable_until": contestable_until(service, row),
        }
    )


def _decision(row: TerminationRow, contract: ContractRow) -> Decision:
    """Return what was decided, or, of a request that stands, what it comes to while `contract` ends earlier."""
    own, known = _own_decision(row), contract.end_date
    if row.state != "registered" or row.effective_date is None or known is None:
        return own
    planned = known == row.former_end_date == row.effective_date
    is_held = planned or known < row.effective_date
    return held_by(own, known, civil_date(row.received_at)) if is_held else own


def _own_decision(row: TerminationRow) -> Decision:
    outcome: Outcome = "effective"
    if row.effective_date is None:
        outcome = "routed" if row.reason == "employers-contract" else "not_open"
    return Decision(
        outcome,
        row.motive,  # type: ignore[arg-type]  # a code that was written from one
        tuple(row.articles or ()),
        requalified=bool(row.requalified),
        effective_date=row.effective_date,
        refund_by=row.refund_by,
        reason=row.reason,  # type: ignore[arg-type]
    )
