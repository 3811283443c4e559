"""Takes indexes, keys and foreign keys off tables that are about to be filled, and puts them back: a third of the time.

What is put back is what the catalogue says was there, word for word.
"""

import asyncio
from dataclasses import dataclass

import asyncpg

MEMORY = "1GB"  # of one build

# Foreign keys first, since they need the keys that they point at.
TAKEN_OFF = """
    SELECT conrelid::regclass::text AS on_table, format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS off,
        format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) AS on_again,
        CASE contype WHEN 'f' THEN 3 WHEN 'p' THEN 1 ELSE 2 END AS rank
    FROM pg_constraint WHERE conrelid = ANY($1::regclass[]) AND contype IN ('p', 'u', 'f') AND conparentid = 0
    UNION ALL
    SELECT indrelid::regclass::text, format('DROP INDEX %s', indexrelid::regclass),
        replace(pg_get_indexdef(indexrelid), ' ON ONLY ', ' ON '), 2
    FROM pg_index WHERE indrelid = ANY($1::regclass[])
        AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
    ORDER BY 4 DESC
"""


@dataclass(frozen=True)
class TakenOff:
    """One key or index, as the statement that makes it; foreign keys come last."""

    table: str
    statement: str
    is_foreign_key: bool


async def take_off(connection: asyncpg.Connection, tables: list[str]) -> list[TakenOff]:
    """Take all indexes and keys off `tables`; return them for `put_back`."""
    rows = await connection.fetch(TAKEN_OFF, tables)
    async with connection.transaction():
        for row in rows:
            await connection.execute(row["off"])
    return [TakenOff(row["on_table"], row["on_again"], row["rank"] == 3) for row in reversed(rows)]


async def put_back(url: str, taken: list[TakenOff]) -> None:
    """Make again what was taken off: two tables at once, then the foreign keys."""
    tables = sorted({one.table for one in taken})
    gate = asyncio.Semaphore(2)

    async def build(table: str) -> None:
        async with gate:
            await _run(url, [one.statement for one in taken if one.table == table and not one.is_foreign_key])

    await asyncio.gather(*(build(table) for table in tables))
    await _run(url, [one.statement for one in taken if one.is_foreign_key])


async def tidy(url: str, tables: list[str]) -> None:
    """Let the planner know the tables, and which of their pages everybody may see (for index-only scans)."""
    gate = asyncio.Semaphore(2)

    async def vacuum(table: str) -> None:
        async with gate:
            await _run(url, [f"VACUUM (ANALYZE) {table}"])

    await asyncio.gather(*(vacuum(table) for table in tables))


async def _run(url: str, statements: list[str]) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(f"SET maintenance_work_mem = '{MEMORY}'")
        for statement in statements:
            await connection.execute(statement, timeout=None)
    finally:
        await connection.close()
