"""What a brand decides about beneficiaries: `[contracts.beneficiaries]`. Its statutes say who is covered (L114-1 I).

Pure values: which documents are asked for, up to which age, and how far from today a change may take effect.
"""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from contracts_service.domain.enrolment_line import Relation
from contracts_service.domain.supporting_documents import DocumentKind

Change = Literal["addition", "removal"]
Cause = Literal[
    "separation", "divorce", "civil_partnership_end", "death", "other_cover", "independence", "other"
]  # of a removal

Age = Annotated[int, Field(ge=1, le=130)]  # years


class _Rules(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class RelationRules(_Rules):
    """What is asked for one relation; `proof` from the age of `proof_from_age` years on, nobody of `age_limit` years or more."""

    required: tuple[DocumentKind, ...] = ()
    optional: tuple[DocumentKind, ...] = ()
    age_limit: Age | None = None
    proof_from_age: Age | None = None
    proof: tuple[DocumentKind, ...] = ()


class AdditionRules(_Rules):
    """`[contracts.beneficiaries.addition.<relation>]`."""

    spouse: RelationRules = RelationRules(required=("marriage_certificate", "rights_certificate"))
    civil_partner: RelationRules = RelationRules(required=("civil_partnership_certificate", "rights_certificate"))
    cohabiting_partner: RelationRules = RelationRules(required=("cohabitation_certificate", "rights_certificate"))
    child: RelationRules = RelationRules(
        required=("birth_certificate",), age_limit=28, proof_from_age=18, proof=("study_certificate",)
    )
    other_dependant: RelationRules = RelationRules(required=("identity_document", "rights_certificate"))

    def of(self, relation: Relation) -> RelationRules:
        """Return the rules of one relation."""
        found: RelationRules = getattr(self, relation)
        return found


class BeneficiaryRules(BaseModel):
    """`[contracts.beneficiaries]`; days are civil days in Paris."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    employer_manages: bool = False  # of mandatory group contracts
    open_requests: int = Field(default=5, ge=1, le=50)  # of one member at a time
    requests_per_day: int = Field(default=10, ge=1, le=100)  # of one member within 24 hours
    past_days: int = Field(default=0, ge=0, le=366)  # how far back a change may take effect
    newborn_days: int = Field(default=60, ge=0, le=366)  # for so long after the birth, cover may begin with it
    death_days: int = Field(default=730, ge=0, le=1830)  # for so long after a death, cover may end with it
    future_days: int = Field(default=366, ge=1, le=731)
    lapse_days: int = Field(default=30, ge=1, le=366)  # a request that nobody completes is closed
    document_days: int = Field(default=90, ge=1, le=366)  # whatever happens, documents are deleted after so long
    addition: AdditionRules = AdditionRules()
    removal: dict[Cause, tuple[DocumentKind, ...]] = Field(
        default_factory=lambda: {"death": ("death_certificate",)}, validate_default=True
    )

    @property
    def lapses_after(self) -> timedelta:
        """Return for how long a request waits for its documents."""
        return timedelta(days=self.lapse_days)

    @property
    def documents_last(self) -> timedelta:
        """Return for how long documents are kept at most."""
        return timedelta(days=self.document_days)
