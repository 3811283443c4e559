"""The steps of a member with a passkey."""

import json
from typing import Any

import aiohttp
from webauthn.helpers import base64url_to_bytes

from tests.support.account_steps import call, signed_in
from tests.support.identity_fixtures import OpenedIdentity
from tests.support.identity_steps import Seen, post
from tests.support.soft_passkey import HONEST, Lie, SoftPasskey

PASSKEYS = "/v1/account/passkeys"


async def offered(client: aiohttp.ClientSession, token: str) -> dict[str, Any]:
    """Ask for what a passkey is made of."""
    answer = await call(client, "POST", f"{PASSKEYS}/options", token)

    assert answer.status == 200, answer
    options: dict[str, Any] = answer.body
    return options


async def add(client: aiohttp.ClientSession, token: str, credential: Any, label: str = "Téléphone") -> Seen:
    """Send what an authenticator made."""
    return await call(client, "POST", PASSKEYS, token, {"credential": credential, "label": label})


async def with_passkey(
    opened: OpenedIdentity, client: aiohttp.ClientSession, passkey: SoftPasskey | None = None, **changes: Any
) -> tuple[dict[str, Any], dict[str, Any], SoftPasskey]:
    """Enrol a member who signed in and added a passkey; return the member, the tokens and the passkey."""
    member, tokens = await signed_in(opened, client, **changes)
    made = passkey or SoftPasskey()
    answer = await add(client, tokens["access_token"], made.create(await offered(client, tokens["access_token"])))

    assert answer.status == 201, answer
    return member, tokens, made


async def asked(client: aiohttp.ClientSession, brand: str = "mgas") -> dict[str, Any]:
    """Ask for what a passkey is to sign."""
    answer = await post(client, f"/v1/{brand}/passkey-sessions/options", {})

    assert answer.status == 200, answer
    options: dict[str, Any] = answer.body
    return options


async def show(client: aiohttp.ClientSession, options: dict[str, Any], credential: Any, brand: str = "mgas") -> Seen:
    """Send what an authenticator signed."""
    body = {"challenge_id": options["challenge_id"], "credential": credential}
    return await post(client, f"/v1/{brand}/passkey-sessions", body)


async def sign_in_by(
    client: aiohttp.ClientSession, passkey: SoftPasskey, lie: Lie = HONEST, *, brand: str = "mgas"
) -> Seen:
    """Sign in with a passkey."""
    options = await asked(client, brand)
    return await show(client, options, passkey.get(options, lie), brand)


def claims_of(access_token: str) -> dict[str, Any]:
    """Return what a token says; whether it is signed is looked at elsewhere."""
    claims: dict[str, Any] = json.loads(base64url_to_bytes(access_token.split(".")[1]))
    return claims
