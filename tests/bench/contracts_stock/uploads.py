"""Imports into a loaded database over HTTP: how fast, and how much memory the processes need for them."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import psutil

from tests.bench.contracts_stock.people import BRAND

LOOK_SECONDS = 0.25
PART = 64 * 1024
MEGABYTE = 1024 * 1024
BEGINNING = 0.1  # of the time: what memory is compared with


@dataclass
class Memory:
    """What a process has needed over the time of an import, in bytes."""

    process: psutil.Process
    seen: list[int] = field(default_factory=list)

    def look(self) -> None:
        """Note what it needs now."""
        self.seen.append(self.process.memory_info().rss)

    @property
    def growth(self) -> float:
        """Return the most that was needed after the first tenth, in MiB more than at its end."""
        rest = self.seen[int(len(self.seen) * BEGINNING) :]
        return (max(rest) - rest[0]) / MEGABYTE


@dataclass(frozen=True)
class Imported:
    """What an import gave."""

    report: dict[str, Any]
    seconds: float  # from the first byte to the last line
    upload_seconds: float
    growth: dict[str, float]  # process → MiB

    @property
    def lines_per_second(self) -> float:
        """Return the pace of the whole."""
        return float(self.report["lines"]) / self.seconds


@dataclass(frozen=True)
class Uploads:
    """The processes, and the header of a member of staff."""

    url: str
    staff: dict[str, str]
    processes: dict[str, psutil.Process]

    async def send(self, kind: str, file: Path) -> Imported:
        """Import a file and wait until its last line is done."""
        memory = {name: Memory(process) for name, process in self.processes.items()}
        timeout = aiohttp.ClientTimeout(total=None)
        async with aiohttp.ClientSession(self.url, timeout=timeout, headers=self.staff) as client:
            looking = asyncio.create_task(_look(list(memory.values())))
            begun = time.perf_counter()
            try:
                path, kind_of = f"/v1/{BRAND}/imports?kind={kind}", {"Content-Type": "application/x-ndjson"}
                async with client.post(path, data=_parts(file), headers=kind_of) as response:
                    report = await response.json()
                    assert response.status in (200, 202), report
                uploaded = time.perf_counter()
                report = await _finished(client, report["id"])
            finally:
                looking.cancel()
        seconds = time.perf_counter() - begun
        return Imported(report, seconds, uploaded - begun, {name: one.growth for name, one in memory.items()})


async def _finished(client: aiohttp.ClientSession, import_id: str) -> dict[str, Any]:
    while True:
        async with client.get(f"/v1/{BRAND}/imports/{import_id}") as response:
            report: dict[str, Any] = await response.json()
        if report["state"] in ("done", "failed"):
            return report
        await asyncio.sleep(LOOK_SECONDS)


async def _look(memory: list[Memory]) -> None:
    while True:
        for one in memory:
            one.look()
        await asyncio.sleep(LOOK_SECONDS)


async def _parts(file: Path) -> AsyncIterator[bytes]:
    with file.open("rb") as opened:
        while part := opened.read(PART):
            yield part
