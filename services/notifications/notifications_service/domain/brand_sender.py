"""What a brand says of itself in mails and letters: read from [brand] and [notifications] of `<brand>.toml`."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


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
    first_connection_path: str = Field(pattern=r"^/.*[^/]$")
    reset_path: str = Field(pattern=r"^/.*[^/]$")

    def link(self, public_url: str | None, path: str, *segments: str) -> str:
        """Return the address of a page, on the space's public address or else on the brand's site."""
        return "/".join(((public_url or self.website).rstrip("/") + path, *segments))
