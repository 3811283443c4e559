"""Whatever is done to a chain of deeds without its key shows, at the first position that is not as it was."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from identity_service.domain.deeds import Deed
from identity_service.security.deed_chain import Anchor, ChainedDeed, DeedChain, DeedText, Head
from service_kit.key_rings import KeyRing

pytestmark = pytest.mark.unit

RING = KeyRing({"old": bytes(32), "new": bytes(range(32))}, "new")
OTHER = DeedChain(KeyRing({"new": b"x" * 32}, "new"))
CHAIN = DeedChain(RING)
NOW = datetime(2026, 3, 10, 9, 0, 0, 123456, tzinfo=UTC)


def written(number: int, *, chain: DeedChain = CHAIN) -> ChainedDeed:
    """Return the deed of this number, as it waits to be chained."""
    deed = Deed("reset_mailed", "mgas", UUID(int=number), "anonymous", {"reset_id": str(number), "a": [1, None]})
    text = DeedText.of(deed, deed_id=UUID(int=1000 + number), now=NOW + timedelta(seconds=number), sealed=None)
    return ChainedDeed(number, None, None, chain.digest(text), text)


def chained(length: int, *, chain: DeedChain = CHAIN) -> list[ChainedDeed]:
    head, rows = Head(), []
    for number in range(1, length + 1):
        deed = written(number, chain=chain)
        head = chain.next(head, deed)
        rows.append(replace(deed, position=head.position, hash=head.hash))
    return rows


def first_fault(rows: list[ChainedDeed], chain: DeedChain = CHAIN) -> tuple[int, str] | None:
    """Follow rows in the order of positions; return the head before the first fault, and the fault."""
    head = Head()
    for row in sorted(rows, key=lambda one: one.position or 0):
        if (fault := chain.fault(head, row)) is not None:
            return head.position, fault
        head = Head(head.position + 1, row.hash or b"")
    return None


LENGTH = 12
ROWS = chained(LENGTH)
TEXTS: dict[str, Any] = {
    "id": str(UUID(int=1)),
    "occurred_at": "1",
    "brand": "safiag",
    "account_id": None,
    "kind": "signed_in",
    "actor": "staff",
    "details": "{}",
    "sealed": b"",
}


def alter(rows: list[ChainedDeed], at: int, how: str) -> list[ChainedDeed]:
    """Do one thing to the row of index `at`, or with it and the one behind it, as whoever can write to the table may."""
    row, behind = rows[at], rows[(at + 1) % len(rows)]
    before, after = rows[:at], rows[at + 1 :]
    if how in TEXTS:
        return [*before, replace(row, text=replace(row.text, **{how: TEXTS[how]})), *after]
    changed: dict[str, list[ChainedDeed]] = {
        "delete": [*before, *after],
        "delete and close the gap": [*before, *[replace(one, position=(one.position or 0) - 1) for one in after]],
        "swap": [
            *[one for one in rows if one not in (row, behind)],
            replace(row, position=behind.position),
            replace(behind, position=row.position),
        ],
        "swap with hashes": [
            *[one for one in rows if one not in (row, behind)],
            replace(row, position=behind.position, hash=behind.hash),
            replace(behind, position=row.position, hash=row.hash),
        ],
        "say what another says": [*before, replace(row, text=behind.text), *after],
        "be a copy of another": [*before, replace(behind, position=row.position, hash=row.hash), *after],
        "renumber": [*before, replace(row, number=row.number + 100), *after],
        "no digest": [*before, replace(row, digest=None), *after],
        "no hash": [*before, replace(row, hash=None), *after],
        "another key": [*before, replace(row, digest=OTHER.digest(row.text)), *after],
        "a key that is not there": [*before, replace(row, hash=b"none:" + bytes(32)), *after],
        "forge one in front": [replace(written(99, chain=OTHER), position=0, hash=bytes(32)), *rows],
    }
    return changed[how]


HOW = [
    *TEXTS, "delete", "delete and close the gap", "swap", "swap with hashes", "say what another says", "be a copy of another",
    "renumber", "no digest", "no hash", "another key", "a key that is not there", "forge one in front",
]  # fmt: skip


def test_an_untouched_chain_has_no_fault_and_none_after_a_rotation_of_keys():
    before = chained(5, chain=DeedChain(KeyRing({"old": bytes(32)}, "old")))
    head = Head(5, before[-1].hash or b"")
    grown = written(6)
    head = CHAIN.next(head, grown)

    assert first_fault(ROWS) is None
    assert first_fault([*before, replace(grown, position=head.position, hash=head.hash)]) is None
    assert (before[0].digest or b"").startswith(b"old:")
    assert head.hash.startswith(b"new:")


@given(at=st.integers(0, LENGTH - 2), how=st.sampled_from(HOW))
def test_one_change_anywhere_is_found_where_it_was_made(at: int, how: str):
    found = first_fault(alter(ROWS, at, how))

    assert found is not None
    assert found[0] == (0 if how == "forge one in front" else at)


@given(st.lists(st.tuples(st.integers(0, LENGTH - 4), st.sampled_from(HOW)), min_size=1, max_size=3))
def test_several_changes_do_not_hide_each_other(changes: list[tuple[int, str]]):
    rows = ROWS
    for at, how in changes:
        rows = alter(rows, at, how)

    # Two changes may undo each other: swapping twice, say. A chain that was only cut at its end is the head's affair.
    assert (first_fault(rows) is None) == (sorted(rows, key=repr) == sorted(ROWS[: len(rows)], key=repr))


def test_a_chain_that_somebody_made_with_a_key_of_their_own_is_not_ours():
    forged = chained(3, chain=OTHER)

    assert first_fault(forged, OTHER) is None
    assert first_fault(forged) == (0, "position 1: what it says was altered, or identity did not write it")


def test_the_database_may_keep_details_in_a_form_of_its_own():
    text = ROWS[0].text
    other_form = replace(text, details='{"a": [1, null], "reset_id": "1"}')
    unreadable = replace(text, details='{"a": 1e999999')

    assert other_form.details != text.details
    assert CHAIN.digest(other_form) == CHAIN.digest(text) != CHAIN.digest(unreadable)


def test_only_identity_can_write_an_anchor():
    head = Head(4, ROWS[3].hash or b"")
    anchor = CHAIN.anchor(head)

    assert CHAIN.is_own_anchor(anchor)
    assert CHAIN.is_own_anchor(Anchor())
    assert not CHAIN.is_own_anchor(Anchor(Head(5, head.hash), anchor.mark))
    assert not CHAIN.is_own_anchor(Anchor(Head(4, ROWS[4].hash or b""), anchor.mark))
    assert not CHAIN.is_own_anchor(OTHER.anchor(head))
    assert not CHAIN.is_own_anchor(Anchor(head))


def test_a_head_is_read_back_as_it_was_printed():
    head = Head(7, ROWS[6].hash or b"")

    assert Head.parse(str(head)) == head


@pytest.mark.parametrize("text", ["", "7", "7:", "x:00", "-1:00", "7:zz"])
def test_what_is_no_head_is_refused(text: str):
    with pytest.raises(ValueError, match=r"POSITION:HASH|hexadecimal"):
        Head.parse(text)
