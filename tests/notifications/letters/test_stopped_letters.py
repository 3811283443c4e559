"""A letter that is not needed any more does not leave: its member has signed in, or its code was cancelled."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from identity_service.events import LetterRequired
from notifications_service.channels.letter_folder import Batch, LetterFolder, PrintedLetter
from notifications_service.usecases.collect_letters import collect_letters
from service_kit.broker import Verdict

from tests.support.notifications_fixtures import (
    RunningNotifications,
    code_redeemed,
    code_unneeded,
    letter_required,
    member_enrolled,
)

NOON = datetime(2026, 11, 23, 11, tzinfo=UTC)
STOPPED = {"state": "stopped", "failure": "member-signed-in", "content_sealed": None, "next_attempt_at": None}


async def letter_to_somebody(service: RunningNotifications) -> LetterRequired:
    """Let a member be known and in need of a letter."""
    letter = letter_required()
    await service.hear(member_enrolled(member_id=letter.member_id))
    await service.hear(letter)
    return letter


async def kept(service: RunningNotifications, letter: LetterRequired) -> dict[str, Any]:
    row = await service.delivery(letter.letter_id)
    return {name: row[name] for name in STOPPED}


async def test_a_letter_that_waits_is_stopped_at_once_and_nothing_failed(service: RunningNotifications):
    letter = await letter_to_somebody(service)
    await service.hear(code_unneeded(letter, signed_in_at=NOON))
    row = await service.delivery(letter.letter_id)

    assert await kept(service, letter) == STOPPED
    assert abs((row["stopped_at"] - service.clock.now()).total_seconds()) < 10
    assert await service.hand_over() == 0
    assert (service.batches(), await service.published()) == ([], [])


async def test_a_letter_in_a_batch_is_not_drawn_and_the_others_leave(service: RunningNotifications):
    letter, other = await letter_to_somebody(service), await letter_to_somebody(service)
    await collect_letters(service.notifications)
    await service.hear(code_unneeded(letter, signed_in_at=NOON))
    before = await service.delivery(letter.letter_id)
    await service.hand_over()
    (manifest,) = service.manifests()

    assert (before["state"], before["stopped_at"]) == ("batched", None)
    assert await kept(service, letter) == STOPPED
    assert [one["id"] for one in manifest["letters"]] == [str((await service.delivery(other.letter_id))["id"])]
    assert await service.published() == []


async def test_a_letter_that_has_left_stays_as_it_is(service: RunningNotifications):
    letter = await letter_to_somebody(service)
    await service.hand_over()
    before = await service.delivery(letter.letter_id)
    await service.hear(code_unneeded(letter, signed_in_at=NOON))
    (folder,) = service.batches()

    assert await service.delivery(letter.letter_id) == before
    assert (folder / f"{before['id']}.pdf").exists()


async def test_a_letter_whose_member_signs_in_while_it_is_drawn_leaves_and_carries_no_mark(
    service: RunningNotifications,
):
    letter, loop = await letter_to_somebody(service), asyncio.get_running_loop()

    class Folder(LetterFolder):
        def write(self, batch: Batch, letters: list[PrintedLetter]) -> None:
            super().write(batch, letters)
            heard = service.hear(code_unneeded(letter, signed_in_at=NOON))
            asyncio.run_coroutine_threadsafe(heard, loop).result(10)

    service.notifications = replace(service.notifications, folder=Folder(service.settings.letters_directory))
    await service.hand_over()
    row = await service.delivery(letter.letter_id)

    assert (row["state"], row["failure"], row["stopped_at"]) == ("handed_over", None, None)


async def test_a_letter_of_which_we_hear_later_is_not_planned_any_more(service: RunningNotifications):
    letter = letter_required()
    await service.hear(member_enrolled(member_id=letter.member_id))
    await service.hear(code_unneeded(letter, signed_in_at=NOON))
    await service.hear(letter)

    assert await kept(service, letter) == STOPPED
    assert await service.hand_over() == 0


async def test_a_cancelled_code_stops_its_letter_and_no_other_of_the_member(service: RunningNotifications):
    letter = await letter_to_somebody(service)
    newer = letter_required(member_id=letter.member_id)
    await service.hear(newer)
    await service.hear(code_unneeded(letter))
    await service.hand_over()

    assert await kept(service, letter) == STOPPED | {"failure": "code-cancelled"}
    assert (await service.delivery(newer.letter_id))["state"] == "handed_over"


async def test_what_is_heard_twice_or_after_the_code_was_used_changes_nothing(service: RunningNotifications):
    letter, served = await letter_to_somebody(service), await letter_to_somebody(service)
    await service.hear(code_unneeded(letter, signed_in_at=NOON))
    await service.hear(code_redeemed(served))
    before = [await service.delivery(one.letter_id) for one in (letter, served)]
    service.clock.advance(minutes=1)
    for one in (letter, served):
        await service.hear(code_unneeded(one))

    assert [await service.delivery(one.letter_id) for one in (letter, served)] == before


async def test_an_unknown_brand_is_for_the_dead_letters(service: RunningNotifications):
    assert await service.hear(code_unneeded(letter_required(brand="nobodys"))) is Verdict.DEAD
