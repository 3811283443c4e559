"""Uploads that break off, over a raw socket: nothing is stored, the process goes on."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.support.contracts_fixtures import (
    NDJSON,
    FixedClock,
    OpenContracts,
    many_lines,
    ndjson,
    open_contracts_service,
)
from tests.support.waiting import eventually

TABLES = ("imports", "import_lines", "import_errors", "members", "outbox")
BODY = ndjson(many_lines(1200))


async def counts(contracts: OpenContracts) -> list[int]:
    rows = await contracts.fetch(
        " UNION ALL ".join(f"SELECT '{name}' AS name, count(*) AS n FROM {name}" for name in TABLES)
    )
    return [{row["name"]: row["n"] for row in rows}[name] for name in TABLES]


async def begin_upload(contracts: OpenContracts, *headers: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    place = urlsplit(contracts.url)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    lines = [
        "POST /v1/mgas/imports?kind=members HTTP/1.1",
        f"Host: {place.netloc}",
        f"Authorization: {contracts.staff()['Authorization']}",
        f"Content-Type: {NDJSON}",
        *headers,
    ]
    writer.write("\r\n".join([*lines, "", ""]).encode())
    await writer.drain()
    return reader, writer


async def lines_are_staged(contracts: OpenContracts) -> bool:
    async def look() -> int:
        return (await counts(contracts))[1]

    return await eventually(look, lambda staged: staged > 0) > 0


async def nothing_is_left(contracts: OpenContracts) -> list[int]:
    async def look() -> list[int]:
        return await counts(contracts)

    return await eventually(look, lambda found: not any(found))


@pytest.mark.parametrize("way", ["close", "reset"])
@pytest.mark.parametrize("framing", ["length", "chunked"])
async def test_a_sender_who_goes_away_leaves_nothing(contracts: OpenContracts, framing: str, way: str) -> None:
    header = f"Content-Length: {len(BODY)}" if framing == "length" else "Transfer-Encoding: chunked"
    _, writer = await begin_upload(contracts, header)
    part = BODY[: len(BODY) * 3 // 4]
    writer.write(part if framing == "length" else b"%x\r\n%s\r\n" % (len(part), part))
    await writer.drain()
    staged = await lines_are_staged(contracts)
    if way == "reset":
        writer.transport.abort()
    else:
        writer.close()

    assert staged
    assert await nothing_is_left(contracts) == [0, 0, 0, 0, 0]
    assert (await contracts.send(BODY))[1]["accepted"] == 1200


async def test_a_half_closed_connection_with_bytes_missing_leaves_nothing(contracts: OpenContracts) -> None:
    _, writer = await begin_upload(contracts, f"Content-Length: {len(BODY)}")
    writer.write(BODY[:-1])
    writer.write_eof()
    await asyncio.sleep(0.2)

    assert await nothing_is_left(contracts) == [0, 0, 0, 0, 0]
    writer.close()


@pytest.fixture
async def impatient(contracts_database: str, tmp_path: Path) -> AsyncIterator[OpenContracts]:
    async with open_contracts_service(
        contracts_database, tmp_path, clock=FixedClock(), import_idle_seconds=0.3
    ) as opened:
        yield opened


async def test_a_sender_who_falls_silent_is_told_so(impatient: OpenContracts) -> None:
    reader, writer = await begin_upload(impatient, f"Content-Length: {len(BODY)}")
    writer.write(BODY[:-1])
    answer = await reader.read()  # to the end: the server waits a little for the rest, then closes
    writer.close()

    assert (answer.split(b"\r\n", 1)[0], b'"code":"body-truncated"' in answer) == (b"HTTP/1.1 400 Bad Request", True)
    assert await nothing_is_left(impatient) == [0, 0, 0, 0, 0]


async def test_a_chunk_whose_length_cannot_be_read_is_a_truncated_upload(impatient: OpenContracts) -> None:
    reader, writer = await begin_upload(impatient, "Transfer-Encoding: chunked")
    writer.write(b"%x\r\n%s\r\n" % (len(BODY), BODY))
    await writer.drain()
    staged = await lines_are_staged(impatient)
    writer.write(b"not a length\r\n")
    answer = await reader.read()
    writer.close()

    assert staged
    assert (answer.split(b"\r\n", 1)[0], b'"code":"body-truncated"' in answer) == (b"HTTP/1.1 400 Bad Request", True)
    assert await nothing_is_left(impatient) == [0, 0, 0, 0, 0]
