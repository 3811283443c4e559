"""SQL of limits: counts that fade, and challenges that were solved. One statement takes or refuses an attempt.

A count is a weight at an instant; what it weighs now is worked out wherever it is read. Keys are keyed digests.
"""

from dataclasses import astuple, dataclass
from datetime import datetime

from service_kit.database import Connection

# $1 is now, $2 the half-life in seconds. The clocks of two instances may differ, and PostgreSQL calls a tiny power an error.
FADED = """(
    kept.weight
    * power(0.5, least(greatest(extract(epoch FROM $1::timestamptz - kept.counted_at)::float8, 0) / $2::float8, 64))
)"""


@dataclass(frozen=True)
class Asked:
    """A count that an attempt meets, and how much it may weigh with the attempt: as it is, and with the work that was done."""

    key: bytes
    at_once: bool
    free: float
    room: float
    ceiling: float


@dataclass(frozen=True)
class Spending:
    """A solved challenge, to be used up if work is asked for."""

    digest: bytes
    expires_at: datetime


@dataclass(frozen=True)
class Admission:
    """What became of an attempt, in the order of what was asked: the weights that it met, and which it was counted on."""

    taken: bool
    weights: list[float]
    counted: list[bool]


ADMIT = f"""
WITH asked AS MATERIALIZED (
    SELECT * FROM unnest($3::bytea[], $4::boolean[], $5::float8[], $6::float8[], $7::float8[])
    WITH ORDINALITY AS asked (key, at_once, free, room, ceiling, place)
), present AS MATERIALIZED (
    SELECT asked.*, coalesce({FADED}, 0) AS weight FROM asked LEFT JOIN fading_counts AS kept USING (key)
), verdict AS (
    SELECT bool_and(weight + 1 <= room) AS fits, bool_or(weight + 1 > free) AS wants_work FROM present
), spent AS (
    INSERT INTO spent_challenges (digest, expires_at)
    SELECT $8::bytea, $9::timestamptz FROM verdict WHERE fits AND wants_work
    ON CONFLICT DO NOTHING RETURNING true
), outcome AS MATERIALIZED (
    SELECT fits AND (NOT wants_work OR EXISTS (SELECT FROM spent)) AS taken FROM verdict
), counted AS (
    INSERT INTO fading_counts AS kept (key, weight, counted_at)
    SELECT key, 1, $1 FROM asked, outcome WHERE at_once AND taken ORDER BY key
    ON CONFLICT (key) DO UPDATE SET
        weight = least({FADED} + 1, (SELECT ceiling FROM asked WHERE asked.key = kept.key)),
        counted_at = greatest(kept.counted_at, $1)
    WHERE {FADED} + 1 <= (SELECT room FROM asked WHERE asked.key = kept.key)
    RETURNING key
)
SELECT taken, weight, at_once, key IN (SELECT key FROM counted) AS counted FROM present, outcome ORDER BY place
"""  # noqa: S608 - ours


async def admit(
    connection: Connection, asked: list[Asked], *, spending: Spending | None, now: datetime, half_life: float
) -> Admission:
    """Take an attempt if every count has room for it, and count it on those that count at once.

    One statement. What is refused writes nothing, unless others have filled a count since the statement began: then `counted`
    says what is to be given back. Work is used up only where it is asked for, and only once. Keys are taken in their own
    order: no two attempts wait for each other in a circle.
    """
    rows = await connection.fetch(
        ADMIT,
        now,
        half_life,
        *map(list, zip(*(astuple(one) for one in asked), strict=True)),
        None if spending is None else spending.digest,
        None if spending is None else spending.expires_at,
    )
    late = [row["taken"] and row["at_once"] and not row["counted"] for row in rows]  # others were quicker and filled it
    return Admission(
        taken=rows[0]["taken"] and not any(late),
        weights=[one.room if was_late else row["weight"] for one, row, was_late in zip(asked, rows, late, strict=True)],
        counted=[row["counted"] for row in rows],
    )


async def weights(connection: Connection, keys: list[bytes], *, now: datetime, half_life: float) -> list[float]:
    """Return what the counts weigh now, in the order of `keys`."""
    rows = await connection.fetch(
        f"""
        SELECT coalesce({FADED}, 0) AS weight
        FROM unnest($3::bytea[]) WITH ORDINALITY AS asked (key, place) LEFT JOIN fading_counts AS kept USING (key)
        ORDER BY place
        """,  # noqa: S608 - ours
        now,
        half_life,
        keys,
    )
    return [row["weight"] for row in rows]


async def count(connection: Connection, ceilings: dict[bytes, float], *, now: datetime, half_life: float) -> None:
    """Count one failure on each key, up to its ceiling."""
    await connection.execute(
        f"""
        WITH failed AS MATERIALIZED (SELECT * FROM unnest($3::bytea[], $4::float8[]) AS failed (key, ceiling))
        INSERT INTO fading_counts AS kept (key, weight, counted_at) SELECT key, 1, $1 FROM failed ORDER BY key
        ON CONFLICT (key) DO UPDATE SET
            weight = least({FADED} + 1, (SELECT ceiling FROM failed WHERE failed.key = kept.key)),
            counted_at = greatest(kept.counted_at, $1)
        """,  # noqa: S608 - ours
        now,
        half_life,
        list(ceilings),
        list(ceilings.values()),
    )


async def give_back(connection: Connection, keys: list[bytes], *, now: datetime, half_life: float) -> None:
    """Take one off each count: what was counted at once was no failure. Nothing is kept of a count that weighs nothing more."""
    await connection.execute(
        f"""
        WITH held AS MATERIALIZED (
            SELECT key, {FADED} - 1 AS rest FROM fading_counts AS kept WHERE key = ANY($3) ORDER BY key FOR UPDATE
        ), emptied AS (
            DELETE FROM fading_counts AS kept USING held WHERE kept.key = held.key AND rest < 0.5
        )
        UPDATE fading_counts AS kept SET weight = rest, counted_at = greatest(kept.counted_at, $1)
        FROM held WHERE kept.key = held.key AND rest >= 0.5
        """,  # noqa: S608 - ours
        now,
        half_life,
        keys,
    )


async def forget_faded(connection: Connection, *, before: datetime) -> None:
    """Delete counts that nobody added to since `before`."""
    await connection.execute("DELETE FROM fading_counts WHERE counted_at < $1", before)


async def forget_expired(connection: Connection, *, now: datetime) -> None:
    """Delete what was kept of challenges that have run out: their signed date refuses them from now on."""
    await connection.execute("DELETE FROM spent_challenges WHERE expires_at < $1", now)
