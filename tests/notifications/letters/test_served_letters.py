"""A letter whose code was used is nowhere to be read any more: its page goes at once, or is never drawn."""

import json
from uuid import uuid4

from identity_service.events import LetterRequired
from notifications_service.usecases.collect_letters import collect_letters
from notifications_service.usecases.remove_old_letters import remove_old_letters
from notifications_service.usecases.remove_served_letters import remove_served_letters
from service_kit.broker import Verdict

from tests.support.notifications_fixtures import (
    RunningNotifications,
    code_redeemed,
    letter_required,
    member_enrolled,
)

EVIDENCE = {"created_at", "file", "id", "pages", "purpose", "sha256"}


async def letters_of(service: RunningNotifications, count: int) -> list[LetterRequired]:
    """Let as many members be known and in need of a letter."""
    letters = [letter_required() for _ in range(count)]
    for letter in letters:
        await service.hear(member_enrolled(member_id=letter.member_id))
        await service.hear(letter)
    return letters


async def test_the_page_of_a_used_code_goes_with_its_address_and_the_others_stay(service: RunningNotifications):
    served, other = await letters_of(service, 2)
    await service.hand_over()
    (folder,), (before,) = service.batches(), service.manifests()
    await service.hear(code_redeemed(served))
    removed = await remove_served_letters(service.notifications)
    rows = {letter: await service.delivery(letter.letter_id) for letter in (served, other)}
    (after,) = service.manifests()
    entries = {entry["id"]: entry for entry in after["letters"]}
    entry_before = {entry["id"]: entry for entry in before["letters"]}

    assert removed == 1
    assert sorted(file.name for file in folder.iterdir()) == sorted([f"{rows[other]['id']}.pdf", "manifest.json"])
    assert entries[str(rows[other]["id"])] == entry_before[str(rows[other]["id"])]
    assert entries[str(rows[served]["id"])].keys() == EVIDENCE
    assert [rows[letter]["state"] for letter in (served, other)] == ["handed_over", "handed_over"]
    assert rows[served]["served_at"] is not None
    assert rows[other]["served_at"] is None


async def test_what_is_heard_twice_is_done_once(service: RunningNotifications):
    (letter,) = await letters_of(service, 1)
    await service.hand_over()
    await service.hear(code_redeemed(letter))
    first = await remove_served_letters(service.notifications)
    noted = await service.delivery(letter.letter_id)
    service.clock.advance(minutes=1)
    await service.hear(code_redeemed(letter))

    assert (first, await remove_served_letters(service.notifications)) == (1, 0)
    assert await service.delivery(letter.letter_id) == noted


async def test_a_letter_whose_code_was_used_before_it_was_collected_is_never_printed(service: RunningNotifications):
    (letter,) = await letters_of(service, 1)
    await service.hear(code_redeemed(letter))
    await service.hand_over()
    row = await service.delivery(letter.letter_id)

    assert service.batches() == []
    assert (row["state"], row["failure"], row["content_sealed"]) == ("stopped", "code-has-served", None)
    assert row["next_attempt_at"] is None


async def test_a_letter_whose_code_was_used_while_it_was_in_a_batch_is_not_drawn(service: RunningNotifications):
    served, other = await letters_of(service, 2)
    await collect_letters(service.notifications)
    await service.hear(code_redeemed(served))
    await service.hand_over()
    row, (manifest,) = await service.delivery(served.letter_id), service.manifests()

    assert [entry["id"] for entry in manifest["letters"]] == [str((await service.delivery(other.letter_id))["id"])]
    assert (row["state"], row["failure"], row["content_sealed"]) == ("stopped", "code-has-served", None)


async def test_a_letter_that_left_its_batch_unread_and_whose_code_was_used_is_not_collected_again(
    service: RunningNotifications,
):
    (letter,) = await letters_of(service, 1)
    await collect_letters(service.notifications)
    await service.rows("UPDATE deliveries SET content_sealed = 'damaged'")
    await service.hand_over()
    waiting = await service.delivery(letter.letter_id)
    await service.hear(code_redeemed(letter))

    assert waiting["state"] == "planned"
    assert (await service.delivery(letter.letter_id))["state"] == "stopped"


async def test_a_code_of_a_letter_that_nobody_knows_is_no_error(service: RunningNotifications):
    assert await service.hear(code_redeemed(letter_required(letter_id=uuid4()))) is Verdict.DONE
    assert await remove_served_letters(service.notifications) == 0


async def test_a_folder_that_the_print_provider_has_taken_away_is_no_error(service: RunningNotifications):
    (letter,) = await letters_of(service, 1)
    await service.hand_over()
    (folder,) = service.batches()
    folder.rename(service.settings.letters_directory.parent / "taken")
    await service.hear(code_redeemed(letter))

    assert await remove_served_letters(service.notifications) == 1


async def test_a_code_that_is_used_after_the_pages_were_removed_changes_nothing(service: RunningNotifications):
    (letter,) = await letters_of(service, 1)
    await service.hand_over()
    service.clock.advance(hours=25)
    await remove_old_letters(service.notifications)
    (folder,) = service.batches()
    before = json.loads((folder / "manifest.json").read_text())
    await service.hear(code_redeemed(letter))
    await remove_served_letters(service.notifications)

    assert service.manifests() == [before]
