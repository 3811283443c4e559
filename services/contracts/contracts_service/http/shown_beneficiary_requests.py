"""How requests about beneficiaries are shown, to their member and to the back office. Never a social-security number."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel

from contracts_service.domain.beneficiary_rules import Cause, Change
from contracts_service.domain.enrolment_line import Relation
from contracts_service.domain.request_states import OPEN, Effect, State, Verdict, label_of
from contracts_service.domain.supporting_documents import LABELS, DocumentKind, MediaType
from contracts_service.store.supporting_documents import SupportingDocument
from contracts_service.usecases.read_beneficiary_requests import WholeRequest

DocumentState = Literal["missing", "received", "deleted"]


class DocumentAnswer(BaseModel):
    """A document that is asked for; `label` is French. `size` and `media_type` are those of what we have written anew."""

    kind: DocumentKind
    label: str
    required: bool
    state: DocumentState
    media_type: MediaType | None
    size: int | None
    received_at: datetime | None
    verdict: Verdict | None

    @classmethod
    def of(cls, kind: DocumentKind, *, required: bool, found: SupportingDocument | None) -> "DocumentAnswer":
        """Return how a document stands."""
        state: DocumentState = "missing" if found is None else "received" if found.verdict is None else "deleted"
        return cls(
            kind=kind,
            label=LABELS[kind],
            required=required,
            state=state,
            media_type=None if found is None else found.media_type,
            size=None if found is None else found.size,
            received_at=None if found is None else found.received_at,
            verdict=None if found is None else found.verdict,
        )


class PersonAnswer(BaseModel):
    """Whom a request is about; `birth_date` may be partial (1960-00-00)."""

    relation: Relation
    first_name: str | None
    last_name: str
    birth_date: str
    birth_rank: int


class RequestAnswer(BaseModel):
    """A request. Its days are the first day of cover of who is added, the last one of who is removed.

    `state_label` is French. `effective_date` is what was decided, `effect` whether the contract says so yet; `reason` is why it
    was refused. `beneficiary_id` is who is removed, or who was added. `documents` are those that are asked for.
    """

    id: UUID
    version: int
    change: Change
    state: State
    state_label: str
    effect: Effect | None
    person: PersonAnswer
    beneficiary_id: UUID | None
    cause: Cause | None
    requested_date: date
    effective_date: date | None
    reason: str | None
    created_at: datetime
    submitted_at: datetime | None
    decided_at: datetime | None
    closed_at: datetime | None
    documents: list[DocumentAnswer]

    @classmethod
    def of(cls, shown: WholeRequest) -> "RequestAnswer":
        """Return how a request is shown."""
        return cls(**_values(shown))


class StaffRequestAnswer(RequestAnswer):
    """A request as the back office sees it: `member_id` is who asks, `decided_by` who has decided."""

    member_id: UUID
    has_nir: bool  # of who is to be added, while the request is open
    decided_by: str | None

    @classmethod
    def of(cls, shown: WholeRequest) -> "StaffRequestAnswer":
        """Return how a request is shown."""
        row = shown.request
        return cls(
            **_values(shown),
            member_id=row.member_id,
            has_nir=row.state in OPEN and row.nir_sealed is not None,
            decided_by=row.decided_by,
        )


def _values(shown: WholeRequest) -> dict[str, Any]:
    row = shown.request
    columns = {name: value for name, value in vars(row).items() if name in RequestAnswer.model_fields}
    person = {name: value for name, value in vars(row).items() if name in PersonAnswer.model_fields}
    return {
        **columns,
        "state_label": label_of(row.state, row.effect),
        "effect": row.effect,
        "person": PersonAnswer.model_validate(person),
        "reason": shown.refusal,
        "documents": [
            DocumentAnswer.of(one["kind"], required=one["required"], found=shown.documents.get(one["kind"]))
            for one in row.asked
        ],
    }
