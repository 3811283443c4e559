"""A print operator fetches a batch as an archive: what is in it, who is remembered, what is gone."""

import io
import zipfile
from uuid import UUID

import aiohttp
import pytest
from notifications_service.usecases.remove_old_letters import remove_old_letters

from tests.support.letter_steps import BATCHES, Told, ask, batch_of, deeds, handed_over, id_of
from tests.support.notifications_fixtures import (
    RunningNotifications,
    code_redeemed,
)

UNKNOWN = UUID("00000000-0000-4000-8000-000000000000")


def archive_of(told: Told) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(told.raw))


async def test_an_archive_holds_the_folder_as_it_is(service: RunningNotifications):
    letter, _ = await handed_over(service, 2)
    (folder,), batch = service.batches(), await batch_of(service, letter)
    told = await ask(service, "GET", f"{BATCHES}/{batch}/archive")
    archive = archive_of(told)
    names = archive.namelist()

    assert (told.status, told.headers["Content-Type"]) == (200, "application/zip")
    assert told.headers["Content-Disposition"] == f'attachment; filename="safiag-{batch}.zip"'
    assert told.headers["Cache-Control"] == "no-store"
    assert archive.testzip() is None
    assert {name: archive.read(name) for name in names} == {
        f"{folder.name}/{file.name}": file.read_bytes() for file in folder.iterdir()
    }
    assert names[-1] == f"{folder.name}/manifest.json"
    assert {entry.compress_type for entry in archive.infolist()} == {zipfile.ZIP_STORED}
    assert {entry.flag_bits & 0x08 for entry in archive.infolist()} == {0}  # whoever reads it as a stream can


async def test_the_same_folder_gives_the_same_archive(service: RunningNotifications):
    batch = await batch_of(service, (await handed_over(service, 3))[0])
    first = await ask(service, "GET", f"{BATCHES}/{batch}/archive")
    service.clock.advance(hours=3)

    assert (await ask(service, "GET", f"{BATCHES}/{batch}/archive")).raw == first.raw


async def test_who_fetches_an_archive_is_remembered_and_who_only_looks_is_not(service: RunningNotifications):
    batch = await batch_of(service, (await handed_over(service))[0])
    looked = await ask(service, "HEAD", f"{BATCHES}/{batch}/archive")
    await ask(service, "GET", BATCHES)
    before = await deeds(service)
    await ask(service, "GET", f"{BATCHES}/{batch}/archive")

    assert (looked.status, looked.raw, looked.headers["Content-Type"]) == (200, b"", "application/zip")
    assert before == []
    assert await deeds(service) == [("print-operator@safiag", "safiag", "archive_fetched", batch)]


async def test_a_letter_that_is_not_to_be_printed_any_more_is_not_in_the_archive(service: RunningNotifications):
    served, posted, other = await handed_over(service, 3)
    batch = await batch_of(service, served)
    await service.hear(code_redeemed(served))
    ids = [str(await id_of(service, posted))]
    await ask(service, "POST", f"{BATCHES}/{batch}/posted", json={"letters": ids})
    told = await ask(service, "GET", f"{BATCHES}/{batch}/archive")  # before the pages were removed

    assert [name.partition("/")[2] for name in archive_of(told).namelist()] == [
        f"{await id_of(service, other)}.pdf",
        "manifest.json",
    ]


async def test_what_is_not_there_any_more_is_gone(service: RunningNotifications):
    posted, old, taken = [await batch_of(service, (await handed_over(service))[0]) for _ in range(3)]
    await ask(service, "POST", f"{BATCHES}/{posted}/posted", json={})
    place = service.settings.letters_directory
    (place / f"safiag-{taken}").rename(place.parent / "taken")
    gone = [await ask(service, "GET", f"{BATCHES}/{batch}/archive") for batch in (posted, taken)]
    service.clock.advance(hours=25)
    await remove_old_letters(service.notifications)
    gone.append(await ask(service, "GET", f"{BATCHES}/{old}/archive"))

    assert [one.refusal for one in gone] == [(410, "batch-gone", [])] * 3
    assert "archive_fetched" not in [kind for _, _, kind, _ in await deeds(service)]


async def test_an_archive_that_breaks_off_is_never_taken_for_whole(service: RunningNotifications):
    letters = await handed_over(service, 2)
    batch, (folder,) = await batch_of(service, letters[0]), service.batches()
    page = folder / f"{await id_of(service, letters[1])}.pdf"
    page.unlink()
    page.mkdir()  # cannot be read

    with pytest.raises(aiohttp.ClientError):
        await ask(service, "GET", f"{BATCHES}/{batch}/archive")
