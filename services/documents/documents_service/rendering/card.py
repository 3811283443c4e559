"""Draws the third-party-payment card (carte de tiers payant).

Place in the flow: `issue_card` collects the facts of one contract into a CardContent; the bytes that come
out are stored once and never drawn again. The five standard items of the inter-AMC attestation are always
labelled, even where a brand has no value for one of them.

One typst compiler per thread, since a shared one raises "Already borrowed". The compiler releases the
GIL, reads no system font and no network package, and gives the same bytes for the same content.
"""

import json
import re
import threading
import unicodedata
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Annotated, Any, Literal

import typst
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

_TEMPLATE = Path(__file__).parent.parent / "templates" / "third_party_payment_card.typ"
_NARROW_NO_BREAK_SPACE = "\u202f"
_NOT_COVERED = "non"


def _without_hidden_marks(text: str) -> str:
    """Compose to NFC and drop control and direction marks: they would reorder what stands beside them."""
    return "".join(c for c in unicodedata.normalize("NFC", text) if not unicodedata.category(c).startswith("C"))


Printed = Annotated[str, AfterValidator(_without_hidden_marks)]
# Where a part is unknown it is no date, but a text as the file has it: 00/00/1950 or 1950-00-00.
BirthDate = date | Printed


class CardNotRendered(Exception):
    """No document could be made of this content: the issue must fail for the back office, not be retried.

    `reason` is `glyph` (a character that no shipped font has) or `template`. It carries nothing of the
    content: the compiler's own message may.
    """

    code = "card-not-rendered"

    def __init__(self, reason: Literal["glyph", "template"]) -> None:
        super().__init__(f"{self.code}: {reason}")
        self.reason = reason


class _Facts(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Domain(_Facts):
    """A kind of care as this brand's network names it; codes differ between operators, hence the label."""

    code: str
    label: str


class CardBrand(_Facts):
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


class CardMember(_Facts):
    """The policyholder. `nir`: 13 characters and key, spaced for reading."""

    title: Printed
    last_name: Printed = Field(repr=False)
    first_name: Printed = Field(repr=False)
    birth_date: BirthDate = Field(repr=False)
    birth_rank: int = 1
    nir: str = Field(repr=False)
    membership_number: str = Field(max_length=15, repr=False)
    statement_identifier: str = Field(repr=False)


class CardBeneficiary(_Facts):
    """A person covered with the policyholder."""

    last_name: Printed = Field(repr=False)
    first_name: Printed = Field(repr=False)
    birth_date: BirthDate = Field(repr=False)
    birth_rank: int = 1


class Guarantee(_Facts):
    """What the contract pays directly in one domain, e.g. HOSP 200%."""

    code: str
    level: str


class CardContent(_Facts):
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


class CardPress:
    """Renders cards; may be shared by the threads of a small pool."""

    def __init__(self) -> None:
        self._fonts = typst.Fonts(include_system_fonts=False)
        self._of_thread = threading.local()

    def render(self, card: CardContent) -> bytes:
        """Render the card as PDF/A-2a and PDF/UA-1, one A4 page for up to nine beneficiaries or so.

        Raises CardNotRendered where that is impossible.
        """
        try:
            pdf = self._compiler().compile(
                format="pdf",
                sys_inputs={"content": json.dumps(_as_printed(card))},
                pdf_standards=["a-2a", "ua-1"],
                timestamp=datetime.combine(card.issued_on, time(), UTC),
            )
        except typst.TypstError as error:
            glyph = "could not be displayed" in error.message
            raise CardNotRendered("glyph" if glyph else "template") from None  # its message may quote a name
        if not isinstance(pdf, bytes):
            raise CardNotRendered("template")
        return pdf

    def _compiler(self) -> typst.Compiler:
        if not hasattr(self._of_thread, "compiler"):
            self._of_thread.compiler = typst.Compiler(
                input=_TEMPLATE, root=_TEMPLATE.parent, font_paths=self._fonts, ignore_system_fonts=True
            )
        compiler: typst.Compiler = self._of_thread.compiler
        return compiler


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
