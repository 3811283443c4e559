"""What contracts publishes."""

from datetime import date
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from service_kit.events import Event, Sealed

from contracts_service.domain.enrolment_line import ContractKind, Relation


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Guarantee(_Part):
    """One guarantee and its level, in the insurer's own words."""

    code: str
    level: str


class Address(_Part):
    """A postal address, as it was typed; `country` is ISO 3166-1 alpha-2."""

    recipient: str | None = None
    complement: str | None = None
    building: str | None = None
    street: str | None = None
    locality: str | None = None
    postal_code: str | None = None
    city: str
    country: str


class Beneficiary(_Part):
    """Somebody whom the contract covers; `birth_date` is YYYY-MM-DD and may be partial (1960-00-00)."""

    first_name: str | None
    last_name: str
    birth_date: str
    birth_rank: int
    relation: Relation


class MemberState(Event):
    """A member's whole state: each version replaces the one before."""

    aggregate: ClassVar[str] = "member_id"
    recipients: ClassVar[tuple[str, ...]] = ("identity", "notifications", "documents")

    member_id: UUID
    brand: str
    effective_date: date
    renewal_date: date | None = None
    end_date: date | None = None
    contract_kind: ContractKind
    product: str
    responsible: bool
    guarantees: list[Guarantee]
    membership_number: Annotated[str, Sealed]
    nir: Annotated[str, Sealed]
    title: Annotated[str | None, Sealed] = None
    last_name: Annotated[str, Sealed]
    birth_name: Annotated[str | None, Sealed] = None
    first_name: Annotated[str | None, Sealed] = None
    birth_date: Annotated[str, Sealed]
    email: Annotated[str | None, Sealed] = None
    statement_identifier: Annotated[str | None, Sealed] = None
    address: Annotated[Address, Sealed]
    beneficiaries: Annotated[list[Beneficiary], Sealed]


class MemberEnrolled(MemberState):
    """A person has become a member: identity opens an account, notifications a recipient, documents issues the card."""

    event_type: ClassVar[str] = "member.enrolled.v1"


class MemberChanged(MemberState):
    """What is known of a member has changed: the person, the contract or the people whom it covers."""

    event_type: ClassVar[str] = "member.changed.v1"
