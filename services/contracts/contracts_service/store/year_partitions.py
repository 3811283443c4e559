"""The years of the tables that grow with time: a partition each, made ahead (migration 0007 made the first ones)."""

from datetime import date

from service_kit.database import Connection

PARTITIONED = {
    "reimbursements": "care_date",
    "reimbursement_revisions": "care_date",
    "contributions": "due_date",
    "contribution_changes": "due_date",
}
"""Table → its day."""

FIRST_YEAR, YEARS_AHEAD = 2010, 2


async def missing(connection: Connection, *, today: date) -> list[tuple[str, int]]:
    """Return table and year of the partitions that are not there, up to the year after the next, the earliest first.

    Every year counts, also those in which nobody looked: no gap may stay between one partition and the last.
    """
    rows = await connection.fetch(
        """
        SELECT name, year FROM unnest($1::text[]) AS name, generate_series($2::int, $3::int) AS year
        WHERE to_regclass(name || '_' || year) IS NULL ORDER BY year, name
        """,
        list(PARTITIONED),
        FIRST_YEAR,
        today.year + YEARS_AHEAD,
    )
    return [(row["name"], row["year"]) for row in rows]


async def create(connection: Connection, table: str, year: int) -> bool:
    """Cut the year that comes next off the last partition, in the caller's transaction; return False where another process has.

    Rows of that year, few if any so long ahead, move with it.
    """
    # Everybody behind this lock waits: better to give up, and be called again.
    await connection.execute(f"SET LOCAL lock_timeout = '5s'; LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
    partition, rest, day = f"{table}_{year}", f"{table}_after", PARTITIONED[table]
    if await connection.fetchval("SELECT to_regclass($1) IS NOT NULL", partition):
        return False
    first, end = date(year, 1, 1), date(year + 1, 1, 1)
    await connection.execute(f"ALTER TABLE {table} DETACH PARTITION {rest}")
    await connection.execute(f"CREATE TABLE {partition} PARTITION OF {table} FOR VALUES FROM ('{first}') TO ('{end}')")
    taken = f"DELETE FROM {rest} WHERE {day} < $1 RETURNING *"  # noqa: S608 - names of ours
    await connection.execute(f"WITH taken AS ({taken}) INSERT INTO {partition} SELECT * FROM taken", end)  # noqa: S608
    await connection.execute(f"ALTER TABLE {table} ATTACH PARTITION {rest} FOR VALUES FROM ('{end}') TO (MAXVALUE)")
    return True
