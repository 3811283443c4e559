"""What one process of the loader is given, and how it writes."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from service_kit.database import Connection, Database

from tests.bench.contracts_stock.money import Share


@dataclass(frozen=True)
class Job:
    """What one process fills, and with what: `lines` are its reimbursements in all."""

    database_url: str
    data_keys: Path
    brands: Path
    share: Share
    lines: int
    now: datetime
    heavy_rows: int = 0  # of each kind, of member 0

    @property
    def today(self) -> date:
        """Return the day that everything is told of."""
        return self.now.date()


def run(fill: Callable[[Job], Coroutine[Any, Any, int]], job: Job) -> int:
    """Do a job in this process."""
    return asyncio.run(fill(job))


async def open_database(job: Job) -> Database:
    """Open the database with one connection, whose transactions may be long."""
    lasting = {"idle_in_transaction_session_timeout": "0"}
    return await Database.open(job.database_url, service="bench", pool_size=1, planner=lasting)


async def copy(connection: Connection, table: str, rows: list[dict[str, Any]]) -> None:
    """Write rows of one shape."""
    if rows:
        records = [tuple(row.values()) for row in rows]
        await connection.copy_records_to_table(table, columns=list(rows[0]), records=records)
