"""Rows that cannot be read, batches that cannot be written: no other letter waits for them, and nothing stays stuck."""

from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import pytest
from notifications_service.usecases.collect_letters import collect_letters
from notifications_service.usecases.give_up_overdue import give_up_overdue
from structlog.testing import capture_logs

from tests.support.notifications_fixtures import (
    RunningNotifications,
    letter_required,
    member_changed,
    member_enrolled,
    running_notifications,
)
from tests.support.smtp_server import RecordingSmtpServer

PAST_ITS_USE = 17  # days: a letter's code lives for 21 and is given up five days before
DAMAGE = ["'\\x00'::bytea || {0}", "'2019-01:of a key that was retired'::bytea"]


async def letter_to(service: RunningNotifications, *, brand: str = "safiag", member_id: UUID | None = None) -> UUID:
    member_id = member_id or uuid4()
    await service.hear(member_enrolled(member_id=member_id, brand=brand))
    event = letter_required(member_id=member_id, brand=brand)
    await service.hear(event)
    return event.letter_id


async def hand_over_all(service: RunningNotifications) -> None:
    while await service.hand_over():
        pass


async def states(service: RunningNotifications, *causes: UUID) -> list[str]:
    return [(await service.delivery(cause))["state"] for cause in causes]


async def damage_content(service: RunningNotifications, cause: UUID, damage: str = DAMAGE[0]) -> None:
    value = damage.format("content_sealed")
    await service.rows(f"UPDATE deliveries SET content_sealed = {value} WHERE cause = $1", cause)


@pytest.mark.parametrize("damage", DAMAGE)
async def test_a_recipient_that_cannot_be_read_holds_up_no_other_letter_and_goes_once_it_is_mended(
    service: RunningNotifications, damage: str
):
    member_id = uuid4()
    unreadable = await letter_to(service, member_id=member_id)
    others = [await letter_to(service, brand=brand) for brand in ("safiag", "demo", "mgas")]
    value = damage.format("person_sealed")
    await service.rows(f"UPDATE recipients SET person_sealed = {value} WHERE member_id = $1", member_id)
    with capture_logs() as logged:
        await hand_over_all(service)
    waiting = await service.delivery(unreadable)
    gone = await states(service, *others)
    await service.hear(member_changed(member_id=member_id))
    service.clock.advance(seconds=30)
    await hand_over_all(service)

    assert gone == ["handed_over"] * 3
    assert (waiting["state"], waiting["attempts"]) == ("planned", 1)
    assert {"event": "letter_not_readable", "delivery_id": str(waiting["id"])}.items() <= logged[0].items()
    assert await states(service, unreadable) == ["handed_over"]
    assert await service.outcomes(unreadable) == ["not-written", "handed-over"]


@pytest.mark.parametrize("damage", DAMAGE)
async def test_a_batched_letter_that_cannot_be_read_leaves_its_batch_and_the_others_go(
    service: RunningNotifications, damage: str
):
    unreadable, *others = [await letter_to(service) for _ in range(3)]
    await collect_letters(service.notifications)
    sealed = (await service.delivery(unreadable))["content_sealed"]
    await damage_content(service, unreadable, damage)
    await hand_over_all(service)
    waiting, gone = await service.delivery(unreadable), await states(service, *others)
    (first,) = service.manifests()
    await service.rows("UPDATE deliveries SET content_sealed = $2 WHERE cause = $1", unreadable, sealed)
    service.clock.advance(seconds=30)
    await hand_over_all(service)  # as when its key is on the ring again
    printed = [letter["id"] for manifest in service.manifests() for letter in manifest["letters"]]

    assert (gone, len(first["letters"])) == (["handed_over"] * 2, 2)
    assert (waiting["state"], waiting["print_batch_id"], waiting["attempts"]) == ("planned", None, 1)
    assert await states(service, unreadable) == ["handed_over"]
    assert (len(printed), printed.count(str(waiting["id"]))) == (3, 1)


async def test_what_can_never_be_read_is_given_up_and_its_secret_wiped(service: RunningNotifications):
    person, content = [await letter_to(service) for _ in range(2)]
    await collect_letters(service.notifications)
    await damage_content(service, content)
    late = await letter_to(service)
    await service.rows("UPDATE recipients SET person_sealed = '\\x00'")
    await hand_over_all(service)
    service.clock.advance(days=PAST_ITS_USE)
    await give_up_overdue(service.notifications)
    rows = await service.rows("SELECT cause, state, failure, content_sealed FROM deliveries")
    batches = await service.rows("SELECT state FROM print_batches")

    assert {row["cause"]: (row["state"], row["failure"], row["content_sealed"]) for row in rows} == {
        person: ("handed_over", None, None),
        content: ("failed", "gave-up", None),
        late: ("failed", "gave-up", None),
    }
    assert [batch["state"] for batch in batches] == ["handed_over"]


async def test_a_batch_that_can_never_be_written_gives_its_letters_up_and_wipes_their_secrets(
    tmp_path: Path, notifications_url: str, relay: RecordingSmtpServer
):
    (tmp_path / "letters").write_text("a file where the folder should be")
    async with running_notifications(tmp_path, notifications_url, relay.url) as service:
        cause = await letter_to(service)
        with pytest.raises(OSError, match="letters"):
            await service.hand_over()
        before = await service.delivery(cause)
        service.clock.advance(days=PAST_ITS_USE)
        await hand_over_all(service)
        after = await service.delivery(cause)
        batches = await service.rows("SELECT state FROM print_batches")

    assert (before["state"], before["content_sealed"] is not None) == ("batched", True)
    assert (after["state"], after["failure"], after["content_sealed"]) == ("failed", "gave-up", None)
    assert batches == [{"state": "empty"}]


async def test_a_batch_is_handed_over_although_collecting_fails(service: RunningNotifications):
    cause = await letter_to(service)
    await collect_letters(service.notifications)
    await service.rows("ALTER TABLE closed_addresses RENAME TO elsewhere")
    await service.hand_over()
    with pytest.raises(asyncpg.UndefinedTableError):  # told when there is nothing else to do
        await service.hand_over()

    assert await states(service, cause) == ["handed_over"]
