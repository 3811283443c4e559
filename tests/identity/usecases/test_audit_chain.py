"""Deeds are chained without a gap whoever writes and chains, and what is done to the tables behind identity's back is found."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest
from identity_service.metrics import DEEDS_FOREIGN
from identity_service.store.deed_chain import CHAIN_LOCK
from identity_service.usecases.chain_deeds import chain_deeds, tell_head
from identity_service.usecases.prune_deeds import ChainBroken, prune_deeds
from structlog.testing import capture_logs

from tests.support.audit_steps import chain_all, fault, head, record, tamper
from tests.support.identity_fixtures import OpenedIdentity

FORGED = """
    INSERT INTO deeds (id, occurred_at, brand, kind, actor, details, digest, position, hash)
    SELECT gen_random_uuid(), occurred_at, brand, 'account_unlocked', actor, details, digest, {position}, hash
    FROM deeds WHERE position = 3
"""


@pytest.fixture
async def chained(opened: OpenedIdentity) -> OpenedIdentity:
    """Six deeds, chained."""
    await record(opened, 6)
    await chain_all(opened)
    return opened


async def test_writers_and_chainers_at_once_leave_a_chain_without_a_gap(opened: OpenedIdentity):
    async def chain_for_a_while() -> int:
        done = 0
        for _ in range(30):
            done += await chain_deeds(opened.identity)
            await asyncio.sleep(0.005)
        return done

    _, (one, other) = await asyncio.gather(
        asyncio.gather(*(record(opened, 12) for _ in range(4))),
        asyncio.gather(chain_for_a_while(), chain_for_a_while()),
    )
    rest = await chain_all(opened)
    positions = await opened.value("SELECT array_agg(position ORDER BY position) FROM deeds")

    assert one + other + rest == 48
    assert positions == list(range(1, 49))
    assert await fault(opened) is None


async def test_who_comes_second_chains_nothing_and_does_not_wait(opened: OpenedIdentity):
    await record(opened, 1)
    async with opened.identity.database.transaction() as connection:
        await connection.execute("SELECT pg_advisory_xact_lock($1)", CHAIN_LOCK)

        assert await chain_deeds(opened.identity) == 0
    assert await chain_deeds(opened.identity) == 1


TAMPERED = {
    "UPDATE deeds SET kind = 'signed_in' WHERE position = 4": "position 4: what it says was altered",
    "UPDATE deeds SET details = '{}' WHERE position = 1": "position 1: what it says was altered",
    "UPDATE deeds SET details = '{\"n\": 1e400}' WHERE position = 2": "position 2: what it says was altered",
    "UPDATE deeds SET occurred_at = 'infinity' WHERE position = 6": "position 6: what it says was altered",
    "UPDATE deeds SET sealed = NULL WHERE position = 5": "position 5: what it says was altered",
    "UPDATE deeds SET hash = 'k1:x' WHERE position = 5": "position 5: it does not follow",
    "UPDATE deeds SET number = DEFAULT WHERE position = 5": "position 5: it does not follow",
    "DELETE FROM deeds WHERE position = 1": "position 1 is missing",
    "DELETE FROM deeds WHERE position IN (3, 4)": "positions 3 to 4 are missing",
    "UPDATE deeds SET position = NULL WHERE position = 2": "position 2 is missing",
    "UPDATE deeds SET position = -position WHERE position = 2": "position -2: before where the chain begins",
    FORGED.format(position=7): "position 7: what it says was altered",
    FORGED.format(position="NULL"): "number 9, not chained yet: what it says was altered",
    "INSERT INTO deed_anchors VALUES (2, 'x', now(), 'k1:x')": "the anchor at position 2 was not written by identity",
}


async def test_what_was_done_with_sql_is_found(chained: OpenedIdentity):
    await tamper(chained, "CREATE TABLE as_they_were AS TABLE deeds")
    found = {}
    for statement in TAMPERED:
        assert await fault(chained) is None
        await tamper(chained, statement)
        found[statement] = await fault(chained) or ""
        await tamper(
            chained,
            "DELETE FROM deeds",
            "INSERT INTO deeds OVERRIDING SYSTEM VALUE TABLE as_they_were",
            "DELETE FROM deed_anchors",
        )

    assert {one: said[: len(TAMPERED[one])] for one, said in found.items()} == TAMPERED


async def test_two_deeds_that_change_places_are_found(chained: OpenedIdentity):
    await tamper(
        chained,
        "UPDATE deeds SET position = -1 WHERE position = 3",
        "UPDATE deeds SET position = 3 WHERE position = 4",
        "UPDATE deeds SET position = 4 WHERE position = -1",
    )

    assert (await fault(chained) or "").startswith("position 3: it does not follow from the one before it")


async def test_a_cut_end_is_found_by_the_head_of_an_earlier_time_whether_or_not_the_chain_went_on(
    chained: OpenedIdentity,
):
    seen = await head(chained)
    await tamper(chained, "DELETE FROM deeds WHERE position > 4")
    unnoticed, cut = await fault(chained), await fault(chained, seen=seen)
    await record(chained, 5)
    await chain_all(chained)

    assert unnoticed is None
    assert cut == "position 5 is missing: the chain has reached position 6 before, its end was cut"
    assert (await fault(chained, seen=seen) or "").startswith("position 6: another deed was here before")
    assert await fault(chained) is None


async def test_an_earlier_head_is_led_through_as_the_chain_grows(chained: OpenedIdentity):
    seen = await head(chained)
    await record(chained, 2)
    await chain_all(chained)

    assert await fault(chained, seen=seen) is None


async def test_what_was_altered_before_it_was_chained_is_left_out_and_does_not_hold_up_the_others(
    opened: OpenedIdentity,
):
    await record(opened, 3)
    await tamper(opened, "UPDATE deeds SET kind = 'signed_in' WHERE number = 2")

    assert await chain_all(opened) == 2
    assert DEEDS_FOREIGN._value.get() == 1
    assert await fault(opened) == "number 2, not chained yet: what it says was altered, or identity did not write it"


async def test_a_worker_that_does_not_chain_shows_after_a_minute(opened: OpenedIdentity):
    await record(opened, 3)
    soon = await fault(opened)
    await tamper(opened, "UPDATE deeds SET recorded_at = now() - interval '61 seconds' WHERE number < 3")

    assert soon is None
    assert (await fault(opened) or "").startswith("2 deeds have waited for more than a minute")


REFUSED = [
    "UPDATE deeds SET kind = 'signed_in' WHERE position = 4",
    "UPDATE deeds SET position = 7, hash = 'x' WHERE position = 4",
    "UPDATE deeds SET position = 8, hash = 'x', kind = 'signed_in' WHERE position IS NULL",
    "UPDATE deeds SET position = 8 WHERE position IS NULL",
    "DELETE FROM deeds WHERE position = 1",
    "DELETE FROM deeds WHERE position IS NULL",
    "TRUNCATE deeds",
    "UPDATE deed_anchors SET position = 9",
    "DELETE FROM deed_anchors",
    "TRUNCATE deed_anchors",
]


async def test_a_mistake_is_refused_by_the_table_itself(chained: OpenedIdentity):
    await record(chained, 1)
    for statement in REFUSED:
        with pytest.raises(asyncpg.RestrictViolationError):
            await chained.value(statement)


async def old_and_new(opened: OpenedIdentity) -> None:
    await record(opened, 4)
    opened.clock.advance(days=400)
    await record(opened, 3)
    await chain_all(opened)


async def prune(opened: OpenedIdentity, *, days: int = 365) -> tuple[int, int]:
    now = opened.clock.now()
    pruned = await prune_deeds(opened.identity, before=now - timedelta(days=days), now=now)
    return pruned.deeds, pruned.begin.position


async def test_old_deeds_leave_and_the_rest_still_verifies_and_grows(opened: OpenedIdentity):
    await old_and_new(opened)
    seen = await head(opened)
    first, again = await prune(opened), await prune(opened)
    kept = await opened.value("SELECT array_agg(position ORDER BY position) FROM deeds")
    opened.clock.advance(days=400)
    everything = await prune(opened)
    await record(opened, 2)
    await chain_all(opened)

    assert (first, again, kept) == ((4, 4), (0, 4), [5, 6, 7])
    assert everything == (3, 7)
    assert await opened.value("SELECT min(position) FROM deeds") == 8
    assert await fault(opened, seen=seen) is None


async def test_what_was_tampered_with_is_not_pruned(opened: OpenedIdentity):
    await old_and_new(opened)
    await tamper(opened, "UPDATE deeds SET kind = 'signed_in' WHERE position = 2")

    with pytest.raises(ChainBroken, match="position 2"):
        await prune(opened)
    assert await opened.value("SELECT count(*) FROM deeds") == 7


async def test_deeds_that_leave_without_an_anchor_of_identity_are_missed(opened: OpenedIdentity):
    await old_and_new(opened)
    await prune(opened)
    await tamper(opened, "DELETE FROM deeds WHERE position = 5")
    missing = await fault(opened)
    await tamper(opened, "INSERT INTO deed_anchors SELECT 5, hash, now(), mark FROM deed_anchors")

    assert missing == "position 5 is missing"
    assert await fault(opened) == "the anchor at position 5 was not written by identity"


async def test_the_worker_logs_the_head(chained: OpenedIdentity):
    with capture_logs() as lines:
        assert await tell_head(chained.identity) == 0

    assert [line["head"] for line in lines if line["event"] == "audit_head"] == [await head(chained)]
