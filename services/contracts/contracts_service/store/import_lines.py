"""SQL of the lines of an upload: staged encrypted, deleted once processed."""

from dataclasses import dataclass
from uuid import UUID

from service_kit.database import Connection


@dataclass(frozen=True)
class StagedLine:
    """A line as it came, sealed; None when it was too long to be kept."""

    number: int
    content_sealed: bytes | None


async def add(connection: Connection, import_id: UUID, lines: list[StagedLine]) -> None:
    """Stage lines of an import."""
    await connection.copy_records_to_table(
        "import_lines",
        columns=["import_id", "line_number", "content_sealed"],
        records=[(import_id, line.number, line.content_sealed) for line in lines],
    )


async def read_after(
    connection: Connection, import_id: UUID, *, after: int, most_lines: int, most_bytes: int
) -> list[StagedLine]:
    """Return the next lines after line `after`: `most_lines`, or fewer when they exceed `most_bytes`, but at least one."""
    rows = await connection.fetch(
        """
        WITH next_lines AS (
            SELECT line_number, content_sealed FROM import_lines
            WHERE import_id = $1 AND line_number > $2 ORDER BY line_number LIMIT $3
        ), measured AS (
            SELECT line_number, content_sealed,
                sum(octet_length(content_sealed)) OVER (ORDER BY line_number ROWS UNBOUNDED PRECEDING) AS bytes_so_far,
                row_number() OVER (ORDER BY line_number) AS place
            FROM next_lines
        )
        SELECT line_number, content_sealed FROM measured
        WHERE place = 1 OR coalesce(bytes_so_far, 0) <= $4 ORDER BY line_number
        """,
        import_id,
        after,
        most_lines,
        most_bytes,
    )
    return [StagedLine(*row.values()) for row in rows]


async def delete_through(connection: Connection, import_id: UUID, *, last: int) -> None:
    """Delete the lines up to and including line `last`: they are processed."""
    await connection.execute("DELETE FROM import_lines WHERE import_id = $1 AND line_number <= $2", import_id, last)


async def delete_some(connection: Connection, import_id: UUID, *, limit: int) -> int:
    """Delete up to `limit` lines of an import that will not be processed, and return how many that were."""
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
