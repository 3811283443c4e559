"""What can be verified, and changed, before it is confirmed (D221-1): exactly what is shown, and its digest.

Only what a confirmation stands for is in it: what else would be open is told beside it, and changes from day to day.
"""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts_service.domain.termination.contract import TerminableContract
from contracts_service.domain.termination.decision import Decision, Outcome
from contracts_service.domain.termination.entry import Contact, Entry
from contracts_service.domain.termination.explanation import explain
from contracts_service.domain.termination.grounds import Reason
from contracts_service.domain.termination.motives import EventKind, Motive, Use
from contracts_service.domain.termination.texts import TextsOfBrand, canonical_digest


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class RecapPerson(_Part):
    """Who asks."""

    title: str | None
    first_name: str | None
    last_name: str
    birth_date: date | None = None  # where it was stated


class RecapContract(_Part):
    """The reference that was given to the person, and the risk covered (D221-1, I 2°)."""

    membership_number: str
    risk: str
    product: str | None


class RecapMotive(_Part):
    """What is asked, and why."""

    code: Motive
    label: str
    text: str | None
    event_date: date | None
    event_kind: EventKind | None
    event_kind_label: str | None
    requested_date: date | None


class RecapDecision(_Part):
    """What the request comes to if it is confirmed now."""

    outcome: Outcome
    motive: Motive
    motive_label: str
    requalified: bool
    effective_date: date | None
    refund_by: date | None
    reason: Reason | None
    articles: list[str]
    explanation: list[str]
    effects: list[str]


class Recap(_Part):
    """Everything to verify. Its digest is the SHA-256 of this object as JSON in UTF-8, keys sorted, no blanks."""

    id: UUID
    nonce: str
    use: Use
    brand: str
    person: RecapPerson
    contract: RecapContract
    motive: RecapMotive
    contact: Contact | None
    decision: RecapDecision | None  # not shown to whoever has not signed in: it would tell whose the number is
    proof: str | None
    acknowledgement: str
    texts_version: str
    texts_digest: str

    @property
    def digest(self) -> bytes:
        """Return the SHA-256 of what is shown."""
        return canonical_digest(self.model_dump(mode="json"))


def recap_motive(entry: Entry, texts: TextsOfBrand) -> RecapMotive:
    """Return what was asked, in words."""
    kind = entry.event_kind
    return RecapMotive(
        code=entry.motive,
        label=texts.texts.motives[entry.motive].label,
        text=entry.motive_text,
        event_date=entry.event_date,
        event_kind=kind,
        event_kind_label=None if kind is None else texts.texts.event_kinds[kind],
        requested_date=entry.requested_date,
    )


def recap_decision(decision: Decision, contract: TerminableContract, texts: TextsOfBrand) -> RecapDecision:
    """Return what a request comes to, in words."""
    explained = explain(decision, contract, texts)
    return RecapDecision(
        outcome=decision.outcome,
        motive=decision.motive,
        motive_label=texts.texts.motives[decision.motive].label,
        requalified=decision.requalified,
        effective_date=decision.effective_date,
        refund_by=decision.refund_by,
        reason=decision.reason,
        articles=list(decision.articles),
        explanation=explained.sentences,
        effects=explained.effects,
    )
