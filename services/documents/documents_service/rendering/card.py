"""What the third-party-payment card (carte de tiers payant) says.

Place in the flow: `usecases/collect_card` collects the facts of one contract into a CardContent. The five standard items of the
inter-AMC attestation are always labelled, even where a brand has no value for one of them.
"""

import re
from datetime import date
from typing import Any

from pydantic import Field

from documents_service.domain.card_validity import Validity
from documents_service.rendering.press import DocumentContent, Facts, Printed

_NARROW_NO_BREAK_SPACE = "\u202f"
_NOT_COVERED = "non"

# Where a part is unknown it is no date, but a text as the file has it: 00/00/1950 or 1950-00-00.
BirthDate = date | Printed


class Domain(Facts):
    """A kind of care as this brand's network names it; codes differ between operators, hence the label."""

    code: str
    label: str


class CardBrand(Facts):
    """What the card shows of the mutual; the first three are its identifiers towards health professionals."""

    name: str
    amc_number: str = Field(default="", max_length=10)
    convention_type: str = Field(default="", max_length=2)
    routing_criterion: str = Field(default="", max_length=8)
    phone: str
    email: str
    hours: str
    domains: tuple[Domain, ...]
    colour: str = Field(default="#1f4e79", pattern=r"^#[0-9a-fA-F]{6}$")


class CardMember(Facts):
    """The policyholder. `nir`: 13 characters and key, spaced for reading."""

    title: Printed
    last_name: Printed = Field(repr=False)
    first_name: Printed = Field(repr=False)
    birth_date: BirthDate = Field(repr=False)
    birth_rank: int = 1
    nir: str = Field(repr=False)
    membership_number: str = Field(max_length=15, repr=False)
    statement_identifier: str = Field(repr=False)


class CardBeneficiary(Facts):
    """A person covered with the policyholder."""

    last_name: Printed = Field(repr=False)
    first_name: Printed = Field(repr=False)
    birth_date: BirthDate = Field(repr=False)
    birth_rank: int = 1


class Guarantee(Facts):
    """What the contract pays directly in one domain, e.g. HOSP 200%."""

    code: str
    level: str


class CardContent(DocumentContent):
    """Everything that the card says. `valid_until` is the last day included."""

    brand: CardBrand
    member: CardMember
    beneficiaries: tuple[CardBeneficiary, ...] = Field(max_length=99)  # a table of 300 rows takes 290 MiB
    guarantees: tuple[Guarantee, ...]
    responsible: bool
    valid_from: date
    valid_until: date
    issued_on: date
    reference: str

    @property
    def brand_name(self) -> str:
        """Return the mutual's name."""
        return self.brand.name

    @property
    def dated(self) -> date:
        """Return the day of issue."""
        return self.issued_on

    @property
    def validity(self) -> Validity:
        """Return the period that the card prints."""
        return Validity(self.valid_from, self.valid_until)

    def as_printed(self) -> dict[str, Any]:
        """Return the strings of the page."""
        return _as_printed(self)


def _as_printed(card: CardContent) -> dict[str, Any]:
    """Turn facts into the strings of the page: dates and levels in French, one row per covered person."""
    columns = _columns(card)
    people: list[CardMember | CardBeneficiary] = [card.member, *card.beneficiaries]
    levels = {guarantee.code: _french_level(guarantee.level) for guarantee in card.guarantees}
    return {
        "brand": card.brand.model_dump(exclude={"domains"}),
        "member": card.member.model_dump(include={"title", "nir", "membership_number", "statement_identifier"}),
        "domains": [domain.model_dump() for domain in columns],
        "levels": [levels.get(domain.code, _NOT_COVERED) for domain in columns],
        "people": [_person(person) for person in people],
        "responsible": card.responsible,
        "valid_from": _french_date(card.valid_from),
        "valid_until": _french_date(card.valid_until),
        "issued_on": _french_date(card.issued_on),
        "issued_on_iso": card.issued_on.isoformat(),
        "reference": card.reference,
    }


def _columns(card: CardContent) -> list[Domain]:
    """Give the brand's domains, then those of the guarantees that the brand's table forgot: none is left out."""
    known = {domain.code for domain in card.brand.domains}
    forgotten = dict.fromkeys(guarantee.code for guarantee in card.guarantees if guarantee.code not in known)
    return [*card.brand.domains, *(Domain(code=code, label="") for code in forgotten)]


def _person(person: CardMember | CardBeneficiary) -> dict[str, Any]:
    return {
        "last_name": person.last_name,
        "first_name": person.first_name,
        "birth_date": _french_date(person.birth_date),
        "birth_rank": person.birth_rank,
    }


def _french_date(day: BirthDate) -> str:
    """Write DD/MM/YYYY; a text that is neither a date nor shaped like one stays as it is."""
    return re.sub(r"\A(\d{4})-(\d{2})-(\d{2})\Z", r"\3/\2/\1", str(day))


def _french_level(level: str) -> str:
    """Set a level by French rules: `200%` and `250 EUR` get a narrow no-break space and the sign of the euro."""
    euros = re.sub(r"\bEUR\b", "€", level.strip())
    return re.sub(r"(?<=\d)\s*(?=[%€])", _NARROW_NO_BREAK_SPACE, euros)
