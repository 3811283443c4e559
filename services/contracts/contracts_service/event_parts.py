"""Parts of what contracts publishes: whose it is, an address, a guarantee, a person, as `events` says them."""

from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from service_kit.events import Event

from contracts_service.domain.enrolment_line import Relation


class MemberNews(Event):
    """What every event says that a member is told of: whose it is."""

    recipients: ClassVar[tuple[str, ...]] = ("notifications",)

    member_id: UUID
    brand: str


class Part(BaseModel):
    """A part of an event."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Guarantee(Part):
    """One guarantee and its level, in the insurer's own words."""

    code: str
    level: str


class Address(Part):
    """A postal address, as it was typed; `country` is ISO 3166-1 alpha-2."""

    recipient: str | None = None
    complement: str | None = None
    building: str | None = None
    street: str | None = None
    locality: str | None = None
    postal_code: str | None = None
    city: str
    country: str


class Beneficiary(Part):
    """Somebody whom the contract covers; `birth_date` is YYYY-MM-DD and may be partial (1960-00-00)."""

    first_name: str | None
    last_name: str
    birth_date: str
    birth_rank: int
    relation: Relation


class TerminationHolder(Part):
    """The member whose contract ends, as the notice names and addresses the person."""

    title: str | None
    last_name: str
    first_name: str | None
    membership_number: str
    address: Address
