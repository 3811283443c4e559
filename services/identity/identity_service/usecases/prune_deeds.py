"""What was done long ago is forgotten: the oldest deeds leave, and an anchor keeps their place so that the rest still verifies.

Reads and writes deeds and deed_anchors. What is to leave is verified first: a chain that was tampered with stays as it is.
"""

from dataclasses import dataclass
from datetime import datetime

from service_kit.database import Connection

from identity_service.resources import Identity
from identity_service.security.deed_chain import Head
from identity_service.store import deed_chain

PAGE = 5_000


class ChainBroken(Exception):
    """What was to be pruned is not as it was written; the text says what is wrong first."""


@dataclass(frozen=True)
class Pruned:
    """How many deeds have left, and behind which place the chain begins now."""

    deeds: int
    begin: Head


async def prune_deeds(identity: Identity, *, before: datetime, now: datetime) -> Pruned:
    """Forget the deeds at the beginning of the chain that are from before `before`; raise ChainBroken."""
    deeds = 0
    while True:
        async with identity.database.transaction() as connection:
            await deed_chain.hold(connection)
            begin, pruned = await _prune_page(identity, connection, before=before, now=now)
        deeds += pruned
        if pruned < PAGE:
            return Pruned(deeds, begin)


async def _prune_page(
    identity: Identity, connection: Connection, *, before: datetime, now: datetime
) -> tuple[Head, int]:
    """Prune a page; return where the chain begins then, and how many deeds that was."""
    chain, anchor = identity.deeds.chain, await deed_chain.find_anchor(connection)
    if not chain.is_own_anchor(anchor):
        raise ChainBroken(f"the anchor at position {anchor.head.position} was not written by identity")
    head = anchor.head
    older = await deed_chain.find_older(connection, after=head.position, before=before, limit=PAGE)
    for deed in older:
        if (fault := chain.fault(head, deed)) is not None:
            raise ChainBroken(fault)
        head = Head(head.position + 1, deed.hash or b"")
    if older:
        await deed_chain.prune(connection, chain.anchor(head), now=now)
    return head, len(older)
