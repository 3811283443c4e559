"""What a brand says of itself in mails and letters: read from [brand] and [notifications] of `<brand>.toml`."""

from datetime import MAXYEAR, date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from notifications_service.domain.colours import NIGHT, PAPER, readable
from notifications_service.domain.document_words import CARD, DocumentKind
from notifications_service.domain.letter_schedule import LetterRules

# What came after the first brands has a name by default, beside the page for a new password.
_PAGES = {
    "sign_in_path": "connexion",
    "activation_path": "activation",
    "undo_email_path": "ancienne-adresse",
}

_NO_BREAK = "\u00a0"

# A number that breaks at a line's end is misread.
Phone = Annotated[str, AfterValidator(lambda phone: phone.replace(" ", _NO_BREAK))]
PagePath = Annotated[str, Field(pattern=r"^/.*[^/]$")]


class BrandSender(BaseModel):
    """Who writes, in which colour, and whom to call."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    name: str
    phone: Phone
    email: str
    hours: str
    website: str
    login_identifier: Literal["nir", "email"]
    password_rule: Literal["six_digits", "passphrase"]
    read_only_years: int = Field(5, ge=5)  # code de la mutualité, L221-6-6
    sender_name: str
    sender_address: str
    reply_to: str
    message_id_domain: str
    bounce_domain: str = Field(pattern=r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$")
    return_address: tuple[str, ...] = Field(max_length=5)
    colour: str = Field(pattern=r"^#[0-9a-fA-F]{6}$")
    first_connection_path: PagePath
    reset_path: PagePath
    sign_in_path: PagePath
    activation_path: PagePath
    undo_email_path: PagePath
    announce_documents: frozenset[DocumentKind] = frozenset()
    announce_statements: bool = False
    letters: LetterRules = LetterRules()

    @model_validator(mode="before")
    @classmethod
    def _bounces_beside_message_ids(cls, values: dict[str, Any]) -> dict[str, Any]:
        return {"bounce_domain": values.get("message_id_domain")} | values

    @model_validator(mode="before")
    @classmethod
    def _pages_beside_the_reset_page(cls, values: dict[str, Any]) -> dict[str, Any]:
        beside = str(values.get("reset_path", "")).rpartition("/")[0]
        return {name: f"{beside}/{page}" for name, page in _PAGES.items()} | values

    @property
    def sender_domain(self) -> str:
        """Return the domain that mails are from, and that signs them."""
        return self.sender_address.rpartition("@")[2].lower()

    @property
    def accent(self) -> str:
        """Return the colour, dark enough for text in it on white, and for white text on it."""
        return readable(self.colour, on=PAPER)

    @property
    def accent_in_the_dark(self) -> str:
        """Return the colour, light enough for text in it on a dark ground."""
        return readable(self.colour, on=NIGHT)

    @property
    def phone_link(self) -> str:
        """Return the address that dials the customer service (RFC 3966): abroad too, unless the number is a short one."""
        digits = "".join(digit for digit in self.phone if digit.isdigit())
        return f"tel:+33{digits[1:]}" if len(digits) == 10 and digits[0] == "0" else f"tel:{digits}"

    def link(self, public_url: str | None, path: str, *segments: str) -> str:
        """Return the address of a page, on the space's public address or else on the brand's site."""
        return "/".join(((public_url or self.website).rstrip("/") + path, *segments))

    def announces(self, kind: str, *, is_first: bool) -> bool:
        """Tell whether a member is told of a new document; the first card comes with the membership, and is no news."""
        return kind in self.announce_documents and not (is_first and kind == CARD)

    def read_only_until(self, end_date: date) -> date:
        """Return the last day on which a member whose contract ended on `end_date` can still sign in."""
        year = end_date.year + self.read_only_years
        if year > MAXYEAR:  # 31/12/9999: how older systems write "no end"
            return date.max
        try:
            return end_date.replace(year=year)
        except ValueError:  # 29 February: the month's last day (code de procédure civile, art. 641)
            return date(year, 2, 28)
