"""Sealed values are put under the current data key, batch by batch, while everybody works. Reads and writes sealed columns.

Called by the command `reencrypt`. A batch is one transaction that holds the column's progress, so that it may be killed anywhere
and started again, and several at once take turns; rows that others are writing are passed over and found by the next pass.
"""

import asyncio
import math
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from service_kit.key_rings import KeyRingUnusable

from contracts_service.resources import Contracts
from contracts_service.security.sealed_columns import PASSING, RENEWED, SEALED, SealedColumn
from contracts_service.store import reencryptions
from contracts_service.store.reencryptions import Done, Rewritten, SealedRow

MOST_PASSES = 10
PAUSE_SECONDS = 1.0  # between two passes: whoever holds the rows that were passed over needs some time

log = structlog.get_logger()

Tell = Callable[[SealedColumn, Done], None]


@dataclass(frozen=True)
class Standing:
    """Where a column stands: key id → how many values name it; `later`: what rewrites it, where `reencrypt` does not."""

    place: str
    by_key: dict[str, int]
    later: str | None = None

    def under_others(self, key_id: str) -> int:
        """Return how many values name another key than `key_id`."""
        return sum(count for name, count in self.by_key.items() if name != key_id)


async def reencrypt_column(service: Contracts, column: SealedColumn, *, rate: float, tell: Tell) -> int:
    """Walk a column until nothing is stale, `rate` values a second at most; return how many remain: unreadable, or just held."""
    stale = await _count_stale(service, column)
    for number in range(MOST_PASSES):
        if not stale:
            break
        if number:
            await asyncio.sleep(PAUSE_SECONDS)
        done = await _walk(service, column, rate=rate, tell=tell)
        before, stale = stale, await _count_stale(service, column)
        if stale == before and done.unreadable >= stale:
            break
    return stale


async def read_standings(service: Contracts) -> list[Standing]:
    """Return where every sealed column and every digest stands that an exchange of the data key concerns."""
    later = {**PASSING, **RENEWED}
    places = [*(column.place for column in SEALED), *later]
    async with service.database.connection() as connection:
        return [
            Standing(place, await reencryptions.count_by_key(connection, place), later.get(place)) for place in places
        ]


async def _walk(service: Contracts, column: SealedColumn, *, rate: float, tell: Tell) -> Done:
    """Do batches to the end of the table."""
    now, rewritten, unreadable = asyncio.get_running_loop().time, 0, 0
    while True:
        begun = now()
        batch = await _do_batch(service, column, most=min(column.rows, math.ceil(rate)))
        if batch is None:
            return Done(reencryptions.BEGINNING, rewritten, unreadable)
        rewritten, unreadable = rewritten + batch.rewritten, unreadable + batch.unreadable
        tell(column, batch)
        await asyncio.sleep(max(0.0, batch.rewritten / rate - (now() - begun)))


async def _do_batch(service: Contracts, column: SealedColumn, *, most: int) -> Done | None:
    """Rewrite the next rows in one transaction; None: this was the end of the table."""
    cipher, at = column.cipher(service.seals), service.foundation.clock.now()
    async with service.database.transaction() as connection:
        after = await reencryptions.begin(connection, column.place, key_id=service.foundation.data_keys.current, now=at)
        rows = await reencryptions.read_after(connection, column, after=after, mark=cipher.current_mark, limit=most)
        if not rows:
            await reencryptions.end_pass(connection, column.place, now=at)
            return None
        stale = [row for row in rows if row.sealed is not None]
        fresh = [one for row in stale if (one := _rewrap(service, column, row)) is not None]
        rewritten = await reencryptions.rewrite(connection, column, fresh) if fresh else 0
        done = Done(rows[-1].id, rewritten, len(stale) - len(fresh))
        await reencryptions.advance(connection, column.place, done, now=at)
    return done


def _rewrap(service: Contracts, column: SealedColumn, row: SealedRow) -> Rewritten | None:
    cipher, former = column.cipher(service.seals), row.sealed
    assert former is not None
    try:
        sealed, digest = cipher.rewrap(former, context=row.context), None
        if column.digest is not None and row.scope is not None:
            content = cipher.open(former, context=row.context)
            digest = column.digest.of(service.seals, row.scope, content)
    except KeyRingUnusable:  # the others go on; the count at the end tells of it
        log.error("sealed_value_unreadable", place=column.place, row_id=str(row.id))
        return None
    return Rewritten(row.id, former, sealed, digest)


async def _count_stale(service: Contracts, column: SealedColumn) -> int:
    async with service.database.connection() as connection:
        return await reencryptions.count_unmarked(
            connection, column.place, mark=column.cipher(service.seals).current_mark
        )
