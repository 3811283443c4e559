"""Parts of what contracts publishes: an address, a guarantee, a person, as `events` says them."""

from pydantic import BaseModel, ConfigDict

from contracts_service.domain.enrolment_line import Relation


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
