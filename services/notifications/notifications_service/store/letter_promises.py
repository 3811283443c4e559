"""SQL of the promise on letters: which of them wait, which alarms they are in, how it was kept.

What waits is found by two small indexes: letters that are not in a batch have a next attempt, those in one are few.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service_kit.database import Connection

# In a batch: as `deliveries_unattended` has it.
WAITING = """
    SELECT id, brand, created_at, promised_until FROM deliveries WHERE channel = 'letter' AND next_attempt_at IS NOT NULL
    UNION ALL
    SELECT id, brand, created_at, promised_until FROM deliveries
    WHERE channel = 'letter' AND next_attempt_at IS NULL AND sent_at IS NULL
        AND state IN ('planned', 'rendered', 'sending', 'delayed', 'batched')
"""
NAMED = 10  # so many letters of an alarm are named in the log


@dataclass(frozen=True)
class Threshold:
    """An alarm of a brand: letters that wait and whose promise ends up to `until`; those up to `told_until` were told before."""

    brand: str
    alarm: str
    until: datetime
    told_until: datetime | None


@dataclass(frozen=True)
class Alarmed:
    """How many letters are in an alarm, how many of them newly, and the first of these."""

    letters: int
    newly: int
    first: list[UUID]


async def alarmed(connection: Connection, thresholds: list[Threshold]) -> list[Alarmed]:
    """Return what is in each of the alarms, in the same order."""
    rows = await connection.fetch(
        f"""
        WITH waiting AS ({WAITING}), seen AS (
            SELECT position, id, promised_until, told_until IS NULL OR promised_until > told_until AS is_new
            FROM unnest($1::text[], $2::timestamptz[], $3::timestamptz[]) WITH ORDINALITY
                AS asked (brand, until, told_until, position)
            JOIN waiting ON waiting.brand = asked.brand AND promised_until <= until
        )
        SELECT position, count(*) AS letters, count(*) FILTER (WHERE is_new) AS newly,
            (array_agg(id ORDER BY promised_until, id) FILTER (WHERE is_new))[1:{NAMED}] AS first
        FROM seen GROUP BY position
        """,  # noqa: S608 - ours
        [one.brand for one in thresholds],
        [one.until for one in thresholds],
        [one.told_until for one in thresholds],
    )
    found = {row["position"]: Alarmed(row["letters"], row["newly"], row["first"] or []) for row in rows}
    return [found.get(position, Alarmed(0, 0, [])) for position in range(1, len(thresholds) + 1)]


@dataclass(frozen=True)
class WaitingLetter:
    """A letter that has not been handed over yet."""

    id: UUID
    brand: str
    created_at: datetime
    promised_until: datetime | None


async def without_promise(connection: Connection, *, limit: int) -> list[WaitingLetter]:
    """Return letters that wait and that the release before has planned, which promised nothing."""
    rows = await connection.fetch(f"SELECT * FROM ({WAITING}) AS waiting WHERE promised_until IS NULL LIMIT $1", limit)  # noqa: S608
    return [WaitingLetter(**dict(row)) for row in rows]


async def promise(connection: Connection, promises: dict[UUID, datetime]) -> None:
    """Note by when letters are handed over."""
    await connection.execute(
        """
        UPDATE deliveries SET promised_until = made.until
        FROM unnest($1::uuid[], $2::timestamptz[]) AS made (id, until) WHERE deliveries.id = made.id
        """,
        list(promises),
        list(promises.values()),
    )


@dataclass(frozen=True)
class Kept:
    """How a brand's promise was kept: letters handed over within it, or late, and those that wait, the oldest with its promise.

    A letter that still waits although its promise has ended is late, too.
    """

    inside: int
    late: int
    waiting: int
    oldest: WaitingLetter | None


async def kept(connection: Connection, brand: str, *, since: datetime, now: datetime) -> Kept:
    """Return how the promise was kept for the letters of the batches that were opened after `since`, and for those that wait."""
    gone = await connection.fetchrow(
        """
        SELECT
            count(*) FILTER (WHERE sent_at <= promised_until) AS inside,
            count(*) FILTER (WHERE sent_at > promised_until) AS late
        FROM print_batches AS batch JOIN deliveries ON print_batch_id = batch.id
        WHERE batch.brand = $1 AND batch.created_at > $2
        """,
        brand,
        since,
    )
    waiting = await connection.fetchrow(
        f"""
        SELECT id, created_at, promised_until, count(*) OVER () AS letters,
            count(*) FILTER (WHERE promised_until < $2) OVER () AS broken
        FROM ({WAITING}) AS waiting WHERE brand = $1 ORDER BY created_at, id LIMIT 1
        """,  # noqa: S608 - ours
        brand,
        now,
    )
    if waiting is None:
        return Kept(gone["inside"], gone["late"], 0, None)
    oldest = WaitingLetter(waiting["id"], brand, waiting["created_at"], waiting["promised_until"])
    return Kept(gone["inside"], gone["late"] + waiting["broken"], waiting["letters"], oldest)
