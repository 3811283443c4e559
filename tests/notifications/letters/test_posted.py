"""Posted is the acknowledgement: it is noted once, part by part, and what held the code is wiped at once."""

import asyncio
import json
from datetime import timedelta
from uuid import UUID

from notifications_service.domain.print_notes import PostedNote
from notifications_service.usecases.note_posted import note_posted
from notifications_service.usecases.remove_old_letters import remove_old_letters
from notifications_service.usecases.remove_served_letters import remove_served_letters

from tests.support.letter_steps import BATCHES, Told, ask, batch_of, deeds, handed_over, id_of
from tests.support.notifications_fixtures import RunningNotifications

EVIDENCE = {"created_at", "file", "id", "pages", "purpose", "sha256"}


async def post(service: RunningNotifications, batch: UUID, **body: object) -> Told:
    return await ask(service, "POST", f"{BATCHES}/{batch}/posted", json=body)


async def test_a_posted_batch_loses_its_pdfs_and_address_lines_and_keeps_its_evidence(service: RunningNotifications):
    letters = await handed_over(service, 2)
    (folder,), (before,) = service.batches(), service.manifests()
    await post(service, await batch_of(service, letters[0]))
    removed = await remove_served_letters(service.notifications)
    (after,) = service.manifests()

    assert removed == 2
    assert [file.name for file in folder.iterdir()] == ["manifest.json"]
    assert [entry.keys() for entry in after["letters"]] == [EVIDENCE, EVIDENCE]
    assert [entry["sha256"] for entry in after["letters"]] == [entry["sha256"] for entry in before["letters"]]
    assert await remove_served_letters(service.notifications) == 0


async def test_parts_of_a_batch_add_up_and_each_part_is_wiped_by_itself(service: RunningNotifications):
    first, second = await handed_over(service, 2)
    batch, ids = await batch_of(service, first), [await id_of(service, one) for one in (first, second)]
    part = await post(service, batch, letters=[str(ids[0])])
    await remove_served_letters(service.notifications)
    (folder,) = service.batches()
    between = sorted(file.name for file in folder.iterdir())
    rest = await post(service, batch)

    assert (part.body["state"], part.body["letters_posted"], part.body["posted_at"]) == ("handed_over", 1, None)
    assert between == sorted([f"{ids[1]}.pdf", "manifest.json"])
    assert (rest.body["state"], rest.body["letters_posted"]) == ("posted", 2)
    assert (await service.delivery(first.letter_id))["posted_at"] < (await service.delivery(second.letter_id))[
        "posted_at"
    ]


async def test_what_is_told_twice_is_answered_the_same_and_changes_nothing(service: RunningNotifications):
    [letter] = await handed_over(service)
    batch = await batch_of(service, letter)
    first = await post(service, batch)
    noted = await service.delivery(letter.letter_id)
    service.clock.advance(hours=2)
    later = (service.clock.now() - timedelta(hours=1)).isoformat()
    again = [await post(service, batch), await post(service, batch, posted_at=later, letters=[str(noted["id"])])]

    assert [told.raw for told in again] == [first.raw] * 2
    assert await service.delivery(letter.letter_id) == noted
    assert await deeds(service) == [("print-operator@safiag", "safiag", "batch_posted", batch)]


async def test_two_who_tell_at_once_are_noted_once(service: RunningNotifications):
    letters = await handed_over(service, 5)
    batch = await batch_of(service, letters[0])
    told = await asyncio.gather(*(post(service, batch) for _ in range(4)))

    assert len({one.raw for one in told}) == 1
    assert len(await deeds(service)) == 1


async def test_who_dies_after_the_note_leaves_the_wiping_to_the_next_worker(service: RunningNotifications):
    [letter] = await handed_over(service)
    note = PostedNote(batch_id=await batch_of(service, letter), brand=None)
    await note_posted(service.notifications, note, act=None, now=service.clock.now())  # and nothing else
    (folder,) = service.batches()
    pdf = folder / f"{await id_of(service, letter)}.pdf"
    there = pdf.exists()
    pdf.unlink()  # a worker that died in the middle of its wiping
    removed = await remove_served_letters(service.notifications)

    assert (there, removed) == (True, 1)
    assert "address_lines" not in json.loads((folder / "manifest.json").read_text())["letters"][0]


async def test_letters_that_were_posted_after_a_day_are_wiped_already(service: RunningNotifications):
    [letter] = await handed_over(service)
    service.clock.advance(hours=25)
    await remove_old_letters(service.notifications)
    (before,) = service.manifests()
    told = await post(service, await batch_of(service, letter))

    assert told.body["state"] == "posted"
    assert await remove_served_letters(service.notifications) == 0
    assert service.manifests() == [before]


async def test_a_folder_that_was_taken_away_is_posted_all_the_same(service: RunningNotifications):
    [letter] = await handed_over(service)
    (folder,) = service.batches()
    (folder / f"{await id_of(service, letter)}.pdf").unlink()
    (folder / "manifest.json").unlink()  # by somebody who takes files, not folders
    told = await post(service, await batch_of(service, letter))

    assert told.body["state"] == "posted"
    assert await remove_served_letters(service.notifications) == 1
    assert list(folder.iterdir()) == []
