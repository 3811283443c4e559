"""SQL of re-encryption: how far a column is, the next rows, what they become. Names come from `sealed_columns` alone."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service_kit.database import Connection

from contracts_service.security.sealed_columns import SealedColumn

BEGINNING = UUID(int=0)


@dataclass(frozen=True)
class SealedRow:
    """A row of a batch; `sealed` is None where there is nothing to do."""

    id: UUID
    context: str
    scope: str | None
    sealed: bytes | None


@dataclass(frozen=True)
class Rewritten:
    """A value under the current key, and the look-up digest that goes with it (None: the column has none)."""

    id: UUID
    former: bytes
    sealed: bytes
    digest: bytes | None


@dataclass(frozen=True)
class Done:
    """What a batch has done: rows up to `through` are dealt with."""

    through: UUID
    rewritten: int
    unreadable: int


async def begin(connection: Connection, place: str, *, key_id: str, now: datetime) -> UUID:
    """Lock a column's progress and return after which row to go on: from the beginning under another key than before.

    Whoever holds the lock walks: others wait, and go on behind it.
    """
    through: UUID = await connection.fetchval(
        """
        INSERT INTO reencryptions AS known (place, key_id, through, begun_at, changed_at) VALUES ($1, $2, $3, $4, $4)
        ON CONFLICT (place) DO UPDATE SET
            through = CASE WHEN known.key_id = $2 THEN known.through ELSE $3 END,
            rewritten = CASE WHEN known.key_id = $2 THEN known.rewritten ELSE 0 END,
            unreadable = CASE WHEN known.key_id = $2 AND known.through <> $3 THEN known.unreadable ELSE 0 END,
            begun_at = CASE WHEN known.key_id = $2 THEN known.begun_at ELSE $4 END,
            key_id = $2, changed_at = $4, finished_at = NULL
        RETURNING through
        """,
        place,
        key_id,
        BEGINNING,
        now,
    )
    return through


async def read_after(
    connection: Connection, column: SealedColumn, *, after: UUID, mark: bytes, limit: int
) -> list[SealedRow]:
    """Lock and return the next `limit` rows by id, with the values that do not begin with `mark`.

    Rows that somebody else is writing are passed over, so that nobody waits for anybody: what is stale of them is counted
    afterwards, and found by the next pass.
    """
    scope = column.digest.scope if column.digest else "NULL"
    rows = await connection.fetch(
        f"""
        SELECT id, {column.context} AS context, {scope} AS scope,
            CASE WHEN substring({column.column} FROM 1 FOR length($2::bytea)) <> $2 THEN {column.column} END AS sealed
        FROM {column.table} WHERE id > $1 ORDER BY id LIMIT $3 FOR NO KEY UPDATE OF {column.table} SKIP LOCKED
        """,  # noqa: S608 - ours
        after,
        mark,
        limit,
    )
    return [SealedRow(*row.values()) for row in rows]


async def rewrite(connection: Connection, column: SealedColumn, rows: list[Rewritten]) -> int:
    """Put values under the current key in the place of the former ones; a value that is another one by now stays."""
    digest = f", {column.digest.column} = told.digest" if column.digest else ""
    result: str = await connection.execute(
        f"""
        UPDATE {column.table} SET {column.column} = told.sealed {digest}
        FROM unnest($1::uuid[], $2::bytea[], $3::bytea[], $4::bytea[]) AS told (row_id, former, sealed, digest)
        WHERE id = told.row_id AND {column.column} = told.former
        """,  # noqa: S608 - ours
        [row.id for row in rows],
        [row.former for row in rows],
        [row.sealed for row in rows],
        [row.digest for row in rows],
    )
    return int(result.split()[-1])


async def advance(connection: Connection, place: str, done: Done, *, now: datetime) -> None:
    """Note what a batch has done."""
    await connection.execute(
        """
        UPDATE reencryptions SET through = $2, rewritten = rewritten + $3, unreadable = unreadable + $4, changed_at = $5
        WHERE place = $1
        """,
        place,
        done.through,
        done.rewritten,
        done.unreadable,
        now,
    )


async def end_pass(connection: Connection, place: str, *, now: datetime) -> None:
    """Note that a pass has come to the end of the table: the next one begins at the beginning."""
    await connection.execute(
        "UPDATE reencryptions SET through = $2, changed_at = $3, finished_at = $3 WHERE place = $1",
        place,
        BEGINNING,
        now,
    )


async def count_by_key(connection: Connection, place: str) -> dict[str, int]:
    """Return key id → how many values of a column name it; values of no known form are under `?`."""
    table, column = place.split(".")
    colon = f"position('\\x3a'::bytea IN {column})"
    rows = await connection.fetch(
        f"""
        SELECT key_id, count(*) FROM (
            SELECT CASE WHEN {colon} BETWEEN 2 AND 64
                THEN ltrim(substring({column} FROM 1 FOR {colon} - 1), '\\x01'::bytea) END AS key_id
            FROM {table} WHERE {column} IS NOT NULL
        ) AS named GROUP BY key_id
        """,  # noqa: S608 - ours
        timeout=600,
    )
    return {_text(row["key_id"]): row["count"] for row in rows}


async def count_unmarked(connection: Connection, place: str, *, mark: bytes) -> int:
    """Return how many values of a column do not begin with `mark`."""
    table, column = place.split(".")
    return int(
        await connection.fetchval(
            f"SELECT count(*) FROM {table} WHERE substring({column} FROM 1 FOR length($1::bytea)) <> $1",  # noqa: S608
            mark,
            timeout=600,
        )
    )


def _text(key_id: bytes | None) -> str:
    return "?" if key_id is None or not key_id.isascii() else key_id.decode()
