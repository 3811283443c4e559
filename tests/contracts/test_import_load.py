"""Speed of each kind, memory that does not follow the file, and a process that is killed in the middle: on one of its own."""

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import psutil
import pytest
from contracts_service.usecases.process_imports import process_due_imports
from espace_embedded.staff_tokens import staff_token

from tests.support.contracts_fixtures import (
    contracts_settings,
    enrolment_line,
    many_lines,
    ndjson,
    open_contracts_service,
)
from tests.support.csv_files import csv_file
from tests.support.import_lines import reimbursement_line
from tests.support.waiting import eventually

pytestmark = pytest.mark.slow

MEGABYTE = 1024 * 1024
WARMED_UP = 300  # members
MOST_GROWTH = 24 * MEGABYTE  # allocators keep some; a file that is held whole would be more
MOST_SECONDS = 30.0  # a bench measures; these say that nothing has become ten times as slow
NDJSON, CSV = "application/x-ndjson", "text/csv"


@dataclass
class ServeProcess:
    """`python -m contracts_service serve`, alone."""

    process: psutil.Process
    url: str
    headers: dict[str, str]

    async def send(
        self, parts: AsyncIterator[bytes], kind: str = "members", content_type: str = NDJSON
    ) -> tuple[dict[str, Any], float, int]:
        """Upload `parts`; return the answer, the seconds, and by how many bytes the process grew meanwhile at most."""
        before, peak = self.process.memory_info().rss, 0
        begun = time.perf_counter()
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(120)) as client:
            sending = asyncio.create_task(self._post(client, parts, kind, content_type))
            while not sending.done() and self.process.is_running():
                with suppress(psutil.NoSuchProcess):
                    peak = max(peak, self.process.memory_info().rss)
                await asyncio.wait([sending], timeout=0.02)
            await sending
        return sending.result(), time.perf_counter() - begun, peak - before

    async def _post(
        self, client: aiohttp.ClientSession, parts: AsyncIterator[bytes], kind: str, content_type: str
    ) -> dict[str, Any]:
        url, headers = f"{self.url}/v1/mgas/imports?kind={kind}", self.headers | {"Content-Type": content_type}
        async with client.post(url, data=parts, headers=headers) as response:
            answer: dict[str, Any] = await response.json(content_type=None)
            return answer


async def in_parts(body: bytes, size: int = 64 * 1024) -> AsyncIterator[bytes]:
    for start in range(0, len(body), size):
        yield body[start : start + size]


@pytest.fixture
async def serving(contracts_database: str, tmp_path: Path) -> AsyncIterator[ServeProcess]:
    """The HTTP process, warmed up by one import."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings = contracts_settings(contracts_database, tmp_path / "keys", http_port=port, import_call_seconds=60)
    values = settings.model_dump(mode="json", exclude_defaults=True)
    environment = {f"CONTRACTS_{name.upper()}": str(value) for name, value in values.items()}
    token = staff_token(
        tmp_path / "keys" / "staff" / "signing-keys.json", brand="mgas", role="back-office", now=datetime.now(UTC)
    )
    headers = {"Authorization": f"Bearer {token}"}
    async with _running(environment, tmp_path / "serve.log") as process:
        serve = ServeProcess(psutil.Process(process.pid), f"http://127.0.0.1:{port}", headers)
        assert await eventually(lambda: _answers(serve.url), bool, within=30)
        await serve.send(in_parts(ndjson(many_lines(WARMED_UP))))
        yield serve


@asynccontextmanager
async def _running(environment: dict[str, str], log: Path) -> AsyncIterator[subprocess.Popen[bytes]]:
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "contracts_service", "serve"],
            env={"PATH": os.environ["PATH"], **environment},
            stdout=output,
            stderr=output,
        )
    try:
        yield process
    finally:
        process.terminate()  # nothing happens when a test has killed it
        process.wait(30)


async def _answers(url: str) -> bool:
    with suppress(aiohttp.ClientError):
        async with aiohttp.ClientSession() as client, client.get(f"{url}/health/live") as response:
            return response.status == 200
    return False


async def test_five_thousand_lines_take_well_under_a_minute(serving: ServeProcess) -> None:
    body = ndjson(many_lines(5000))
    answer, seconds, growth = await serving.send(in_parts(body))
    again, seconds_again, _ = await serving.send(in_parts(body))
    print(
        f"5,000 lines ({len(body) / MEGABYTE:.1f} MiB): {seconds:.1f} s, the same again {seconds_again:.1f} s, "
        f"grew by {growth / MEGABYTE:.1f} MiB"
    )

    assert (answer["accepted"], answer["unchanged"], answer["refused"]) == (4700, 300, 0)
    assert (again["accepted"], again["unchanged"]) == (0, 5000)
    assert seconds < MOST_SECONDS
    assert growth < MOST_GROWTH


async def test_twenty_thousand_reimbursements_take_seconds_and_are_not_held(serving: ServeProcess) -> None:
    lines = reimbursement_lines(20_000)
    first, seconds, growth = await serving.send(in_parts(csv_file(lines)), "reimbursements", CSV)
    again, seconds_again, growth_again = await serving.send(in_parts(ndjson(lines)), "reimbursements")
    print(
        f"20,000 reimbursements: CSV {seconds:.1f} s, the same again in NDJSON {seconds_again:.1f} s, "
        f"grew by {growth / MEGABYTE:.1f} and {growth_again / MEGABYTE:.1f} MiB"
    )

    assert (first["accepted"], again["unchanged"]) == (20_000, 20_000)
    assert seconds + seconds_again < MOST_SECONDS
    assert max(growth, growth_again) < MOST_GROWTH


def reimbursement_lines(count: int) -> list[dict[str, Any]]:
    """Return lines about the members who are there when the process has been warmed up."""
    people = [{"birth_date": one["birth_date"], "birth_rank": 1} for one in many_lines(WARMED_UP)]
    return [
        reimbursement_line(number % WARMED_UP + 1, number, beneficiary=people[number % WARMED_UP])
        for number in range(count)
    ]


async def test_an_endless_line_is_skipped_without_being_held(serving: ServeProcess) -> None:
    async def parts() -> AsyncIterator[bytes]:
        yield ndjson([enrolment_line(9001)])
        for _ in range(100 * MEGABYTE // (64 * 1024)):
            yield b"x" * 64 * 1024
        yield b"\n" + ndjson([enrolment_line(9002)])

    answer, _, growth = await serving.send(parts())
    print(f"a line of 100 MiB: grew by {growth / MEGABYTE:.1f} MiB")

    assert (answer["accepted"], answer["refused"], answer["errors"][0]["line"]) == (2, 1, 2)
    assert growth < MOST_GROWTH


async def test_a_long_file_of_long_lines_is_not_held(serving: ServeProcess) -> None:
    padded = b" " * 250_000

    async def parts() -> AsyncIterator[bytes]:
        for number in range(150):
            yield ndjson([enrolment_line(number)]).rstrip(b"\n") + padded + b"\n"

    answer, seconds, growth = await serving.send(parts())
    print(f"150 lines of 250 kB: {seconds:.1f} s, grew by {growth / MEGABYTE:.1f} MiB")

    assert answer["accepted"] + answer["unchanged"] == 150
    assert growth < MOST_GROWTH


@pytest.mark.parametrize(("kind", "count"), [("members", 2000), ("reimbursements", 6000)])
async def test_a_process_killed_in_the_middle_loses_and_repeats_nothing(
    serving: ServeProcess, contracts_database: str, tmp_path: Path, kind: str, count: int
) -> None:
    lines = many_lines(count) if kind == "members" else reimbursement_lines(count)
    async with open_contracts_service(contracts_database, tmp_path) as other:

        async def written() -> int:
            return len(await other.fetch(f"SELECT FROM {kind}"))

        sending = asyncio.create_task(serving.send(in_parts(ndjson(lines)), kind))
        at_the_kill = await eventually(written, lambda rows: rows >= count // 4, within=60)
        serving.process.kill()
        with pytest.raises(aiohttp.ClientError):
            await sending
        await other.execute("UPDATE imports SET claimed_until = now() - interval '1 second' WHERE state = 'running'")
        while await process_due_imports(other.service):
            pass
        imports = await other.fetch("SELECT state, accepted, unchanged, refused FROM imports ORDER BY begun_at")
        told = Counter((event.data["member_id"], event.data["version"]) for event in await other.envelopes())
        rows, staged = await written(), await other.fetch("SELECT FROM import_lines")

    repeated = WARMED_UP if kind == "members" else 0
    assert count // 4 <= at_the_kill < count
    assert tuple(imports[-1]) == ("done", count - repeated, repeated, 0)
    assert (rows, staged) == (count, [])
    assert (len(told), set(told.values())) == (count if kind == "members" else WARMED_UP, {1})
    assert {version for _, version in told} == {1}
