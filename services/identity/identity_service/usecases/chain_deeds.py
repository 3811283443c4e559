"""Deeds get their place in the chain a moment after they were written, in the order in which they are found.

Reads and writes deeds. One worker chains at a time, so that no two deeds follow the same one; the others find nothing to do.
What identity did not write, or what was altered meanwhile, is left out, and shows: in a figure, and to `verify_deeds`.
"""

import structlog
from service_kit.database import Connection

from identity_service.metrics import DEEDS_FOREIGN
from identity_service.resources import Identity
from identity_service.security.deed_chain import Head
from identity_service.store import deed_chain

BATCH = 500

log = structlog.get_logger()


async def chain_deeds(identity: Identity) -> int:
    """Chain what waits, up to a batch, and return how many deeds that was."""
    async with identity.database.transaction() as connection:
        if not await deed_chain.try_to_hold(connection):
            return 0
        chained = await _places(identity, connection)
        if chained:
            await deed_chain.chain(connection, chained)
    return len(chained)


async def _places(identity: Identity, connection: Connection) -> list[tuple[int, Head]]:
    """Return number and place of each deed that waits; read on where a whole batch is not ours, lest it hold up the others."""
    chain, head = identity.deeds.chain, await deed_chain.find_head(connection)
    chained: list[tuple[int, Head]] = []
    foreign = after = 0
    while not chained and (waiting := await deed_chain.find_unchained(connection, after=after, limit=BATCH)):
        for deed in waiting:
            if chain.is_own(deed):
                head = chain.next(head, deed)
                chained.append((deed.number, head))
            else:
                foreign += 1
        after = waiting[-1].number
    DEEDS_FOREIGN.set(foreign)
    return chained


async def tell_head(identity: Identity) -> int:
    """Log where the chain ends: a later chain that does not lead through here was cut. Return 0, so that the loop waits."""
    async with identity.database.connection() as connection:
        head = await deed_chain.find_head(connection)
    log.info("audit_head", head=str(head))
    return 0
