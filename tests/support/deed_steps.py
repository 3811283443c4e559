"""What a test of deeds reads: the rows themselves, and what was sealed in them."""

from typing import Any

import orjson

from tests.support.identity_fixtures import OpenedIdentity


async def deeds(opened: OpenedIdentity, *kinds: str) -> list[dict[str, Any]]:
    """Return the deeds (of `kinds`, or all) as they are kept, oldest first; who of the staff and why are opened."""
    async with opened.identity.database.connection() as connection:
        rows = await connection.fetch(
            "SELECT * FROM deeds WHERE cardinality($1::text[]) = 0 OR kind = ANY($1) ORDER BY number", list(kinds)
        )
    return [dict(row) | _opened(opened, row) for row in rows]


def _opened(opened: OpenedIdentity, row: Any) -> dict[str, Any]:
    if row["sealed"] is None:
        return {"staff": None, "reason": None}
    return orjson.loads(opened.identity.deeds.cipher.open(row["sealed"], context=str(row["id"])))
