"""What a brand decides about accounts: read from [brand], [identity] and the terms beside `<brand>.toml`."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from identity_service.domain.limits import Limits


class Lockout(BaseModel):
    """When guessing is slowed down and stopped, by account and over all paths. Brands may be stricter, never laxer (ADR 0010)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    delay_from_failure: int = Field(default=3, ge=1, le=3)
    first_delay_seconds: int = Field(default=60, ge=1)
    disable_at_failures: int = Field(default=10, ge=1, le=10)
    tries_per_day: int = Field(default=25, ge=1, le=25)


class LetterQuota(BaseModel):
    """How many letters with a code an account may cause: each costs money, and cancels the code before it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    most: int = Field(default=4, ge=1)
    within_days: int = Field(default=30, ge=1, le=30)
    hours_between: int = Field(default=24, ge=0)


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
    limits: Limits = Limits()
    refresh_token_days: int = Field(default=30, ge=1, le=30)
    refresh_idle_hours: int = Field(default=24, ge=1, le=30 * 24)
    read_only_years: int = Field(
        default=5, ge=5, description="ex-members keep their documents (code de la mutualité L221-6-6)"
    )
    terms_version: str
    identifier_recovery: Literal["full", "masked"] = "masked"
    new_device_check: bool | None = Field(default=None, description="a mailed code from a device that is not known")
    recent_sign_in_minutes: int = Field(
        default=10, ge=1, le=60, description="what is sensitive asks for a sign-in this recent"
    )
    welcome_within_days: int = Field(
        default=366,
        ge=0,
        description="a member whose contract began earlier than this, when first heard of, is not welcomed",
    )
    welcome_link_days: int = Field(default=30, ge=1, le=90)
    activation_link_hours: int = Field(default=24, ge=1, le=72)
    undo_email_hours: int = Field(default=72, ge=24, le=240)
    email_code_minutes: int = Field(default=15, ge=5, le=60)
    email_code_tries: int = Field(default=5, ge=1, le=10)
    email_changes_per_hour: int = Field(default=3, ge=1, le=20)
    password_notice_by_post: Literal["always", "without_email", "never"] = "without_email"  # noqa: S105
    letters: LetterQuota = LetterQuota()
    reset_mails_per_hour: int = Field(default=5, ge=1)
    reset_mails_per_day: int = Field(default=10, ge=1)

    @property
    def checks_new_devices(self) -> bool:
        """Tell whether the right password from a device that is not known asks for a mailed code.

        By default where six digits are the password: they are the weakest, and what leaks is used elsewhere.
        """
        return self.password_rule == "six_digits" if self.new_device_check is None else self.new_device_check  # noqa: S105

    def tells_new_password_by_post(self, *, email_known: bool) -> bool:
        """Tell whether a letter says that a password was chosen."""
        return self.password_notice_by_post == "always" or (  # noqa: S105
            self.password_notice_by_post == "without_email" and not email_known  # noqa: S105
        )
