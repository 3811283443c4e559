"""What the notice of a termination says (avis de résiliation, or de renonciation).

Place in the flow: `usecases/collect_termination_notice` collects the facts of one termination into a TerminationNoticeContent.
It is a letter: its page shows the address in the window of an envelope. Code de la mutualité, L221-10-3 II (date and effects on
a durable medium) and R221-6 (receipt, effective date, refund within 30 days).
"""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field
from service_kit.clock import civil_date
from service_kit.french_dates import date_in_words, moment_in_words
from service_kit.postal_address import LINE_LIMIT, LINES_ABROAD

from documents_service.domain.card_validity import Validity
from documents_service.rendering.press import DocumentContent, Facts, Printed

Use = Literal["termination", "withdrawal"]
AddressLine = Annotated[str, Field(min_length=1, max_length=LINE_LIMIT)]

WITHDRAWAL_TITLE, END_TITLE = "Avis de renonciation", "Avis de fin de contrat"
NOT_ASKED_FOR = ("death", "unpaid")  # motives for which nobody has sent a request to end the contract
# A code of contracts → how the notice names it; one that it does not know, or that would wound, is left out.
_MOTIVES = {
    "annual": "résiliation à l’échéance",
    "infra_annual": "résiliation après un an, sans motif",
    "chatel_late_notice": "avis d’échéance envoyé trop tard",
    "chatel_no_notice": "avis d’échéance non reçu",
    "situation_change": "changement de situation",
    "mandatory_group": "contrat collectif obligatoire",
    "css": "Complémentaire santé solidaire",
}


class Complaints(Facts):
    """Where a member complains, and who mediates (code de la mutualité, L221-6-2)."""

    address: str = Field(max_length=160)
    mediator: str = Field(max_length=80)
    mediator_address: str = Field(max_length=160)
    mediator_website: str | None = Field(default=None, max_length=80)


class LetterBrand(Facts):
    """What a letter shows of the mutual that sends it."""

    name: str
    return_address: tuple[str, ...] = Field(default=(), max_length=5)
    phone: str
    email: str
    hours: str
    website: str
    colour: str = Field(default="#1f4e79", pattern=r"^#[0-9a-fA-F]{6}$")
    complaints: Complaints | None = None


class TerminationNoticeContent(DocumentContent):
    """Everything that the notice says. Without `address_lines` its window is blank: it is read on a screen only.

    `effective_date` is the last day of cover, `kept_until` the last one on which the space can be read. `corrects` is the day
    of the notice whose place it takes.
    """

    brand: LetterBrand
    termination_id: UUID
    use: Use
    requalified: bool
    motive: str | None
    received_at: datetime
    effective_date: date
    refund_by: date | None
    kept_until: date
    product: Printed | None
    address_lines: tuple[AddressLine, ...] = Field(max_length=LINES_ABROAD, repr=False)
    salutation: Printed = Field(repr=False)
    person: Printed = Field(repr=False)
    membership_number: Printed = Field(repr=False)
    corrects: date | None
    issued_on: date
    reference: str

    @property
    def brand_name(self) -> str:
        """Return the mutual's name."""
        return self.brand.name

    @property
    def dated(self) -> date:
        """Return the day of the letter."""
        return self.issued_on

    @property
    def validity(self) -> Validity:
        """Return from when to when it can be read in the space: what it says never expires."""
        return Validity(self.issued_on, max(self.kept_until, self.issued_on))

    @property
    def title(self) -> str | None:
        """Return the title of a withdrawal's notice, and of one that nobody has asked for."""
        if self.use == "withdrawal":
            return WITHDRAWAL_TITLE
        return END_TITLE if self.motive in NOT_ASKED_FOR else None

    @property
    def year(self) -> int:
        """Return the year of the letter."""
        return self.issued_on.year

    def as_printed(self) -> dict[str, Any]:
        """Return the strings of the page."""
        return {
            "brand": self.brand.model_dump(),
            "address_lines": self.address_lines,
            "dated": self.issued_on.isoformat(),
            "salutation": self.salutation,
            "reference": self.reference,
            "occasion": self.motive if self.motive in NOT_ASKED_FOR else self.use,
            "requalified": self.requalified,
            "motive": None if self.motive is None else _MOTIVES.get(self.motive),
            "received": moment_in_words(self.received_at),
            "last_day": date_in_words(self.effective_date),
            "is_over": self.effective_date < civil_date(self.received_at),
            "refund_by": None if self.refund_by is None else date_in_words(self.refund_by),
            "kept_until": date_in_words(self.kept_until),
            "product": self.product,
            "person": self.person,
            "membership_number": self.membership_number,
            "corrects": None if self.corrects is None else date_in_words(self.corrects),
        }

    def told(self) -> dict[str, Any]:
        """Return the termination that the notice is about, and where its page is addressed to."""
        return {
            "termination": {
                "termination_id": self.termination_id,
                "received_at": self.received_at,
                "effective_date": self.effective_date,
                "use": self.use,
            },
            "address_lines": list(self.address_lines) or None,
        }
