"""What `tests.bench.contracts` measures of reads on one loaded database: their times, their plans, the floor beside them."""

import statistics
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
from contracts_service.app import application
from contracts_service.resources import open_contracts
from contracts_service.settings import ContractsSettings
from service_kit.process import listening

from tests.bench.contracts_stock.people import id_of
from tests.bench.contracts_stock.plans import filtered, listened, pages, plan_of, scanned_whole
from tests.bench.contracts_stock.reads import Members, Read, Request, reads_of
from tests.bench.wire_client import Asking, Load, closed_loop, open_loop, request

RATE, CLIENTS, ROUNDS = 100.0, 8, 3
REIMBURSEMENTS = "/v1/me/reimbursements"
LARGE_PAGES = 100  # a table of fewer is read whole for good reason

Figures = dict[str, Any]


@dataclass(frozen=True)
class Place:
    """A loaded database, how contracts runs on it, and for how long each thing is measured."""

    settings: ContractsSettings
    keys: Path
    members: int
    seconds: float

    @property
    def people(self) -> Members:
        """Return its members, with fresh tokens."""
        return Members(self.settings, self.keys, members=self.members)


async def read_figures(place: Place, url: str) -> tuple[Figures, list[str]]:
    """Return each read → p50 and p99 in milliseconds at 100 requests a second; and the routes that were not measured."""
    found: Figures = {}
    left_out: list[str] = []
    async for read in reads_of(url, place.people, count=int(RATE * place.seconds)):
        if isinstance(read, str):
            left_out.append(read)
            continue
        await open_loop(url, asking(read), rate=RATE, seconds=1)  # warm
        found[read.name] = milliseconds(await open_loop(url, asking(read), rate=RATE, seconds=place.seconds))
    return found, left_out


def asking(read: Read) -> Asking:
    """Return the requests of a read, one after the other."""
    raw, place = [one.raw for one in read.requests], iter(range(10**9))
    return Asking(lambda _client: raw[next(place) % len(raw)], expected=200)


async def plan_figures(place: Place) -> tuple[Figures, list[str]]:
    """Return each read → statements, pages touched and rows thrown away; and what reads a large table whole."""
    found, whole = {}, []
    connection = await asyncpg.connect(place.settings.database_url)
    large = await _large_tables(connection)
    async with (
        open_contracts(place.settings) as service,
        listening(application(service), host="127.0.0.1", port=0) as port,
        listened(service.database) as heard,
    ):
        async for read in reads_of(f"http://127.0.0.1:{port}", place.people, count=1):
            if isinstance(read, str):
                continue
            heard.clear()
            await asking(read).once(f"http://127.0.0.1:{port}")
            plans = [await plan_of(connection, statement, analyze=True) for statement in heard]
            whole += [f"{read.name}: {table}" for plan in plans for table in scanned_whole(plan) & large]
            found[read.name] = {
                "statements": len(plans),
                "pages": sum(map(pages, plans)),
                "rows thrown away": sum(map(filtered, plans)),
            }
    await connection.close()
    return found, whole


async def _large_tables(connection: asyncpg.Connection) -> set[str]:
    rows = await connection.fetch(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relpages > $1",
        LARGE_PAGES,
    )
    return {row["relname"] for row in rows}


async def floor_figures(place: Place, url: str, bare: str) -> Figures:
    """Return the rates of reimbursements and of the same statements behind a bare handler, taken in turns."""
    rates: dict[str, list[float]] = {"ours": [], "bare": []}
    count = 2000
    ours = asking(Read("ours", [Request(REIMBURSEMENTS, token) for token in place.people.some(count)]))
    numbers = iter(range(1, 10**9))
    raw = [request("GET", f"/{id_of('member', number % place.members)}") for number in range(1, count + 1)]
    floor = Asking(lambda _client: raw[next(numbers) % count], expected=200)
    for _ in range(ROUNDS):
        for name, where, what in (("bare", bare, floor), ("ours", url, ours)):
            load = await closed_loop(where, what, clients=CLIENTS, seconds=place.seconds / 2)
            rates[name].append(load.per_second)
    medians = {name: statistics.median(values) for name, values in rates.items()}
    return {
        "reimbursements a second": medians["ours"],
        "bare handler a second": medians["bare"],
        "ours to bare (aim: at least 0.6)": medians["ours"] / medians["bare"],
    }


def milliseconds(load: Load) -> Figures:
    """Return p50 and p99."""
    return {"p50": load.percentile(0.5) * 1000, "p99": load.percentile(0.99) * 1000}
