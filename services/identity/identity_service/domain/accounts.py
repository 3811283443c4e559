"""When an account may be used: civil dates in Europe/Paris."""

from dataclasses import dataclass
from datetime import MAXYEAR, date, datetime
from typing import Literal
from uuid import UUID

# A member, or somebody whom a member's contract covers and who is known apart (ADR 0021).
Holder = Literal["member", "beneficiary"]


@dataclass(frozen=True)
class Account:
    """What a decision needs to know of an account. Digests and sealed bytes only: no number, no birth date."""

    id: UUID
    brand: str
    member_id: UUID
    effective_from: date
    ended_on: date | None
    email_sealed: bytes | None
    statement_digest: bytes | None
    password_hash: str | None
    holder: Holder = "member"
    closed_at: datetime | None = None  # autonomy was refused: nothing opens the account

    @property
    def has_access(self) -> bool:
        """Tell whether the member can come in, or only lacks a password: an address is known, or a password was chosen."""
        return self.email_sealed is not None or self.password_hash is not None

    def in_force_on(self, day: date) -> bool:
        """Tell whether the contract covers `day`, its last day included."""
        return self.effective_from <= day and (self.ended_on is None or day <= self.ended_on)

    def usable_on(self, day: date, *, read_only_years: int) -> bool:
        """Tell whether the owner may come in on `day`: from the effective date until some years after the end, unless closed."""
        if self.closed_at is not None or day < self.effective_from:
            return False
        return self.ended_on is None or day <= _years_later(self.ended_on, read_only_years)


def _years_later(day: date, years: int) -> date:
    if day.year + years > MAXYEAR:  # 31/12/9999: how older systems write "no end"
        return date.max
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February: the month's last day (code de procédure civile, art. 641)
        return day.replace(year=day.year + years, day=28)


def preferred(accounts: list[Account], day: date, *, read_only_years: int) -> Account | None:
    """Return the one account that an identifier stands for on `day`: in force first, then a membership, then the latest to begin.

    One number may belong to several memberships (domain rule: a social-security number is no key), and to a member whom the
    contract of somebody else covers as well: who has both signs in as a member.
    """
    usable = [one for one in accounts if one.usable_on(day, read_only_years=read_only_years)]
    return max(
        usable,
        key=lambda one: (one.in_force_on(day), one.holder == "member", one.effective_from, one.id),
        default=None,
    )
