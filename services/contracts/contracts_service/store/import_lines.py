"""SQL of the lines of an upload: staged encrypted, many to a row, deleted once processed."""

from dataclasses import dataclass
from uuid import UUID

from service_kit.database import Connection, row_as


@dataclass(frozen=True)
class StagedRow:
    """Lines under seal, from the first one's number to the last one's; a row of one line has no `last_line` when it is old."""

    first_line: int
    last_line: int | None
    content_sealed: bytes | None

    @property
    def last(self) -> int:
        """Return the number of the last line."""
        return self.first_line if self.last_line is None else self.last_line


async def add(connection: Connection, import_id: UUID, row: StagedRow) -> None:
    """Stage lines of an import."""
    await connection.execute(
        "INSERT INTO import_lines (import_id, line_number, last_line, content_sealed) VALUES ($1, $2, $3, $4)",
        import_id,
        row.first_line,
        row.last_line,
        row.content_sealed,
    )


async def read_after(connection: Connection, import_id: UUID, *, after: int) -> StagedRow | None:
    """Return the row that begins next after line `after`."""
    row = await connection.fetchrow(
        """
        SELECT line_number AS first_line, last_line, content_sealed FROM import_lines
        WHERE import_id = $1 AND line_number > $2 ORDER BY line_number LIMIT 1
        """,
        import_id,
        after,
    )
    return row_as(StagedRow, row)


async def sample(connection: Connection, import_id: UUID, *, first: int, later: int) -> list[int]:
    """Return where the first rows begin, and up to `later` others that are spread over the rest of the file."""
    rows = await connection.fetch(
        """
        WITH placed AS (
            SELECT line_number, row_number() OVER (ORDER BY line_number) AS place, count(*) OVER () AS rows
            FROM import_lines WHERE import_id = $1
        )
        SELECT line_number FROM placed
        WHERE place <= $2 OR (rows - place) % greatest(1, (rows - $2 + $3 - 1) / $3) = 0
        ORDER BY line_number
        """,
        import_id,
        first,
        later,
    )
    return [row["line_number"] for row in rows]


async def delete_through(connection: Connection, import_id: UUID, *, last: int) -> None:
    """Delete the rows up to and including line `last`: they are processed."""
    await connection.execute("DELETE FROM import_lines WHERE import_id = $1 AND line_number <= $2", import_id, last)


async def delete_some(connection: Connection, import_id: UUID, *, limit: int) -> int:
    """Delete up to `limit` rows of an import that will not be processed, and return how many that were."""
    result: str = await connection.execute(
        """
        DELETE FROM import_lines WHERE import_id = $1 AND line_number IN (
            SELECT line_number FROM import_lines WHERE import_id = $1 ORDER BY line_number LIMIT $2
        )
        """,
        import_id,
        limit,
    )
    return int(result.split()[-1])
