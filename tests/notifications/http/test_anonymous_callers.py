"""Whoever does not sign in learns nothing here: the promise (« sous 48 h ») is identity's to tell, the same to everybody."""

from typing import Any
from uuid import uuid4

from notifications_service.http.endpoints import ENDPOINTS
from service_kit.http.endpoints import Endpoint, Public

from tests.support.notifications_fixtures import RunningNotifications, letter_required, member_enrolled

WITHOUT_A_MEMBER = ("/health/live", "/health/ready", "/metrics", "/openapi.json")


def path_of(endpoint: Endpoint, *, known: str) -> str:
    return endpoint.path.replace("{brand}", "safiag").replace("{id}", known)


async def told(service: RunningNotifications, *, known: str) -> dict[str, tuple[int, Any]]:
    """Ask every endpoint without a token, as if about `known`; return what each answers, without the request's id."""
    answers: dict[str, tuple[int, Any]] = {}
    async with service.served() as client:
        for endpoint in ENDPOINTS:
            url, query = path_of(endpoint, known=known), {"member_id": known} if endpoint.method == "GET" else {}
            async with client.request(endpoint.method, url, params=query) as response:
                problem = await response.json()
                answers[endpoint.operation] = response.status, problem | {"request_id": None}
    return answers


def test_no_endpoint_is_open_to_everybody():
    assert [endpoint.operation for endpoint in ENDPOINTS if isinstance(endpoint.access, Public)] == []


async def test_without_a_token_a_member_with_a_letter_is_told_from_nobody_in_no_way(service: RunningNotifications):
    member_id = uuid4()
    await service.hear(member_enrolled(member_id=member_id))
    await service.hear(letter_required(member_id=member_id))
    await service.hand_over()
    of_member = await told(service, known=str(member_id))

    assert of_member == await told(service, known=str(uuid4()))
    assert {status for status, _ in of_member.values()} == {401}
    assert {problem["code"] for _, problem in of_member.values()} == {"not-signed-in"}


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
