"""Is every deed as it was written, and in its place? Reads deeds and deed_anchors as of one moment, a page at a time."""

from dataclasses import dataclass
from datetime import timedelta

from service_kit.database import Connection

from identity_service.resources import Identity
from identity_service.security.deed_chain import Anchor, Head
from identity_service.store import deed_chain

PAGE = 500
CHAINED_WITHIN = timedelta(minutes=1)


@dataclass(frozen=True)
class Verdict:
    """Where the chain begins and ends, and the first thing that is wrong with it."""

    begin: Head
    end: Head
    fault: str | None = None


async def verify_deeds(identity: Identity, *, seen: Head | None = None) -> Verdict:
    """Follow the whole chain; `seen` is the head of an earlier time, through which it must lead."""
    async with (
        identity.database.connection() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        anchor = await deed_chain.find_anchor(connection)
        if not identity.deeds.chain.is_own_anchor(anchor):
            return Verdict(Head(), Head(), f"the anchor at position {anchor.head.position} was not written by identity")
        verdict = await _follow(identity, connection, anchor, seen=seen)
        if verdict.fault is None:
            return Verdict(verdict.begin, verdict.end, await _fault_of_waiting(identity, connection))
    return verdict


async def _follow(identity: Identity, connection: Connection, anchor: Anchor, *, seen: Head | None) -> Verdict:
    head, after = anchor.head, deed_chain.BEFORE_ALL
    if fault := _rewritten(head, seen):
        return Verdict(anchor.head, head, fault)
    while page := await deed_chain.find_chained(connection, after=after, limit=PAGE):
        for deed in page:
            fault = identity.deeds.chain.fault(head, deed)
            if fault is None:
                head = Head(head.position + 1, deed.hash or b"")
                fault = _rewritten(head, seen)
            if fault is not None:
                return Verdict(anchor.head, head, fault)
        after = head.position
    if seen is not None and head.position < seen.position:
        cut = f"position {head.position + 1} is missing: the chain has reached position {seen.position} before, its end was cut"
        return Verdict(anchor.head, head, cut)
    return Verdict(anchor.head, head)


def _rewritten(head: Head, seen: Head | None) -> str | None:
    if seen is None or head.position != seen.position or head == seen:
        return None
    return f"position {head.position}: another deed was here before, the chain was cut or replaced, and went on"


async def _fault_of_waiting(identity: Identity, connection: Connection) -> str | None:
    """Say what is wrong with what is not chained yet."""
    after = 0
    while page := await deed_chain.find_unchained(connection, after=after, limit=PAGE):
        for deed in page:
            if not identity.deeds.chain.is_own(deed):
                return f"number {deed.number}, not chained yet: what it says was altered, or identity did not write it"
        after = page[-1].number
    waiting = await deed_chain.count_waiting(connection, longer_than=CHAINED_WITHIN)
    return f"{waiting} deeds have waited for more than a minute to be chained: does a worker run?" if waiting else None
