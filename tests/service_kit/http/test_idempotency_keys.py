"""Idempotency-Key: what is sent twice is done once, by the same caller, for the same thing."""

import asyncio
import io
from typing import Any
from uuid import uuid4

import pytest

from tests.support.tiny_fixtures import Place, Served

PARCEL = {"number": 1, "addressee": "Ada canary-3f"}


def keyed(key: str = "", **headers: str) -> dict[str, str]:
    return {"Idempotency-Key": key or str(uuid4()), **headers}


async def post(tiny: Served, headers: dict[str, str], body: Any = PARCEL, path: str = "/v1/alpha/parcels"):
    status, got, answer = await tiny.ask("POST", path, json=body, headers=headers)
    return status, got.get("Location"), answer


async def count(tiny: Served, what: str = "parcels") -> int:
    async with tiny.tiny.foundation.database.connection() as connection:
        return int(await connection.fetchval(f"SELECT count(*) FROM {what}"))


async def test_the_same_request_is_answered_alike_and_done_once(tiny: Served) -> None:
    before, headers = await count(tiny), keyed()
    first, second, third = [await post(tiny, headers) for _ in range(3)]

    assert first == second == third
    assert first[0] == 201
    assert first[1] == f"/v1/parcels/{first[2]['id']}"
    assert await count(tiny) == before + 1
    assert await count(tiny, f"outbox WHERE subject = 'parcel/{first[2]['id']}'") == 1


async def test_without_a_key_it_is_done_each_time(tiny: Served) -> None:
    before = await count(tiny)
    for _ in range(2):
        await post(tiny, {})

    assert await count(tiny) == before + 2


async def test_the_same_key_with_another_body_is_refused(tiny: Served) -> None:
    headers = keyed()
    await post(tiny, headers)
    before = await count(tiny)
    status, _, answer = await post(tiny, headers, PARCEL | {"number": 2})

    assert (status, answer["code"]) == (422, "idempotency-key-reused")
    assert await count(tiny) == before


async def test_the_same_key_for_another_thing_is_refused(tiny: Served) -> None:
    """The body is empty: only the path says what it is about."""
    headers = keyed()
    first = await tiny.ask("POST", "/v1/alpha/parcels/1/copies", headers=headers)
    again = await tiny.ask("POST", "/v1/alpha/parcels/1/copies", headers=headers)
    other = await tiny.ask("POST", "/v1/alpha/parcels/2/copies", headers=headers)

    assert (first[0], first[2]) == (again[0], again[2]) == (201, {})
    assert (other[0], other[2]["code"]) == (422, "idempotency-key-reused")


async def test_requests_at_once_are_done_once(tiny: Served) -> None:
    before, headers = await count(tiny), keyed()
    answers = await asyncio.gather(*(post(tiny, headers) for _ in range(8)))
    statuses = [answer[0] for answer in answers]

    assert await count(tiny) == before + 1
    assert set(statuses) <= {201, 409}
    assert len({answer[2]["id"] for answer in answers if answer[0] == 201}) == 1
    assert {answer[2]["code"] for answer in answers if answer[0] == 409} <= {"idempotency-key-in-progress"}


async def test_while_the_first_is_being_answered_the_second_is_told_to_come_back(tiny: Served) -> None:
    keys, headers = tiny.tiny.foundation.idempotency, keyed()
    scope = "ask_for_parcel alpha "
    raw = b'{"number":1,"addressee":"x"}'
    await keys.begin(scope, headers["Idempotency-Key"], path="/v1/alpha/parcels", body=raw)
    json_type = {"Content-Type": "application/json"}
    status, got, answer = await tiny.ask("POST", "/v1/alpha/parcels", data=raw, headers=headers | json_type)
    other = await tiny.ask("POST", "/v1/alpha/parcels", data=raw + b" ", headers=headers | json_type)

    assert (status, answer["code"], got["Retry-After"]) == (409, "idempotency-key-in-progress", "2")
    assert (other[0], other[2]["code"]) == (422, "idempotency-key-reused")


async def test_what_was_left_unanswered_by_a_process_that_died_may_be_done_again_after_two_minutes(
    tiny: Served,
) -> None:
    keys, headers, raw = tiny.tiny.foundation.idempotency, keyed(), b'{"number":1,"addressee":"x"}'
    await keys.begin("ask_for_parcel alpha ", headers["Idempotency-Key"], path="/v1/alpha/parcels", body=raw)
    async with tiny.tiny.foundation.database.connection() as connection:
        await connection.execute(
            "UPDATE idempotency_keys SET created_at = now() - interval '3 minutes' WHERE answer IS NULL"
        )
    status, _, _ = await tiny.ask(
        "POST", "/v1/alpha/parcels", data=raw, headers=headers | {"Content-Type": "application/json"}
    )

    assert status == 201


@pytest.mark.parametrize("body", [PARCEL | {"number": 13}, PARCEL | {"number": "x"}, {}])
async def test_a_refused_request_may_be_corrected_under_the_same_key(body: dict[str, Any], tiny: Served) -> None:
    headers = keyed()
    refused = await post(tiny, headers, body)
    corrected = await post(tiny, headers)

    assert refused[0] in {409, 422}
    assert corrected[0] == 201


@pytest.mark.parametrize("key", ["", "x" * 201, "é", "a\x01b", "a\tb", "日本"])
async def test_a_key_that_is_none_is_refused(key: str, tiny: Served) -> None:
    raw = b'{"number":1,"addressee":"x"}'
    head = "POST /v1/alpha/parcels HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nConnection: close\r\n"
    head += f"Content-Length: {len(raw)}\r\nIdempotency-Key: {key}\r\n\r\n"
    reply = await tiny.talk(head.encode() + raw)

    assert reply.split(b" ", 2)[1] == b"400"
    assert b'"invalid-idempotency-key"' in reply or b'"unreadable-request"' in reply


@pytest.mark.parametrize("key", ["x", "x" * 200, "a b", '"quoted"', "~!@#$%^&*()"])
async def test_any_printable_key_is_accepted(key: str, tiny: Served) -> None:
    assert (await post(tiny, keyed(key)))[0] == 201


async def test_nobody_gets_the_answer_of_another_brand_or_person(tiny: Served, place: Place) -> None:
    headers, other_account = keyed(), str(uuid4())

    async def ask_as(path: str, **claims: str) -> dict[str, Any]:
        token = place.member_token(**claims) if path.startswith("/v1/me") else ""
        _, _, answer = await post(tiny, headers | {"Authorization": f"Bearer {token}"}, path=path)
        return answer

    answers = [
        await ask_as("/v1/alpha/parcels"),
        await ask_as("/v1/beta/parcels"),
        await ask_as("/v1/me/parcels"),
        await ask_as("/v1/me/parcels", brand="beta"),
        await ask_as("/v1/me/parcels", sub=other_account),
    ]

    assert len({answer["id"] for answer in answers}) == 5
    assert answers[4]["who"] == other_account
    assert (await ask_as("/v1/me/parcels", sub=other_account)) == answers[4]


async def test_neither_key_nor_body_is_kept_in_clear(tiny: Served, logged: io.StringIO) -> None:
    headers = keyed("canary-of-a-key")
    await post(tiny, headers)
    async with tiny.tiny.foundation.database.connection() as connection:
        rows = await connection.fetch("SELECT idempotency_keys::text AS row FROM idempotency_keys")
    kept = " ".join(row["row"] for row in rows)

    assert "canary" not in kept
    assert b"canary".hex() not in kept
    assert "canary" not in logged.getvalue()
