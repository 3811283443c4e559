"""SQL of the chain of deeds: reads rows as text, in one form whatever they hold; chains and prunes them."""

from datetime import datetime, timedelta
from itertools import takewhile

from service_kit.database import Connection

from identity_service.security.deed_chain import Anchor, ChainedDeed, Head

CHAIN_LOCK = 4_711_002  # the advisory lock under which one worker chains or prunes
BEFORE_ALL = -(2**63)

# A value that no code of ours wrote, such as a year beyond Python's, must be read too: as a text it is merely another one.
COLUMNS = """
    number, position, hash, digest, id::text, trunc(extract(epoch FROM occurred_at) * 1000000)::text AS occurred_at,
    brand, account_id::text, kind, actor, details::text, sealed
"""


async def try_to_hold(connection: Connection) -> bool:
    """Keep others from chaining and pruning until the transaction ends; False where somebody does at the moment."""
    return bool(await connection.fetchval("SELECT pg_try_advisory_xact_lock($1)", CHAIN_LOCK))


async def hold(connection: Connection) -> None:
    """Keep others from chaining and pruning until the transaction ends, as soon as nobody does."""
    await connection.execute("SELECT pg_advisory_xact_lock($1)", CHAIN_LOCK)


async def find_head(connection: Connection) -> Head:
    """Return where the chain ends: at its last deed, or at the anchor where all were pruned."""
    row = await connection.fetchrow(
        """
        (SELECT position, hash FROM deeds WHERE position IS NOT NULL ORDER BY position DESC LIMIT 1)
        UNION ALL (SELECT position, hash FROM deed_anchors ORDER BY position DESC LIMIT 1)
        ORDER BY position DESC LIMIT 1
        """
    )
    return Head() if row is None else Head(row["position"], row["hash"] or b"")


async def find_anchor(connection: Connection) -> Anchor:
    """Return where the chain begins: at its first deed ever, or behind the last one that was pruned."""
    row = await connection.fetchrow("SELECT position, hash, mark FROM deed_anchors ORDER BY position DESC LIMIT 1")
    return Anchor() if row is None else Anchor(Head(row["position"], row["hash"]), row["mark"])


async def find_unchained(connection: Connection, *, after: int, limit: int) -> list[ChainedDeed]:
    """Return deeds that wait to be chained, in the order in which they were written, from behind number `after` on."""
    rows = await connection.fetch(
        f"SELECT {COLUMNS} FROM deeds WHERE position IS NULL AND number > $1 ORDER BY number LIMIT $2",  # noqa: S608 - ours
        after,
        limit,
    )
    return [ChainedDeed.of(row) for row in rows]


async def chain(connection: Connection, chained: list[tuple[int, Head]]) -> None:
    """Write position and hash of deeds, by number."""
    await connection.execute(
        """
        UPDATE deeds SET position = place, hash = link
        FROM unnest($1::bigint[], $2::bigint[], $3::bytea[]) AS chained (of_number, place, link) WHERE number = of_number
        """,
        [number for number, _ in chained],
        [head.position for _, head in chained],
        [head.hash for _, head in chained],
    )


async def find_chained(connection: Connection, *, after: int = BEFORE_ALL, limit: int) -> list[ChainedDeed]:
    """Return deeds in the order of positions, from behind position `after` on."""
    rows = await connection.fetch(
        f"SELECT {COLUMNS} FROM deeds WHERE position > $1 ORDER BY position LIMIT $2",  # noqa: S608 - ours
        after,
        limit,
    )
    return [ChainedDeed.of(row) for row in rows]


async def find_older(connection: Connection, *, after: int, before: datetime, limit: int) -> list[ChainedDeed]:
    """Return deeds in the order of positions, from behind `after` to the first that is not from before `before`."""
    rows = await connection.fetch(
        f"SELECT {COLUMNS}, deeds.occurred_at < $2 AS older FROM deeds WHERE position > $1 ORDER BY position LIMIT $3",  # noqa: S608
        after,
        before,
        limit,
    )
    return [ChainedDeed.of(row) for row in takewhile(lambda row: row["older"], rows)]


async def count_waiting(connection: Connection, *, longer_than: timedelta) -> int:
    """Count the deeds that have waited to be chained for longer than that, by the database's own clock."""
    return int(
        await connection.fetchval(
            "SELECT count(*) FROM deeds WHERE position IS NULL AND recorded_at < now() - $1::interval", longer_than
        )
    )


async def prune(connection: Connection, anchor: Anchor, *, now: datetime) -> None:
    """Delete everything up to `anchor`, which is kept in its place."""
    await connection.execute(
        "INSERT INTO deed_anchors (position, hash, pruned_at, mark) VALUES ($1, $2, $3, $4)",
        anchor.head.position,
        anchor.head.hash,
        now,
        anchor.mark,
    )
    await connection.execute("DELETE FROM deeds WHERE position <= $1", anchor.head.position)
