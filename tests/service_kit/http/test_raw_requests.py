"""Requests as no good client sends them, over a raw socket: broken off, endless, malformed."""

import asyncio
import io
import json

import pytest

from tests.support.tiny_fixtures import Served
from tests.support.waiting import eventually

BODY = b'{"number": 1, "addressee": "Ada"}'
HEAD = b"POST /v1/alpha/parcels HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
CANARY = b"canary-of-a-header"


def status_of(reply: bytes) -> int:
    return int(reply.split(b" ", 2)[1])


def code_of(reply: bytes) -> str:
    return str(json.loads(reply.rpartition(b"\r\n\r\n")[2])["code"])


async def parcels(tiny: Served) -> int:
    async with tiny.tiny.foundation.database.connection() as connection:
        return int(await connection.fetchval("SELECT count(*) FROM parcels"))


@pytest.fixture(autouse=True)
async def nothing_is_kept(tiny: Served):
    """Holds every test of this module to having stored nothing, and left the service answering."""
    yield
    alive = (await tiny.ask("GET", "/health/live"))[0]

    assert (await parcels(tiny), alive) == (0, 200)


def answered(logged: io.StringIO) -> list[int]:
    lines = [json.loads(line) for line in logged.getvalue().splitlines()]
    return [line["status"] for line in lines if line["event"] == "answered"]


@pytest.mark.parametrize("end", ["half-close", "abort"])
@pytest.mark.parametrize(
    "raw",
    [
        HEAD + b"Content-Length: 33\r\n\r\n" + BODY[:20],
        HEAD + b"Content-Length: 40000\r\n\r\n" + BODY,
        HEAD + b"Content-Length: 33\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n21\r\n" + BODY[:20],
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n21\r\n" + BODY + b"\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n21\r\n" + BODY + b"\r\n0\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n",
    ],
    ids=["half", "much missing", "nothing", "half a chunk", "no last chunk", "half of the end", "no chunk"],
)
async def test_a_body_that_breaks_off_is_not_taken_for_the_whole(
    raw: bytes, end: str, tiny: Served, logged: io.StringIO
) -> None:
    reply = await tiny.talk(raw, end=end, within=3)
    statuses = await eventually(lambda: asyncio.sleep(0, answered(logged)), bool, within=3)

    assert statuses == [400]
    assert '"level": "error"' not in logged.getvalue()
    if reply:
        assert (status_of(reply), code_of(reply)) == (400, "body-truncated")


@pytest.mark.parametrize(
    "chunk",
    [b"ZZ\r\nx\r\n", b"-1\r\nx\r\n", b"5\r\nabcdefgh\r\n", b"FFFFFFFFFFFFFFFFFF\r\nx\r\n", b"5;\x00=1\r\nabcde\r\n"],
)
async def test_a_chunk_that_cannot_be_read_is_refused(chunk: bytes, tiny: Served) -> None:
    reply = await tiny.talk(HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunk, within=4)

    assert status_of(reply) == 400
    assert code_of(reply) in {"unreadable-request", "body-truncated"}


async def test_a_chunked_body_is_accepted_and_refused_as_soon_as_it_is_too_long(tiny: Served) -> None:
    chunk = b"4000\r\n" + b" " * 0x4000 + b"\r\n"
    head = HEAD + b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    small = await tiny.talk(head + b"%x\r\n" % 2 + b"{}" + b"\r\n0\r\n\r\n")
    large = await tiny.talk(head + chunk * 5, within=4)  # and never an end

    assert (status_of(small), code_of(small)) == (422, "invalid-request")
    assert (status_of(large), code_of(large)) == (413, "body-too-large")


async def test_a_body_that_is_announced_too_long_is_refused_before_it_is_sent(tiny: Served) -> None:
    reply = await tiny.talk(HEAD + b"Content-Length: 2000000\r\nConnection: close\r\n\r\n", within=4)

    assert (status_of(reply), code_of(reply)) == (413, "body-too-large")


async def test_a_stream_is_refused_as_soon_as_it_is_too_long_and_counted_when_it_is_whole(tiny: Served) -> None:
    head = b"POST /v1/alpha/uploads HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\nConnection: close\r\n"
    whole = await tiny.talk(head + b"Content-Length: 200000\r\n\r\n" + b"x" * 200_000)
    chunk = b"8000\r\n" + b"x" * 0x8000 + b"\r\n"
    long = await tiny.talk(head + b"Transfer-Encoding: chunked\r\n\r\n" + chunk * 12, within=4)
    silent = await tiny.talk(head + b"Content-Length: 100\r\n\r\n" + b"x" * 50, within=6)

    assert whole.endswith(b'{"size":200000}')
    assert (status_of(long), code_of(long)) == (413, "body-too-large")
    assert (status_of(silent), code_of(silent)) == (400, "body-truncated")


@pytest.mark.parametrize(
    "raw",
    [
        b"GARBAGE " + CANARY + b"\r\n\r\n",
        b"G@T /" + CANARY + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /" + CANARY + b" HTTP/9.9\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX-Big: " + CANARY + b"a" * 20_000 + b"\r\n\r\n",
        b"GET /" + CANARY + b"a" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n" + b"".join(b"X-%d: y\r\n" % n for n in range(2000)) + b"\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer a\x00" + CANARY + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n" + CANARY + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n folded: " + CANARY + b"\r\n\r\n",
        HEAD + b"Content-Length: " + CANARY + b"\r\n\r\n{}",
        HEAD + b"Content-Length: -2\r\n\r\n{}",
        HEAD + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        HEAD + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}",
        HEAD + b"Transfer-Encoding: " + CANARY + b"\r\n\r\n{}",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ],
)
async def test_what_is_no_http_is_refused_like_everything_else_and_not_quoted(
    raw: bytes, tiny: Served, logged: io.StringIO
) -> None:
    reply = await tiny.talk(raw, within=3)

    assert (status_of(reply), code_of(reply)) == (400, "unreadable-request")
    assert b"\r\nX-Content-Type-Options: nosniff\r\n" in reply
    assert b"\r\nContent-Type: application/problem+json\r\n" in reply
    assert b"aiohttp" not in reply
    assert CANARY not in reply
    assert CANARY.decode() not in logged.getvalue()
    assert '"level": "error"' not in logged.getvalue()


async def test_a_client_that_waits_for_it_is_told_to_continue_once_its_body_is_wanted(tiny: Served) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", tiny.port)
    writer.write(HEAD + b"Content-Length: 2\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n")
    async with asyncio.timeout(3):
        first = await reader.readuntil(b"\r\n\r\n")
        writer.write(b"{}")
        rest = await reader.read()
    writer.close()

    assert first == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert (status_of(rest), code_of(rest)) == (422, "invalid-request")


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (HEAD + b"Content-Length: 2000000\r\n", 413),
        (HEAD.replace(b"alpha", b"unknown") + b"Content-Length: 2\r\n", 404),
        (HEAD.replace(b"alpha/", b"me/") + b"Content-Length: 2\r\n", 401),
    ],
)
async def test_who_is_refused_is_not_told_to_continue(head: bytes, status: int, tiny: Served) -> None:
    reply = await tiny.talk(head + b"Expect: 100-continue\r\nConnection: close\r\n\r\n", within=4)

    assert b"100 Continue" not in reply
    assert status_of(reply) == status


async def test_another_expectation_is_ignored(tiny: Served) -> None:
    reply = await tiny.talk(HEAD + b"Content-Length: 2\r\nExpect: a-miracle\r\nConnection: close\r\n\r\n{}")

    assert (status_of(reply), code_of(reply)) == (422, "invalid-request")


async def test_requests_on_one_connection_are_answered_in_order(tiny: Served) -> None:
    get = b"GET /v1/alpha/filter?name=%d HTTP/1.1\r\nHost: x\r\n\r\n"
    last = get.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    reply = await tiny.talk(b"".join(get % n for n in range(5)) + last % 5)

    assert [reply.count(b'"name":"%d"' % n) for n in range(6)] == [1] * 6
    assert reply.index(b'"name":"1"') < reply.index(b'"name":"4"')


async def test_a_refused_body_does_not_become_the_next_request(tiny: Served) -> None:
    """Request smuggling: what follows a refused head belongs to its body."""
    hidden = b"GET /v1/alpha/filter?name=smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
    head = HEAD.replace(b"application/json", b"text/plain") + b"Content-Length: %d\r\n\r\n" % len(hidden)
    reply = await tiny.talk(head + hidden, within=3)

    assert status_of(reply) == 415
    assert b"smuggled" not in reply


async def test_a_slow_body_is_waited_for_no_longer_than_it_takes(tiny: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service_kit.http.bodies.WHOLE_BODY_SECONDS", 0.5)
    reply = await tiny.talk(HEAD + b"Content-Length: 33\r\n\r\n" + BODY[:20], within=5)

    assert (status_of(reply), code_of(reply)) == (400, "body-truncated")
