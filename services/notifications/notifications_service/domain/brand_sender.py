"""What a brand says of itself in mails and letters: read from [brand] and [notifications] of `<brand>.toml`."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from notifications_service.domain.letter_schedule import LetterRules

# What came after the first brands has a name by default, beside the page for a new password.
_PAGES = {
    "sign_in_path": "connexion",
    "activation_path": "activation",
    "undo_email_path": "ancienne-adresse",
}

PagePath = Annotated[str, Field(pattern=r"^/.*[^/]$")]


class BrandSender(BaseModel):
    """Who writes, in which colour, and whom to call."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    name: str
    phone: str
    email: str
    hours: str
    website: str
    login_identifier: Literal["nir", "email"]
    password_rule: Literal["six_digits", "passphrase"]
    sender_name: str
    sender_address: str
    reply_to: str
    message_id_domain: str
    return_address: tuple[str, ...] = Field(max_length=5)
    colour: str = Field(pattern=r"^#[0-9a-fA-F]{6}$")
    first_connection_path: PagePath
    reset_path: PagePath
    sign_in_path: PagePath
    activation_path: PagePath
    undo_email_path: PagePath
    letters: LetterRules = LetterRules()

    @model_validator(mode="before")
    @classmethod
    def _pages_beside_the_reset_page(cls, values: dict[str, Any]) -> dict[str, Any]:
        beside = str(values.get("reset_path", "")).rpartition("/")[0]
        return {name: f"{beside}/{page}" for name, page in _PAGES.items()} | values

    def link(self, public_url: str | None, path: str, *segments: str) -> str:
        """Return the address of a page, on the space's public address or else on the brand's site."""
        return "/".join(((public_url or self.website).rstrip("/") + path, *segments))
