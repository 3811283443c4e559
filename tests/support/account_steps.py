"""The steps of a signed-in member who looks after the own account."""

from typing import Any

import aiohttp

from tests.support.identity_fixtures import OpenedIdentity
from tests.support.identity_steps import PASSPHRASE, Seen, seen, sign_in, with_password

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


async def call(client: aiohttp.ClientSession, method: str, path: str, token: str, body: Any = None) -> Seen:
    """Send a call with an access token."""
    headers = {"Authorization": f"Bearer {token}", "User-Agent": FIREFOX}
    async with client.request(method, path, json=body, headers=headers) as response:
        return await seen(response)


async def signed_in(
    opened: OpenedIdentity, client: aiohttp.ClientSession, password: str = PASSPHRASE, **changes: Any
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Enrol a member (of mgas, unless `changes` say otherwise) who chose `password` and signed in; return member, tokens."""
    member = await with_password(opened, client, password, **changes)
    return member, await tokens_of(client, member, password)


async def tokens_of(
    client: aiohttp.ClientSession, member: dict[str, Any], password: str = PASSPHRASE
) -> dict[str, Any]:
    """Sign a member in and return the tokens."""
    identifier = member["nir"] if member["brand"] == "safiag" else member["email"]
    answer = await sign_in(client, member["brand"], identifier, password)

    assert answer.status == 201, answer
    tokens: dict[str, Any] = answer.body
    return tokens


async def deeds_of(opened: OpenedIdentity, member: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """Return (kind, actor, details) of what was done to a member's account, in order."""
    async with opened.identity.database.connection() as connection:
        rows = await connection.fetch(
            """
            SELECT kind, actor, details FROM deeds JOIN accounts ON accounts.id = account_id
            WHERE member_id = $1::uuid ORDER BY number
            """,
            member["member_id"],
        )
    return [(row["kind"], row["actor"], row["details"]) for row in rows]
