"""The steps of a member who gets an access of e-mail: welcomed by mail, created by oneself, or found again by its numbers."""

from typing import Any

import aiohttp
from identity_service.usecases.welcome_members import welcome_members

from tests.support.identity_fixtures import TERMS, OpenedIdentity, PublishedEvent
from tests.support.identity_steps import Seen, post


async def welcomes(opened: OpenedIdentity) -> list[PublishedEvent]:
    """Welcome everybody who is due, as the background does, and return what is published."""
    while await welcome_members(opened.identity):
        pass
    created = [event for event in await opened.new_events() if event.type == "account.created.v1"]
    return [event for event in created if event.data["origin"] == "automatic"]


async def create(client: aiohttp.ClientSession, member: dict[str, Any], email: str, **changes: Any) -> Seen:
    """Ask for an access with the member's numbers and an address of one's own."""
    body = {
        "membership_number": member["membership_number"],
        "nir": member["nir"],
        "email": email,
        "email_confirmation": email,
        "accepted_terms": TERMS,
        **changes,
    }
    return await post(client, f"/v1/{member['brand']}/accounts", body)


async def look_up(client: aiohttp.ClientSession, member: dict[str, Any], **changes: Any) -> Seen:
    """Ask for the address with the member's numbers and birth date."""
    body = {name: member[name] for name in ("membership_number", "nir", "birth_date")} | changes
    return await post(client, f"/v1/{member['brand']}/identifier-lookups", body)


async def activation(opened: OpenedIdentity, client: aiohttp.ClientSession, member: dict[str, Any], email: str) -> str:
    """Ask for an access with an address of one's own and return the token that notifications would mail to it."""
    promised = await create(client, member, email)
    *_, event = await opened.new_events()

    assert (promised.status, event.type) == (202, "activation.requested.v1")
    return str(event.data["token"])
