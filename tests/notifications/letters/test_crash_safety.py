"""A worker that dies in the middle of a batch: the same batch, the same folder, every letter in exactly one."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
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


async def killed_before_it_can_note(service: RunningNotifications) -> Path:
    """Let a worker hand over a batch and die before its transaction; return the batch's folder."""
    async with service.notifications.database.transaction() as connection:
        await connection.execute("SELECT FROM deliveries FOR UPDATE")  # from the hand-over's note on it waits
        dying = asyncio.create_task(service.hand_over())
        await eventually(_see(service), lambda folders: any(folder.suffix != ".tmp" for folder in folders))
        dying.cancel()
        await asyncio.wait([dying])
    (folder,) = service.batches()
    return folder


def _see(service: RunningNotifications) -> Callable[[], Awaitable[list[Path]]]:
    async def look() -> list[Path]:
        return service.batches()

    return look


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
    folder = await killed_before_it_can_note(service)
    pages = digests(folder)
    unfinished = folder.rename(f"{folder}.1.tmp")  # as if killed before the folder got its name
    next(unfinished.glob("*.pdf")).write_bytes(b"%PDF-1.7 half a pa")
    (unfinished / "manifest.json").unlink()
    too_early = await second.hand_over()
    service.clock.advance(days=1)
    await second.hand_over()

    assert too_early == 0
    assert digests(folder) == pages  # drawn again a day later, and the same to the byte
    await only_one_folder_holds_every_letter(service, 5)


async def test_a_worker_that_dies_after_the_hand_over_leaves_it_as_it_is(
    service: RunningNotifications, second: RunningNotifications
):
    await letters(service, 5)
    await collect_letters(service.notifications)
    folder = await killed_before_it_can_note(service)
    before, inode = digests(folder), folder.stat().st_ino
    states = await service.rows("SELECT DISTINCT state FROM deliveries")
    service.clock.advance(seconds=61)
    await second.hand_over()

    assert states == [{"state": "batched"}]
    assert (digests(folder), folder.stat().st_ino) == (before, inode)
    await only_one_folder_holds_every_letter(service, 5)


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
