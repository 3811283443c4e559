"""The steps that a client of identity takes, and what it can tell answers apart by."""

from dataclasses import dataclass
from typing import Any

import aiohttp

from tests.support.identity_fixtures import TERMS, OpenedIdentity

PASSPHRASE = "cheval agrafe batterie correcte"
SIX_DIGITS = "481592"
WAYS_IN = ("reset.requested.v1", "letter.required.v1")
UNIQUE_HEADERS = {"date", "x-request-id"}


@dataclass(frozen=True)
class Seen:
    """An answer as somebody outside sees it, without what is never twice the same."""

    status: int
    body: Any
    headers: dict[str, str]

    @property
    def code(self) -> str:
        """Return the problem's code."""
        return str(self.body["code"])

    @property
    def field_codes(self) -> list[tuple[str, str]]:
        """Return (field, code) of each problem with a field."""
        return [(one["field"], one["code"]) for one in self.body["fields"]]


async def seen(response: aiohttp.ClientResponse) -> Seen:
    """Read a response."""
    headers = {name: value for name, value in response.headers.items() if name.lower() not in UNIQUE_HEADERS}
    body = await response.json(content_type=None) if await response.read() else None
    if isinstance(body, dict):
        body.pop("request_id", None)
    return Seen(response.status, body, headers)


async def post(client: aiohttp.ClientSession, path: str, body: Any, **arguments: Any) -> Seen:
    """Send JSON."""
    async with client.post(path, json=body, **arguments) as response:
        return await seen(response)


async def ask(client: aiohttp.ClientSession, brand: str, identifier: str) -> Seen:
    """Ask for a new password."""
    return await post(client, f"/v1/{brand}/password-resets", {"identifier": identifier})


async def redeem(
    client: aiohttp.ClientSession, brand: str, token: str, password: str = PASSPHRASE, confirmation: str | None = None
) -> Seen:
    """Choose a password with a mailed token."""
    confirmed = password if confirmation is None else confirmation
    body = {"token": token, "password": password, "password_confirmation": confirmed}
    return await post(client, f"/v1/{brand}/password-resets/redeem", body)


async def sign_in(client: aiohttp.ClientSession, brand: str, identifier: str, password: str = PASSPHRASE) -> Seen:
    """Sign in."""
    return await post(client, f"/v1/{brand}/sessions", {"identifier": identifier, "password": password})


async def refresh(client: aiohttp.ClientSession, refresh_token: str) -> Seen:
    """Trade a refresh token."""
    return await post(client, "/v1/sessions/refresh", {"refresh_token": refresh_token})


async def sign_out(client: aiohttp.ClientSession, access_token: str) -> Seen:
    """End the current session."""
    headers = {"Authorization": f"Bearer {access_token}"}
    async with client.delete("/v1/sessions/current", headers=headers) as response:
        return await seen(response)


async def connect(
    client: aiohttp.ClientSession, brand: str, identifier: str, code: str, password: str = SIX_DIGITS, **changes: str
) -> Seen:
    """Open the access with a code."""
    body = {
        "identifier": identifier,
        "code": code,
        "password": password,
        "password_confirmation": password,
        "accepted_terms": TERMS,
        **changes,
    }
    return await post(client, f"/v1/{brand}/first-connections", body)


async def mailed_token(opened: OpenedIdentity, client: aiohttp.ClientSession, brand: str, identifier: str) -> str:
    """Ask for a reset and return the token that notifications would mail."""
    await ask(client, brand, identifier)
    await opened.decide()
    (event,) = await opened.new_events(*WAYS_IN)

    assert event.type == "reset.requested.v1"
    return str(event.data["token"])


async def posted_code(opened: OpenedIdentity, client: aiohttp.ClientSession, brand: str, identifier: str) -> str:
    """Ask for a reset and return the code that notifications would print."""
    await ask(client, brand, identifier)
    await opened.decide()
    (event,) = await opened.new_events(*WAYS_IN)

    assert event.type == "letter.required.v1"
    return str(event.data["code"])


async def with_password(
    opened: OpenedIdentity, client: aiohttp.ClientSession, password: str = PASSPHRASE, **changes: Any
) -> dict[str, Any]:
    """Enrol a member (of mgas, unless `changes` say otherwise) who has chosen `password`."""
    member = await opened.enrol(**changes)
    identifier = member["nir"] if member["brand"] == "safiag" else member["email"]
    token = await mailed_token(opened, client, member["brand"], identifier)
    redeemed = await redeem(client, member["brand"], token, password)

    assert redeemed.status == 204
    return member
