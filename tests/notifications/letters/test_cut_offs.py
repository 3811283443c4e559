"""Letters leave with the cut-off of their brand's print provider on working days, and no brand holds up another."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from notifications_service.usecases.give_up_overdue import give_up_overdue

from tests.support.cut_off_steps import StandingClock, hand_over_all, notifications_at, paris, require_letter
from tests.support.notifications_fixtures import BRANDS, RunningNotifications, letter_required
from tests.support.smtp_server import RecordingSmtpServer

Opened = tuple[RunningNotifications, StandingClock]
MONDAY = (2026, 11, 23)


@pytest.fixture
async def opened(tmp_path: Path, notifications_url: str, relay: RecordingSmtpServer) -> AsyncIterator[Opened]:
    """The service on a Friday at 15:00, when the cut-off is over."""
    async with notifications_at(paris(2026, 11, 20, 15), tmp_path, notifications_url, relay.url) as service_and_clock:
        yield service_and_clock


async def states(service: RunningNotifications) -> list[str]:
    return [row["state"] for row in await service.rows("SELECT state FROM deliveries ORDER BY created_at, id")]


async def test_over_the_weekend_a_letter_waits_sealed_and_undrawn_and_leaves_at_the_closing(opened: Opened):
    service, clock = opened
    letter = await require_letter(service)
    seen = []
    for instant in (paris(2026, 11, 20, 15), paris(2026, 11, 21, 13), paris(2026, 11, 22, 13), paris(*MONDAY, 12, 29)):
        clock.instant = instant
        await hand_over_all(service)
        await give_up_overdue(service.notifications)
        row = await service.delivery(letter.letter_id)
        seen.append((row["state"], letter.code.encode() in row["content_sealed"], service.batches()))
    clock.instant = paris(*MONDAY, 12, 30)
    await hand_over_all(service)
    row = await service.delivery(letter.letter_id)

    assert seen == [("planned", False, [])] * 4
    assert (row["state"], row["sent_at"], row["content_sealed"]) == ("handed_over", clock.instant, None)
    assert row["promised_until"] == paris(2026, 11, 24, 15)


async def test_what_is_required_after_the_closing_leaves_with_the_next_batch(opened: Opened):
    service, clock = opened
    clock.instant = paris(*MONDAY, 12, 30)
    await require_letter(service)
    clock.advance(seconds=1)
    late = await require_letter(service)
    await hand_over_all(service)
    on_monday = await states(service)
    clock.instant = paris(2026, 11, 24, 12, 30)
    await hand_over_all(service)

    assert on_monday == ["handed_over", "planned"]
    assert (await service.delivery(late.letter_id))["sent_at"] == clock.instant


@pytest.mark.parametrize(
    ("back", "leaves"),
    [
        (paris(*MONDAY, 13, 59), paris(*MONDAY, 13, 59)),  # before the cut-off: at once
        (paris(*MONDAY, 14, 0), paris(2026, 11, 24, 12, 30)),  # the print provider does nothing before its next one
    ],
)
async def test_a_worker_that_was_down_at_the_closing_hands_over_before_the_cut_off_or_at_the_next_closing(
    opened: Opened, back, leaves
):
    service, clock = opened
    letter = await require_letter(service)
    clock.instant = back
    await hand_over_all(service)
    clock.instant = max(back, leaves)
    await hand_over_all(service)

    assert (await service.delivery(letter.letter_id))["sent_at"] == leaves


async def test_a_batch_that_was_closed_in_time_is_handed_over_even_after_the_cut_off(opened: Opened):
    service, clock = opened
    letter = await require_letter(service)
    clock.instant = paris(*MONDAY, 13, 59)
    service.settings.letters_directory.write_text("no directory")
    with pytest.raises(FileExistsError):
        await hand_over_all(service)
    service.settings.letters_directory.unlink()
    clock.instant = paris(*MONDAY, 14, 1)
    await hand_over_all(service)

    assert (await service.delivery(letter.letter_id))["sent_at"] == clock.instant


async def test_a_recipient_who_becomes_known_between_closing_and_cut_off_is_not_left_behind(opened: Opened):
    service, clock = opened
    letter = letter_required(expires_at=paris(2026, 12, 12, 0))
    await service.hear(letter)
    clock.instant = paris(*MONDAY, 12, 30)
    await hand_over_all(service)
    clock.instant = paris(*MONDAY, 13, 0)
    await require_letter(service, member_id=letter.member_id)
    await hand_over_all(service)

    assert await states(service) == ["handed_over", "planned"]


async def test_each_brand_has_its_own_cut_off_and_holidays(
    tmp_path: Path, notifications_url: str, relay: RecordingSmtpServer
):
    brands = tmp_path / "brands"
    shutil.copytree(BRANDS, brands)
    safiag = brands / "safiag.toml"
    rules = safiag.read_text().replace('cut_off = "14:00"', 'cut_off = "17:30"').replace("metropole", "alsace-moselle")
    safiag.write_text(rules)
    good_friday = paris(2026, 4, 3, 9)
    changes = {"brands_directory": brands}
    async with notifications_at(good_friday, tmp_path, notifications_url, relay.url, **changes) as (service, clock):
        for brand in ("mgas", "safiag"):
            await require_letter(service, brand=brand)
        left = []
        for instant in (
            paris(2026, 4, 3, 12, 30),
            paris(2026, 4, 3, 16),
            paris(2026, 4, 7, 12, 30),
            paris(2026, 4, 7, 16),
        ):
            clock.instant = instant
            await hand_over_all(service)
            left.append(sorted(manifest["brand"] for manifest in service.manifests()))

    assert left == [["mgas"], ["mgas"], ["mgas"], ["mgas", "safiag"]]


async def test_two_workers_at_the_cut_off_hand_each_letter_over_once(
    opened: Opened, tmp_path: Path, notifications_url: str, relay: RecordingSmtpServer
):
    service, clock = opened
    for _ in range(12):
        await require_letter(service)
    clock.instant = paris(*MONDAY, 12, 30)
    async with notifications_at(clock.instant, tmp_path, notifications_url, relay.url) as (other, _):
        await asyncio.gather(*(hand_over_all(worker) for worker in (service, other) for _ in range(2)))
    printed = [letter["id"] for manifest in service.manifests() for letter in manifest["letters"]]

    assert await states(service) == ["handed_over"] * 12
    assert len(printed) == len(set(printed)) == 12


async def test_a_brand_whose_letters_cannot_be_collected_holds_up_no_other(opened: Opened):
    service, clock = opened
    wrong = await require_letter(service, brand="mgas")
    right = await require_letter(service, brand="safiag")
    await service.rows(
        "ALTER TABLE print_batches ADD CONSTRAINT not_for_mgas CHECK (brand <> 'mgas')"  # such as a full disk, for one brand
    )
    clock.instant = paris(*MONDAY, 12, 30)
    with pytest.raises(Exception, match="not_for_mgas"):
        await hand_over_all(service)

    assert (await service.delivery(right.letter_id))["state"] == "handed_over"
    assert (await service.delivery(wrong.letter_id))["state"] == "planned"


async def test_damaged_rows_of_one_brand_leave_room_for_its_own_letters_and_those_of_others(opened: Opened):
    service, clock = opened
    damaged = [await require_letter(service, brand="mgas") for _ in range(3)]
    await service.rows("UPDATE deliveries SET content_sealed = 'damaged'")
    whole = [await require_letter(service, brand=brand) for brand in ("mgas", "safiag")]
    clock.instant = paris(*MONDAY, 12, 30)
    await hand_over_all(service)

    assert [(await service.delivery(one.letter_id))["state"] for one in whole] == ["handed_over"] * 2
    assert [(await service.delivery(one.letter_id))["state"] for one in damaged] == ["planned"] * 3
