"""SQL of the refused lines of an import: fields, codes and sentences, never a value."""

from uuid import UUID

from service_kit.database import Connection

RefusedLine = tuple[int, list[dict[str, str]]]
"""A line's number and the JSON of its fields."""


async def add(connection: Connection, import_id: UUID, lines: list[RefusedLine]) -> None:
    """Keep what was refused."""
    await connection.copy_records_to_table(
        "import_errors",
        columns=["import_id", "line_number", "fields"],
        records=[(import_id, *one) for one in lines],
    )


async def read_after(connection: Connection, import_id: UUID, *, after: int, limit: int) -> list[RefusedLine]:
    """Return the next refused lines after line `after`."""
    rows = await connection.fetch(
        """
        SELECT line_number, fields FROM import_errors WHERE import_id = $1 AND line_number > $2
        ORDER BY line_number LIMIT $3
        """,
        import_id,
        after,
        limit,
    )
    return [(row["line_number"], row["fields"]) for row in rows]


async def delete_some(connection: Connection, import_id: UUID, *, limit: int) -> int:
    """Delete up to `limit` refused lines of an import that is forgotten, and return how many that were."""
    result: str = await connection.execute(
        """
        DELETE FROM import_errors WHERE import_id = $1 AND line_number IN (
            SELECT line_number FROM import_errors WHERE import_id = $1 ORDER BY line_number LIMIT $2
        )
        """,
        import_id,
        limit,
    )
    return int(result.split()[-1])
