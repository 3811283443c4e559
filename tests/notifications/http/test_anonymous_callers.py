"""Whoever does not sign in learns nothing here: the promise (« sous 48 h ») is identity's to tell, the same to everybody."""

from typing import Any
from uuid import uuid4

import aiohttp
import orjson
from notifications_service.http.endpoints import ENDPOINTS
from service_kit.http.endpoints import Endpoint, Public

from tests.support.notifications_fixtures import RunningNotifications, letter_required, member_enrolled

# The print provider signs nothing: what it says is not believed, and is answered alike whatever it speaks of.
OPEN_TO_EVERYBODY = {"take_provider_notification"}
WITHOUT_A_MEMBER = ("/health/live", "/health/ready", "/metrics", "/openapi.json")


async def told(client: aiohttp.ClientSession, endpoint: Endpoint, *, known: str) -> tuple[int, Any]:
    """Call an endpoint without a token, as if about `known`; return what it answers, without the request's id."""
    path = endpoint.path.replace("{brand}", "safiag").replace("{id}", known)
    body = {"resource_id": known} if endpoint.body is not None else None
    query = {"member_id": known} if endpoint.method == "GET" else {}
    async with client.request(endpoint.method, path, params=query, json=body) as response:
        raw = await response.read()
        return response.status, orjson.loads(raw) | {"request_id": None} if raw else None


async def all_told(service: RunningNotifications, *, known: str) -> dict[str, tuple[int, Any]]:
    async with service.served() as client:
        return {one.operation: await told(client, one, known=known) for one in ENDPOINTS}


def test_nothing_but_the_print_providers_notifications_is_open_to_everybody():
    assert {one.operation for one in ENDPOINTS if isinstance(one.access, Public)} <= OPEN_TO_EVERYBODY


async def test_without_a_token_a_member_with_a_letter_is_told_from_nobody_in_no_way(service: RunningNotifications):
    member_id = uuid4()
    await service.hear(member_enrolled(member_id=member_id))
    await service.hear(letter_required(member_id=member_id))
    await service.hand_over()
    [letter] = await service.rows("SELECT id FROM deliveries")
    [of_member, of_letter, of_nobody] = [
        await all_told(service, known=str(known)) for known in (member_id, letter["id"], uuid4())
    ]
    closed = {name: answer for name, answer in of_nobody.items() if name not in OPEN_TO_EVERYBODY}

    assert of_member == of_letter == of_nobody
    assert {(status, problem["code"]) for status, problem in closed.values()} == {(401, "not-signed-in")}
    assert [of_nobody[name] for name in OPEN_TO_EVERYBODY & of_nobody.keys()] in ([], [(201, None)])


async def test_what_is_served_beside_the_table_of_routes_names_no_member(service: RunningNotifications):
    member_id, letter = uuid4(), letter_required()
    await service.hear(letter.model_copy(update={"member_id": member_id}))
    [delivery] = await service.rows("SELECT id FROM deliveries")
    texts: list[str] = []
    async with service.served() as client:
        for path in WITHOUT_A_MEMBER:
            async with client.get(path) as response:
                texts.append(await response.text())

    assert all(texts)
    assert [known for known in (member_id, delivery["id"], letter.letter_id) if str(known) in "".join(texts)] == []
