"""Settings of the print provider that speaks HTTP: NOTIFICATIONS_MAILEVA_… in the environment, secrets rather in files."""

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings

Seconds = Annotated[float, Field(gt=0, le=24 * 3600)]
Pauses = Annotated[list[Seconds], Field(min_length=1, max_length=20)]

_OWN_MACHINE = {"127.0.0.1", "::1", "localhost"}


def _safe_address(url: str) -> str:
    # Letters, addresses and passwords go there.
    parts = urlsplit(url)
    if not parts.hostname or parts.query or parts.fragment or parts.username:
        raise ValueError("must be https://host, with or without a path")
    if parts.scheme != "https" and (parts.scheme != "http" or parts.hostname not in _OWN_MACHINE):
        raise ValueError("must be https")
    return url.rstrip("/")


Address = Annotated[str, AfterValidator(_safe_address)]


class MailevaSettings(BaseSettings):
    """What the channel needs; credentials only where a brand uses it."""

    maileva_api_url: Address = Field("https://api.maileva.com", description="the provider's API, without mail/v2")
    maileva_token_url: Address = Field(
        "https://connexion.maileva.com/auth/realms/services/protocol/openid-connect/token",
        description="where access tokens are given (OAuth2)",
    )
    maileva_client_id: str | None = Field(None, description="this application, at the provider's")
    maileva_client_secret: str | None = Field(None, repr=False, description="its secret")
    maileva_username: str | None = Field(None, repr=False, description="the account; without one: client_credentials")
    maileva_password: str | None = Field(None, repr=False, description="the account's password")

    maileva_answer_seconds: Seconds = Field(15, description="how long the provider may take to connect and to answer")
    maileva_requests_per_minute: int = Field(300, ge=1, le=100_000, description="calls of each work process")
    maileva_letters_at_a_time: int = Field(4, ge=1, le=32, description="letters that are submitted at the same time")
    maileva_pause_seconds: Pauses = Field(
        [5, 10, 30, 60, 120, 300], description="pauses while the provider is down, in a row"
    )

    maileva_address: Literal["provider", "letter", "sheet"] = Field(
        "provider",
        description="who prints the recipient's address: the provider, on our page, whose window we leave blank; "
        "our page; or the provider, on a sheet in front of it, which costs",
    )
    maileva_shrink: bool = Field(False, description="let the provider shrink our page: addresses may leave the window")
    maileva_health_data: bool = Field(False, description="declare letters as health data; the account needs that right")
    maileva_undelivered: bool = Field(True, description="let the provider tell of letters that come back (PND)")

    maileva_look_up: Literal["in_doubt", "always"] = Field(
        "in_doubt",
        description="look a letter up at the provider's before it is created there: where a creation was interrupted, "
        "or always, for a day after the database was put back from a backup",
    )
    maileva_look_up_pages: int = Field(20, ge=1, le=1000, description="how far to look: pages of 500 sendings")
    maileva_follow_days: int = Field(60, ge=1, le=400, description="for how long a letter's fate is asked for")
    maileva_callback_url: Address | None = Field(
        None, description="public address of …/v1/providers/maileva/notifications; the provider is asked to call it"
    )
