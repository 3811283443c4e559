"""Identity under limits that a test chooses, and tries from addresses that it chooses."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
from identity_service.domain.limits import Limits, Thresholds
from identity_service.resources import Identity

from tests.support.identity_fixtures import BRANDS, OpenedIdentity, http_client, opened_identity
from tests.support.identity_steps import Seen, post
from tests.support.proof_of_work_solver import solve

PROXY = "127.0.0.0/8"  # where the tests' own requests come from
EASY = {"challenge_work": 1}
HIGH = 1_000_000
UNLIMITED = Limits(
    same_secret=HIGH,
    **{
        family: Thresholds(address_challenge_at=HIGH, address_stop_at=HIGH, brand_challenge_at=HIGH)
        for family in ("tries", "resets", "claims")
    },
)


def limited(identity: Identity, **changes: Any) -> Identity:
    """Return `identity` with other limits for each brand: figures, or families of them (`tries={…}`); challenges are easy."""
    shipped = Limits().model_dump()
    families = {name: shipped[name] | value for name, value in changes.items() if isinstance(value, dict)}
    return _under(identity, Limits.model_validate(shipped | EASY | changes | families))


def unlimited(identity: Identity) -> Identity:
    """Return `identity` without limits, for what is not about them and does everything from one address."""
    return _under(identity, UNLIMITED)


def _under(identity: Identity, limits: Limits) -> Identity:
    brands = {name: policy.model_copy(update={"limits": limits}) for name, policy in identity.brands.items()}
    return replace(identity, brands=brands)


def brands_without_limits(directory: Path) -> Path:
    """Return a copy of the shipped brands that limits nothing, for loads and measurements from one address."""
    return brands_under(directory, **dict.fromkeys(("same_secret", *Thresholds.model_fields), HIGH))


def brands_under(directory: Path, **figures: int) -> Path:
    """Return a copy of the shipped brands with other limits, those of families in each of them."""
    copied = directory / "brands-under-other-limits"
    shutil.copytree(BRANDS, copied, dirs_exist_ok=True)
    for file in copied.glob("*.toml"):
        text = file.read_text(encoding="utf-8")
        for name, value in figures.items():
            text = _with(text, name, value)
        file.write_text(text, encoding="utf-8")
    return copied


def _with(text: str, name: str, value: int) -> str:
    assert f"\n{name} = " in text
    lines = [f"{name} = {value}" if line.startswith(f"{name} = ") else line for line in text.splitlines()]
    return "\n".join(lines) + "\n"


@asynccontextmanager
async def behind_a_proxy(directory: Path, database_url: str, **limits: Any) -> AsyncIterator[OpenedIdentity]:
    """Open identity that believes what the tests' own requests say of their callers, under `limits`."""
    async with opened_identity(directory, database_url, trusted_proxies=PROXY) as opened:
        opened.identity = limited(opened.identity, **limits)
        yield opened


@asynccontextmanager
async def client_under(opened: OpenedIdentity, **limits: Any) -> AsyncIterator[aiohttp.ClientSession]:
    """Serve `opened` under `limits` and give a client of it."""
    async with http_client(limited(opened.identity, **limits)) as client:
        yield client


def nir(number: int) -> str:
    """Return a social-security number that nobody has."""
    return f"1850578{number:06d}"


def far_apart(number: int) -> str:
    """Return an address in a network of its own."""
    return f"10.{number // 256}.{number % 256}.7"


async def try_password(
    client: aiohttp.ClientSession,
    identifier: str,
    password: str,
    *,
    address: str = "192.0.2.1",
    challenge: str | None = None,
) -> Seen:
    """Sign in at safiag from `address`."""
    body = {"identifier": identifier, "password": password, "challenge": challenge}
    return await post(client, "/v1/safiag/sessions", body, headers={"X-Forwarded-For": address})


async def ask_reset(client: aiohttp.ClientSession, identifier: str, *, address: str = "192.0.2.1", **more: Any) -> Seen:
    """Ask for a new password at safiag from `address`."""
    headers = {"X-Forwarded-For": address} | more.pop("headers", {})
    return await post(client, "/v1/safiag/password-resets", {"identifier": identifier, **more}, headers=headers)


async def challenge_for(
    client: aiohttp.ClientSession, purpose: str, *, brand: str = "safiag", address: str = "192.0.2.1"
) -> dict[str, Any]:
    """Ask whether a step needs a challenge."""
    headers = {"X-Forwarded-For": address}
    async with client.get(f"/v1/{brand}/challenge", params={"for": purpose}, headers=headers) as response:
        assert response.status == 200
        found: dict[str, Any] = await response.json()
    return found


def solution_in(refused: Seen) -> str:
    """Return the solution of the challenge that came with a refusal."""
    assert (refused.status, refused.code) == (403, "challenge-required")
    return solve(refused.body["challenge"])
