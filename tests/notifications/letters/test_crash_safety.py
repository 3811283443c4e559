"""A worker that dies in the middle of a batch: the same batch, the same folder, every letter in exactly one."""

import asyncio
import hashlib
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from notifications_service.usecases.collect_letters import collect_letters

from tests.support.notifications_fixtures import (
    RunningNotifications,
    letter_required,
    member_enrolled,
    running_notifications,
)
from tests.support.smtp_server import RecordingSmtpServer
from tests.support.waiting import eventually


@pytest.fixture
async def second(
    tmp_path: Path, notifications_url: str, relay: RecordingSmtpServer, service: RunningNotifications
) -> AsyncIterator[RunningNotifications]:
    """Another worker on the same database and the same folder, on the same time."""
    async with running_notifications(tmp_path, notifications_url, relay.url, clock=service.clock) as running:
        yield running


async def letters(service: RunningNotifications, count: int) -> None:
    for number in range(count):
        member_id = uuid4()
        await service.hear(member_enrolled(member_id=member_id, last_name=f"Núñez-{number}"))
        await service.hear(letter_required(member_id=member_id))


def digests(folder: Path) -> dict[str, str]:
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.iterdir()}


# Each lock makes a worker wait at one place of its hand-over, where it then dies.
BEFORE_THE_CHOICE = "SELECT FROM deliveries FOR UPDATE"  # the folder is written
BEFORE_THE_NOTE = "LOCK TABLE delivery_attempts IN SHARE MODE"  # it has its name


async def killed(service: RunningNotifications, lock: str, *, seen: str) -> Path:
    """Let a worker hand over a batch and die where `lock` holds it, once a name like `seen` is there; return that path."""

    async def look() -> list[Path]:
        return list(service.settings.letters_directory.glob(seen))

    async with service.notifications.database.transaction() as connection:
        await connection.execute(lock)
        dying = asyncio.create_task(service.hand_over())
        (path,) = await eventually(look, bool)
        dying.cancel()
        await asyncio.wait([dying])
    return path


async def killed_before_the_choice(service: RunningNotifications) -> Path:
    witness = await killed(service, BEFORE_THE_CHOICE, seen="*.written.tmp")
    return witness.with_name(witness.name.replace(".written", ""))


async def killed_before_the_note(service: RunningNotifications) -> Path:
    return await killed(service, BEFORE_THE_NOTE, seen="safiag-????????-????-????-????-????????????")


async def only_one_folder_holds_every_letter(service: RunningNotifications, count: int) -> None:
    rows = await service.rows("SELECT id, state, print_batch_id, content_sealed FROM deliveries")
    (batch,) = await service.rows("SELECT id, state FROM print_batches")
    (folder,), (manifest,) = service.batches(), service.manifests()

    assert (folder.name, batch["state"]) == (f"safiag-{batch['id']}", "handed_over")
    assert sorted(UUID(letter["id"]) for letter in manifest["letters"]) == sorted(row["id"] for row in rows)
    assert len(rows) == count
    assert {(row["state"], row["print_batch_id"], row["content_sealed"]) for row in rows} == {
        ("handed_over", batch["id"], None)
    }


async def test_a_worker_that_dies_while_it_writes_is_relieved_after_its_lease(
    service: RunningNotifications, second: RunningNotifications
):
    await letters(service, 5)
    await collect_letters(service.notifications)
    unfinished = await killed_before_the_choice(service)
    pages = digests(unfinished)
    next(unfinished.glob("*.pdf")).write_bytes(b"%PDF-1.7 half a pa")
    (unfinished / "manifest.json").unlink()
    too_early = await second.hand_over()
    service.clock.advance(days=1)
    await second.hand_over()
    (folder,) = service.batches()

    assert too_early == 0
    assert digests(folder) == pages  # drawn again a day later, and the same to the byte
    await only_one_folder_holds_every_letter(service, 5)


async def test_a_worker_that_dies_between_the_choice_and_the_name_is_relieved_by_one_that_gives_the_name(
    service: RunningNotifications, second: RunningNotifications
):
    await letters(service, 5)
    await collect_letters(service.notifications)
    folder = await killed_before_the_note(service)
    inode = folder.stat().st_ino
    folder.rename(f"{folder}.1.tmp")  # as the disk was a moment before
    service.clock.advance(seconds=61)
    await second.hand_over()

    assert folder.stat().st_ino == inode
    await only_one_folder_holds_every_letter(service, 5)


async def test_a_worker_that_dies_after_the_hand_over_leaves_it_as_it_is(
    service: RunningNotifications, second: RunningNotifications
):
    await letters(service, 5)
    await collect_letters(service.notifications)
    folder = await killed_before_the_note(service)
    before, inode = digests(folder), folder.stat().st_ino
    waiting = await service.rows("SELECT DISTINCT state, content_sealed FROM deliveries")
    rendered = await service.rows("SELECT id FROM deliveries WHERE rendered_at >= batched_at AND sent_at IS NULL")
    service.clock.advance(seconds=61)
    await second.hand_over()

    assert waiting == [{"state": "rendered", "content_sealed": None}]
    assert len(rendered) == 5
    assert (digests(folder), folder.stat().st_ino) == (before, inode)
    await only_one_folder_holds_every_letter(service, 5)


async def test_a_folder_that_the_release_before_chose_is_handed_over_with_all_its_letters(
    service: RunningNotifications, second: RunningNotifications
):
    await letters(service, 5)
    await collect_letters(service.notifications)
    await killed_before_the_note(service)
    await service.rows("UPDATE deliveries SET state = 'batched', rendered_at = NULL RETURNING id")  # as it wrote them
    service.clock.advance(seconds=61)
    await second.hand_over()

    await only_one_folder_holds_every_letter(service, 5)


async def test_a_folder_taken_away_before_its_hand_over_is_noted_is_not_written_again(
    service: RunningNotifications, second: RunningNotifications, tmp_path: Path
):
    await letters(service, 5)
    await collect_letters(service.notifications)
    folder = await killed_before_the_note(service)
    folder.rename(tmp_path / "taken")
    service.clock.advance(days=17)  # past the day on which letters that have not left are given up
    await second.hand_over()
    rows = await service.rows("SELECT DISTINCT state, failure FROM deliveries")

    assert rows == [{"state": "handed_over", "failure": None}]
    assert service.batches() == []
    assert await second.hand_over() == 0


async def test_a_provider_that_takes_each_folder_as_soon_as_it_has_its_name_gets_each_letter_once(
    service: RunningNotifications, tmp_path: Path
):
    root, taken, stop = service.settings.letters_directory, tmp_path / "taken", threading.Event()
    taken.mkdir()

    def take_away() -> None:
        last_round = False
        while not last_round:
            last_round = stop.is_set()
            for folder in [path for path in root.glob("safiag-*") if path.suffix != ".tmp"]:
                folder.rename(taken / folder.name)

    provider = asyncio.create_task(asyncio.to_thread(take_away))
    for _ in range(5):
        await letters(service, 2)
        await service.hand_over()
    stop.set()
    await provider
    rows = await service.rows("SELECT id, state FROM deliveries")
    batches = await service.rows("SELECT DISTINCT state FROM print_batches")

    assert sorted(pdf.stem for pdf in taken.glob("*/*.pdf")) == sorted(str(row["id"]) for row in rows)
    assert len(rows) == 10
    assert {row["state"] for row in rows} == {"handed_over"}
    assert batches == [{"state": "handed_over"}]


async def test_two_workers_put_each_letter_into_one_batch(service: RunningNotifications, second: RunningNotifications):
    await letters(service, 40)

    async def all_of(worker: RunningNotifications) -> None:
        while await worker.hand_over():
            pass

    await asyncio.gather(all_of(service), all_of(second))
    rows = await service.rows("SELECT id, state FROM deliveries")
    printed = [letter["id"] for manifest in service.manifests() for letter in manifest["letters"]]

    assert {row["state"] for row in rows} == {"handed_over"}
    assert sorted(printed) == sorted(str(row["id"]) for row in rows)
    assert [folder for folder in service.batches() if folder.suffix == ".tmp"] == []
