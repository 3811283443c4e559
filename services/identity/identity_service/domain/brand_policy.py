"""What a brand decides about accounts: read from [brand], [identity] and the terms beside `<brand>.toml`."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Lockout(BaseModel):
    """When guessing is slowed down and stopped, by account and over all paths."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    delay_from_failure: int = Field(default=3, ge=1)
    first_delay_seconds: int = Field(default=60, ge=1)
    disable_at_failures: int = Field(default=10, ge=1, le=10)
    tries_per_day: int = Field(default=25, ge=1)


class BrandPolicy(BaseModel):
    """One brand's rules for accounts. Unknown keys of [brand] belong to other services and are ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    name: str
    phone: str
    email: str
    hours: str
    login_identifier: Literal["nir", "email"]
    password_rule: Literal["six_digits", "passphrase"]
    first_connection_factors: tuple[Literal["statement_identifier", "posted_code"], ...]
    email_minutes: int = Field(ge=1, description="promise: a mail within this many minutes")
    letter_hours: int = Field(ge=1, description="promise: a letter handed over within this many working hours")
    reset_link_minutes: int = Field(ge=5, le=24 * 60)
    letter_code_days: int = Field(ge=1, le=60)
    letter_code_tries: int = Field(ge=1, le=10)
    lockout: Lockout = Lockout()
    refresh_token_days: int = Field(default=30, ge=1, le=30)
    refresh_idle_hours: int = Field(default=24, ge=1, le=30 * 24)
    read_only_years: int = Field(
        default=5, ge=5, description="ex-members keep their documents (code de la mutualité L221-6-6)"
    )
    terms_version: str
