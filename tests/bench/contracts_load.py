"""`python -m tests.bench.contracts_load`: fills a contracts database with members, contributions and reimbursements.

Starts a PostgreSQL of its own in `--directory`, migrates, fills by COPY in as many processes as there are cores, then builds the
indexes. What is there afterwards is what imports of the same lines would have left: rows, seals, digests, running totals. The
directory stays, for `python -m tests.bench.contracts --directory …`; `--remove` deletes it.
"""

import argparse
import asyncio
import json
import os
import shutil
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
from contracts_service.resources import MIGRATIONS, SERVICE
from service_kit.migrate import migrate

from tests.bench.contracts_stock.bare_tables import put_back, take_off, tidy
from tests.bench.contracts_stock.fill_contributions import fill_contributions
from tests.bench.contracts_stock.fill_members import fill_members
from tests.bench.contracts_stock.fill_reimbursements import fill_reimbursements
from tests.bench.contracts_stock.jobs import Job, run
from tests.bench.contracts_stock.money import HEAVY_ROWS, Share
from tests.bench.contracts_stock.server import bench_server
from tests.support.contracts_fixtures import BRANDS, contracts_settings

PEOPLE = ["members", "contracts", "beneficiaries", "bank_details"]
MONEY = [
    "reimbursements",
    "statements",
    "statement_parts",
    "reimbursement_years",
    "contributions",
    "contribution_years",
]


@dataclass(frozen=True)
class Scale:
    """How much is loaded."""

    members: int
    lines: int

    @property
    def database(self) -> str:
        """Return the database's name."""
        return f"contracts_{self.members}_{self.lines}"


async def load(url: str, keys: Path, scale: Scale, *, processes: int) -> dict[str, float]:
    """Fill the migrated database at `url`; return the seconds of each step, and what there is."""
    jobs = _jobs(url, contracts_settings(url, keys).data_keys_file, scale, processes)
    steps: dict[str, float] = {}
    connection = await asyncpg.connect(url)
    try:
        taken = await take_off(connection, MONEY)
        with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
            people = await _timed(steps, "members, s", _gather(pool, fill_members, jobs))
            lines = await _timed(steps, "reimbursements, s", _gather(pool, fill_reimbursements, jobs))
            dues = await _timed(steps, "contributions, s", _gather(pool, fill_contributions, jobs))
        await _timed(steps, "indexes, s", put_back(url, taken))
        await _timed(steps, "vacuum and analyze, s", tidy(url, [*PEOPLE, *MONEY]))
        size = await connection.fetchval("SELECT pg_database_size(current_database())")
    finally:
        await connection.close()
    return steps | {
        "people": people,
        "reimbursement lines": lines,
        "contributions": dues,
        "GB": size / 1e9,
    }


def _jobs(url: str, data_keys: Path, scale: Scale, processes: int) -> list[Job]:
    now, each, jobs = datetime.now(UTC), -(-scale.members // processes), []
    for first in range(0, scale.members, each):
        share = Share(first, min(each, scale.members - first))
        lines = scale.lines * share.size // scale.members
        jobs.append(Job(url, data_keys, BRANDS, share, lines, now, HEAVY_ROWS if first == 0 else 0))
    return jobs


async def _gather(pool: ProcessPoolExecutor, fill, jobs: list[Job]) -> int:
    loop = asyncio.get_running_loop()
    return sum(await asyncio.gather(*(loop.run_in_executor(pool, run, fill, job) for job in jobs)))


async def _timed(steps: dict[str, float], name: str, doing):
    begun = time.perf_counter()
    found = await doing
    steps[name] = time.perf_counter() - begun
    print(f"{name:30} {steps[name]:10.1f}", flush=True)
    return found


async def make_database(admin_url: str, scale: Scale) -> str:
    """Create and migrate an empty database of this scale's name; return its address."""
    connection = await asyncpg.connect(admin_url)
    try:
        await connection.execute(f'DROP DATABASE IF EXISTS "{scale.database}"')
        await connection.execute(f'CREATE DATABASE "{scale.database}"')
    finally:
        await connection.close()
    url = urlsplit(admin_url)._replace(path=f"/{scale.database}").geturl()
    await migrate(url, service=SERVICE, directory=MIGRATIONS)
    return url


def load_into(directory: Path, scale: Scale) -> dict[str, float]:
    """Run the server of `directory` and load; return the figures."""
    begun = time.perf_counter()

    async def make_and_load(admin_url: str) -> dict[str, float]:
        url = await make_database(admin_url, scale)
        return await load(url, directory / "keys", scale, processes=os.cpu_count() or 1)

    with bench_server(directory, filling=True) as admin_url:
        found = asyncio.run(make_and_load(admin_url))
    found["in all, s"] = time.perf_counter() - begun
    (directory / f"{scale.database}.loaded").write_text(json.dumps(found))
    return found


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the scale and the place."""
    parser.add_argument("--members", type=int, default=1_000_000)
    parser.add_argument("--lines", type=int, default=20_000_000)
    parser.add_argument("--directory", type=Path, help="where the server lives, and stays")


def main() -> None:
    """Load, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser)
    parser.set_defaults(directory=Path(".bench-contracts"))
    parser.add_argument("--remove", action="store_true", help="delete the directory instead")
    given = parser.parse_args()
    if given.remove:
        shutil.rmtree(given.directory)
        return
    found = load_into(given.directory.absolute(), Scale(given.members, given.lines))
    print(json.dumps({name: round(value, 1) for name, value in found.items()}, indent=1))


if __name__ == "__main__":
    main()
