"""How PostgreSQL goes about the statements of reads: which ones there are, their plans, and how many pages they touch."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg
from service_kit.database import Database

READS = ("SELECT", "WITH")


@dataclass(frozen=True)
class Statement:
    """A statement as it was sent."""

    query: str
    arguments: tuple[Any, ...]


@asynccontextmanager
async def listened(database: Database) -> AsyncIterator[list[Statement]]:
    """Collect the statements that go through one of the database's connections, which is held: the pool has others."""
    heard: list[Statement] = []

    def hear(sent: Any) -> None:
        if sent.query.lstrip().startswith(READS) and "pg_advisory_unlock_all" not in sent.query:
            heard.append(Statement(sent.query, tuple(sent.args)))

    connections = [await database.pool.acquire() for _ in range(database.pool.get_max_size())]
    for connection in connections:
        connection.add_query_logger(hear)
        await database.pool.release(connection)
    try:
        yield heard
    finally:
        connections = [await database.pool.acquire() for _ in range(database.pool.get_max_size())]
        for connection in connections:
            connection.remove_query_logger(hear)
            await database.pool.release(connection)


async def plan_of(connection: asyncpg.Connection, statement: Statement, *, analyze: bool = False) -> dict[str, Any]:
    """Return the plan of a statement (EXPLAIN's JSON); `analyze` runs it and counts pages."""
    options = "ANALYZE, BUFFERS, FORMAT JSON" if analyze else "FORMAT JSON"
    text = await connection.fetchval(f"EXPLAIN ({options}) {statement.query}", *statement.arguments)
    plan: dict[str, Any] = json.loads(text)[0]
    return plan


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Return a plan's nodes."""
    yield plan
    for below in plan.get("Plans", []):
        yield from nodes(below)


def scanned_whole(plan: dict[str, Any]) -> set[str]:
    """Return the tables that a plan reads from beginning to end."""
    return {node["Relation Name"] for node in nodes(plan["Plan"]) if node["Node Type"] == "Seq Scan"}


def pages(plan: dict[str, Any]) -> int:
    """Return how many pages an analyzed plan has touched, in memory or not."""
    top = plan["Plan"]
    return int(top["Shared Hit Blocks"] + top["Shared Read Blocks"])


def filtered(plan: dict[str, Any]) -> int:
    """Return how many rows an analyzed plan has read and thrown away."""
    return sum(int(node.get("Rows Removed by Filter", 0) * node["Actual Loops"]) for node in nodes(plan["Plan"]))
