"""The print provider tells by files: each is noted once and put away, and none that is wrong holds up another."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from notifications_service.channels.returns_folder import LIMIT, ReturnsFolder
from notifications_service.usecases.read_returns import read_returns
from structlog.testing import capture_logs

from tests.support.letter_steps import batch_of, handed_over, id_of
from tests.support.notifications_fixtures import RunningNotifications, running_notifications
from tests.support.smtp_server import RecordingSmtpServer


@pytest.fixture
async def service(
    tmp_path: Path, notifications_url: str, relay: RecordingSmtpServer
) -> AsyncIterator[RunningNotifications]:
    """The service with a folder of returns."""
    async with running_notifications(
        tmp_path, notifications_url, relay.url, returns_directory=tmp_path / "returns"
    ) as running:
        yield running


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The folder, as the provider sees it."""
    (tmp_path / "returns").mkdir()
    return tmp_path / "returns"


def drop(root: Path, name: str, content: Any) -> None:
    """Write a file as a provider does: whole, then under its name."""
    raw = content if isinstance(content, bytes) else json.dumps(content, default=str).encode()
    (root / f"{name}.tmp").write_bytes(raw)
    (root / f"{name}.tmp").rename(root / name)


def lying(root: Path) -> dict[str, list[str]]:
    """Return the files of the folder, by where they lie."""
    return {
        place: sorted(one.name for one in (root / place).iterdir() if one.name not in ("done", "refused"))
        for place in (".", "done", "refused")
    }


def why(root: Path, name: str) -> tuple[str, list[tuple[str, str]]]:
    told = json.loads((root / "refused" / f"{name}.why.json").read_text())
    return told["code"], [(one["field"], one["code"]) for one in told["fields"]]


async def states(service: RunningNotifications) -> list[str]:
    return [row["state"] for row in await service.rows("SELECT state FROM deliveries ORDER BY created_at, id")]


def now(service: RunningNotifications) -> str:
    return service.clock.now().isoformat()


async def test_what_was_posted_and_what_came_back_is_noted_and_put_away(service: RunningNotifications, root: Path):
    first, second = await handed_over(service, 2)
    batch, ids = await batch_of(service, first), [await id_of(service, one) for one in (first, second)]
    drop(root, "a.json", {"batch_id": batch, "posted_at": now(service), "letters": [ids[0]]})
    drop(root, "b.json", {"batch_id": batch, "posted_at": now(service)})
    drop(root, "c.json", {"letter_id": ids[1], "reason": "moved", "returned_at": now(service)})
    done = await read_returns(service.notifications)

    assert done == 3
    assert await states(service) == ["posted", "returned"]
    assert lying(root) == {".": [], "done": ["a.json", "b.json", "c.json"], "refused": []}
    assert await service.rows("SELECT id FROM staff_deeds") == []  # nobody of the staff has done it
    assert await read_returns(service.notifications) == 0


async def test_what_is_still_being_written_is_left_alone(service: RunningNotifications, root: Path):
    for name in ("posted.json.tmp", ".posted.json.swp"):
        (root / name).write_bytes(b'{"batch_id": "half a')

    assert await read_returns(service.notifications) == 0
    assert lying(root) == {".": [".posted.json.swp", "posted.json.tmp"], "done": [], "refused": []}


async def test_every_file_that_is_wrong_is_refused_with_its_field_and_the_others_are_read(
    service: RunningNotifications, root: Path, tmp_path: Path
):
    [letter] = await handed_over(service)
    delivery_id, at = await id_of(service, letter), now(service)
    returned = {"letter_id": delivery_id, "reason": "moved", "returned_at": at}
    wrong: dict[str, tuple[Any, str, list[tuple[str, str]]]] = {
        "array.json": ([1], "invalid-request", [("body", "object-required")]),
        "broken.json": (b'{"letter_id": ', "malformed-json", []),
        "deep.json": (b"[" * 5000 + b"]" * 5000, "body-too-deep", []),
        "twice.json": (b'{"letter_id": 1, "letter_id": 2}', "invalid-request", [("letter_id", "duplicate-field")]),
        "empty.json": (b"", "malformed-json", []),
        "early.json": (
            returned | {"returned_at": "2020-01-01T00:00:00Z"},
            "invalid-request",
            [("returned_at", "before-hand-over")],
        ),
        "field.json": (returned | {"who": "Ada"}, "unknown-field", [("who", "unknown-field")]),
        "future.json": (
            {"batch_id": await batch_of(service, letter), "posted_at": service.clock.now() + timedelta(hours=1)},
            "invalid-request",
            [("posted_at", "in-the-future")],
        ),
        "large.json": (b" " * LIMIT + b"{}", "too-large", []),
        "nobody.json": (returned | {"letter_id": uuid4()}, "not-found", []),
        "reason.json": (returned | {"reason": "lost"}, "invalid-request", [("reason", "unknown-value")]),
        "when.json": ({"batch_id": uuid4()}, "invalid-request", [("posted_at", "required")]),
        "photo.jpg": (b"\xff\xd8\xff", "malformed-json", []),
    }
    for name, (content, _, _) in wrong.items():
        drop(root, name, content)
    drop(root, "zz.json", returned)
    done = await read_returns(service.notifications)

    assert done == 1
    assert {name: why(root, name) for name in wrong} == {name: (code, at) for name, (_, code, at) in wrong.items()}
    assert lying(root)["done"] == ["zz.json"]
    assert lying(root)["refused"] == sorted([*wrong, *(f"{name}.why.json" for name in wrong)])
    assert await states(service) == ["returned"]


async def test_what_is_no_plain_file_is_refused_and_never_followed_nor_waited_for(
    service: RunningNotifications, root: Path, tmp_path: Path
):
    [letter] = await handed_over(service)
    elsewhere = tmp_path / "elsewhere.json"
    told = {"letter_id": await id_of(service, letter), "reason": "moved", "returned_at": now(service)}
    elsewhere.write_text(json.dumps(told, default=str))
    (root / "link.json").symlink_to(elsewhere)
    (root / "nowhere.json").symlink_to(tmp_path / "nothing")
    (root / "folder.json").mkdir()
    os.mkfifo(root / "pipe.json")
    async with asyncio.timeout(10):
        done = await read_returns(service.notifications)

    assert done == 0
    assert [why(root, name)[0] for name in ("link.json", "nowhere.json", "folder.json", "pipe.json")] == [
        "not-readable",
        "not-readable",
        "not-a-file",
        "not-a-file",
    ]
    assert lying(root)["."] == []
    assert json.loads(elsewhere.read_text())["reason"] == "moved"  # only the link was put away
    assert await states(service) == ["handed_over"]


async def test_a_folder_that_the_provider_has_replaced_by_a_link_is_not_written_through(
    service: RunningNotifications, root: Path, tmp_path: Path
):
    (tmp_path / "aim").mkdir()
    (root / "refused").symlink_to(tmp_path / "aim")
    drop(root, "wrong.json", b"{")
    with capture_logs() as logs:
        done = await read_returns(service.notifications)

    assert done == 0
    assert list((tmp_path / "aim").iterdir()) == []
    assert [entry["event"] for entry in logs] == ["return_file_stuck"]


async def test_a_worker_that_dies_before_it_has_put_a_file_away_harms_nothing(
    service: RunningNotifications, root: Path, monkeypatch: pytest.MonkeyPatch
):
    [letter] = await handed_over(service)
    drop(root, "a.json", {"letter_id": await id_of(service, letter), "reason": "moved", "returned_at": now(service)})
    drop(root, "b.json", b"{")
    with monkeypatch.context() as dying:
        dying.setattr(os, "rename", _die)
        await read_returns(service.notifications)
    noted = await service.delivery(letter.letter_id)
    service.clock.advance(hours=1)
    await read_returns(service.notifications)

    assert lying(root) == {".": [], "done": ["a.json"], "refused": ["b.json", "b.json.why.json"]}
    assert await service.delivery(letter.letter_id) == noted
    assert len(await service.published()) == 1


def _die(*_arguments: Any, **_names: Any) -> None:
    raise OSError("the disk is gone")


async def test_a_file_that_comes_under_the_same_name_while_the_former_is_read_is_read_next(
    service: RunningNotifications, root: Path
):
    folder, letters = ReturnsFolder(root), await handed_over(service, 2)
    former, next_one = [
        {"letter_id": await id_of(service, letter), "reason": "moved", "returned_at": now(service)}
        for letter in letters
    ]
    drop(root, "back.json", former)
    assert folder.names() == ["back.json"]
    folder.read("back.json")
    drop(root, "back.json", next_one)
    folder.put_away("back.json")
    done = await read_returns(service.notifications)

    assert done == 1
    assert sorted(await states(service)) == ["handed_over", "returned"]
    assert lying(root)["done"] == ["back.json"]


async def test_the_name_of_a_field_that_nobody_expects_is_not_logged(service: RunningNotifications, root: Path):
    drop(root, "a.json", {"letter_id": uuid4(), "reason": "moved", "returned_at": now(service), "Mme Zoëlig Núñez": 1})
    with capture_logs() as logs:
        await read_returns(service.notifications)
    [refused] = [line for line in logs if line["event"] == "return_file_refused"]

    assert (refused["code"], refused["problems"]) == ("unknown-field", ["unknown-field"])
    assert "Zoëlig" not in str(logs)


async def test_what_is_told_before_we_have_noted_the_hand_over_waits_for_it(service: RunningNotifications, root: Path):
    [letter] = await handed_over(service)
    await service.rows("UPDATE deliveries SET state = 'rendered', sent_at = NULL RETURNING id")
    await service.rows("UPDATE print_batches SET state = 'printing', handed_over_at = NULL RETURNING id")
    drop(root, "a.json", {"batch_id": await batch_of(service, letter), "posted_at": now(service)})
    drop(root, "b.json", {"letter_id": await id_of(service, letter), "reason": "moved", "returned_at": now(service)})
    first = await read_returns(service.notifications)
    waiting = lying(root)["."]
    service.clock.advance(seconds=61)
    (folder,) = service.batches()
    folder.rename(f"{folder}.1.tmp")
    await service.hand_over()

    assert (first, waiting) == (0, ["a.json", "b.json"])
    assert (await service.delivery(letter.letter_id))["state"] == "handed_over"
    assert await read_returns(service.notifications) == 2


async def test_two_workers_read_each_file_once(service: RunningNotifications, root: Path):
    letters = await handed_over(service, 8)
    for number, letter in enumerate(letters):
        told = {"letter_id": await id_of(service, letter), "reason": "moved", "returned_at": now(service)}
        drop(root, f"{number}.json", told)
    await asyncio.gather(*(read_returns(service.notifications) for _ in range(2)))

    assert await states(service) == ["returned"] * 8
    assert len(await service.published()) == 8
    assert lying(root) == {".": [], "done": [f"{number}.json" for number in range(8)], "refused": []}


async def test_a_name_that_comes_again_or_is_endless_is_kept_beside_the_first(
    service: RunningNotifications, root: Path
):
    endless = "x" * 240
    for content in (b"{", b"["):
        drop(root, "wrong.json", content)
        drop(root, endless, content)
        await read_returns(service.notifications)
    refused = lying(root)["refused"]

    assert len(refused) == 8
    assert {"wrong.json", "wrong.json.2", "wrong.json.why.json", "wrong.json.2.why.json"} < set(refused)
    assert (root / "refused" / "wrong.json.2").read_bytes() == b"["


async def test_without_a_folder_nothing_is_read(tmp_path: Path, notifications_url: str, relay: RecordingSmtpServer):
    async with running_notifications(tmp_path, notifications_url, relay.url) as running:
        assert await read_returns(running.notifications) == 0


@pytest.mark.unit
def test_a_file_that_another_worker_has_put_away_is_no_error(tmp_path: Path):
    folder = ReturnsFolder(tmp_path)
    folder.names()
    folder.put_away("gone.json")

    with pytest.raises(FileNotFoundError):
        folder.read("gone.json")
    assert lying(tmp_path) == {".": [], "done": [], "refused": []}
