"""The steps of a signed-in member who looks after the own account."""

from typing import Any

import aiohttp

from tests.support.identity_fixtures import OpenedIdentity
from tests.support.identity_steps import PASSPHRASE, Seen, connect, post, seen, sign_in, with_password

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
    if changes.get("email", "") is None:  # nobody mails a link: first connection, at brands that have it
        member = await opened.enrol(**changes)
        await connect(client, member["brand"], member["nir"], member["statement_identifier"], password)
    else:
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


async def ask_for_email(
    client: aiohttp.ClientSession, tokens: dict[str, Any], email: str, confirmation: str = ""
) -> Seen:
    """Ask for another address."""
    body = {"email": email, "email_confirmation": confirmation or email}
    return await call(client, "PUT", "/v1/account/email", tokens["access_token"], body)


async def confirm_email(client: aiohttp.ClientSession, tokens: dict[str, Any], code: str) -> Seen:
    """Type the code that came to the new address."""
    return await call(client, "POST", "/v1/account/email/confirmation", tokens["access_token"], {"code": code})


async def undo_email(client: aiohttp.ClientSession, brand: str, token: str) -> Seen:
    """Follow the link that came to the former address."""
    return await post(client, f"/v1/{brand}/email-changes/undo", {"token": token})


async def mailed_code(opened: OpenedIdentity) -> str:
    """Return the code that the newest request of another address had mailed."""
    event = (await opened.new_events("email-change.requested.v1"))[-1]
    return str(event.data["code"])


async def change_email(
    opened: OpenedIdentity, client: aiohttp.ClientSession, tokens: dict[str, Any], email: str
) -> dict[str, Any]:
    """Change the address of whoever has `tokens`; return what is told of it."""
    asked = await ask_for_email(client, tokens, email)
    confirmed = await confirm_email(client, tokens, await mailed_code(opened))

    assert (asked.status, confirmed.status) == (202, 204)
    (event,) = await opened.new_events("email.changed.v1")
    return event.data


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
