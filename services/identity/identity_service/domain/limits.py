"""What is counted when somebody tries something, and how high each count may rise.

A count fades: after `half_life_minutes` it weighs half. From `challenge_at` on a challenge must be solved (domain/risk.py), at
`stop_at` nothing more is taken. An address stands for many people (a whole country's phones may share one, RFC 6598), so
what weighs is what fails, the challenge comes long before the stop, and no brand is ever stopped as a whole: that would be a
switch for whoever wants to turn it off.
"""

import math
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_network
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from identity_service.domain.errors import (
    AccountCreationRefused,
    FirstConnectionRefused,
    NoMatch,
    ResetTokenInvalid,
    WrongCredentials,
)

Address = IPv4Address | IPv6Address
Purpose = Literal["sign-in", "first-connection", "redeem", "password-reset", "account-creation", "identifier-lookup"]
Family = Literal["tries", "resets", "claims"]
Scope = Literal["address", "network", "brand", "secret"]

# Steps that an attacker could trade for each other share their counts; what goes on at other steps never stops a reset.
FAMILIES: dict[Purpose, Family] = {
    "sign-in": "tries",
    "first-connection": "tries",
    "redeem": "tries",
    "password-reset": "resets",
    "account-creation": "claims",
    "identifier-lookup": "claims",
}
# Of refusals only these count: whoever is told to choose another password, or to come back, has not guessed.
FAILURES = (WrongCredentials, FirstConnectionRefused, ResetTokenInvalid, AccountCreationRefused, NoMatch)

# One subscriber has an IPv4 address or a /64 of IPv6 (RFC 6177), one site or provider's customer a /24 or a /48.
PREFIXES = {4: (32, 24), 6: (64, 48)}

ADDRESS_DOUBLINGS = 5
BRAND_DOUBLINGS = 2  # all members pay for it, on old phones too


class Thresholds(BaseModel):
    """How much may be counted at steps of one family: from one address, and for the whole brand."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    address_challenge_at: int = Field(ge=1)
    address_stop_at: int = Field(ge=2)
    brand_challenge_at: int = Field(ge=1)

    @model_validator(mode="after")
    def _ask_before_stopping(self) -> "Thresholds":
        if self.address_stop_at < self.address_challenge_at:
            raise ValueError("address_stop_at must not be below address_challenge_at")
        return self


class Limits(BaseModel):
    """When work is asked for before a try, and when tries are stopped, over all accounts of a brand."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    half_life_minutes: int = Field(default=60, ge=1, le=120, description="after which a count weighs half")
    network_factor: int = Field(default=8, ge=1, description="a network may do as much as so many addresses")
    same_secret: int = Field(default=100, ge=2, description="failures with one password or code, whoever is tried")
    challenge_minutes: int = Field(default=10, ge=1, le=60)
    challenge_work: int = Field(default=2000, ge=1, le=100_000, description="steps of the easiest challenge")
    # Thousands of telephones share one address, and one member in twenty mistypes at a busy hour.
    tries: Thresholds = Thresholds(address_challenge_at=300, address_stop_at=3000, brand_challenge_at=2000)
    # Each account has a quota of mails and letters of its own; a leak in the news sends everybody here.
    resets: Thresholds = Thresholds(address_challenge_at=1000, address_stop_at=10_000, brand_challenge_at=10_000)
    claims: Thresholds = Thresholds(address_challenge_at=20, address_stop_at=300, brand_challenge_at=200)

    @property
    def half_life_seconds(self) -> float:
        """Return the half-life in seconds."""
        return self.half_life_minutes * 60.0


@dataclass(frozen=True)
class Counter:
    """One count that an attempt meets. What it counts on is personal and leaves only as a keyed digest."""

    scope: Scope
    counts_on: tuple[str, ...] = field(repr=False)
    challenge_at: float
    stop_at: float
    at_once: bool  # counted before it is looked at what was tried, and not only when that has failed
    doublings: int = 0  # how often the challenge gets twice as hard

    @property
    def ceiling(self) -> float:
        """Return what the count never exceeds, so that it fades in time once an attack is over."""
        return self.stop_at if math.isfinite(self.stop_at) else self.challenge_at * 2**self.doublings + 1


def blocks(address: Address) -> list[str]:
    """Return the networks that an address is counted on: its subscriber's (/32, /64), and the one around (/24, /48)."""
    return [str(ip_network((address, prefix), strict=False)) for prefix in PREFIXES[address.version]]


def success_is_free(purpose: Purpose) -> bool:
    """Tell whether only failures count at a step.

    Whoever comes in proves that it was no guess. A request for a reset proves nothing; nor does a claim to be a member by
    numbers that have leaked (domain rule: known of 33 million people).
    """
    return FAMILIES[purpose] == "tries"


def place_counters(limits: Limits, *, brand: str, purpose: Purpose, address: Address) -> list[Counter]:
    """Return the counts of where an attempt comes from and of the brand that it is made on."""
    family = FAMILIES[purpose]
    thresholds: Thresholds = getattr(limits, family)
    at_once = not success_is_free(purpose)
    narrow, wide = blocks(address)
    challenge, stop, factor = thresholds.address_challenge_at, thresholds.address_stop_at, limits.network_factor
    brand_challenge = thresholds.brand_challenge_at
    return [
        Counter("address", (brand, family, narrow), challenge, stop, at_once, ADDRESS_DOUBLINGS),
        Counter("network", (brand, family, wide), challenge * factor, stop * factor, at_once, ADDRESS_DOUBLINGS),
        Counter("brand", (brand, family), brand_challenge, math.inf, at_once, BRAND_DOUBLINGS),
    ]


def secret_counter(limits: Limits, *, brand: str, purpose: Purpose, secret: str) -> Counter:
    """Return the count of failures with one secret, given in its comparable form.

    Counted at once: of any number of parallel tries with one password no more than `same_secret` are looked at.
    """
    most = float(limits.same_secret)
    return Counter("secret", (brand, purpose, secret), most, most, at_once=True)
