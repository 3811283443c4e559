"""The promise on letters: measured at each hand-over, watched while a letter waits, each letter told once in each alarm."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from identity_service.events import ActivationRequested
from notifications_service.usecases.watch_promises import PromiseWatch
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from tests.support.account_events import happens
from tests.support.cut_off_steps import StandingClock, hand_over_all, notifications_at, paris, require_letter
from tests.support.notifications_fixtures import RunningNotifications, code_unneeded, reset_requested
from tests.support.smtp_server import RecordingSmtpServer

Opened = tuple[RunningNotifications, StandingClock]
ALARM = "letter_promise_alarm"


@pytest.fixture
async def opened(tmp_path: Path, notifications_url: str, relay: RecordingSmtpServer) -> AsyncIterator[Opened]:
    """The service on a Monday at 15:00: what is required now is promised until Wednesday 15:00."""
    async with notifications_at(paris(2026, 11, 23, 15), tmp_path, notifications_url, relay.url) as service_and_clock:
        yield service_and_clock


async def look(watch: PromiseWatch) -> list[tuple[Any, ...]]:
    """Return what a look tells: alarm, brand, how many letters, which."""
    with capture_logs() as logs:
        assert await watch.look() == 0
    return [
        (line["alarm"], line["brand"], line["letters"], line["delivery_ids"]) for line in logs if line["event"] == ALARM
    ]


def figure(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def in_alarm(brand: str = "safiag") -> dict[str, float]:
    return {
        alarm: figure("letters_in_alarm", brand=brand, alarm=alarm)
        for alarm in ("waits-long", "last-cut-off", "broken")
    }


async def test_every_letter_has_a_promise_and_no_mail_has_one(opened: Opened):
    service, _ = opened
    letter = await require_letter(service)
    notice = happens(ActivationRequested, member_id=letter.member_id, brand="safiag", notice=True)
    await service.hear(notice)
    await service.hear(reset_requested(brand="safiag"))
    rows = await service.rows("SELECT channel, promised_until FROM deliveries")
    promised = paris(2026, 11, 25, 15)

    assert {(row["channel"], row["promised_until"]) for row in rows} == {("letter", promised), ("email", None)}
    assert len([row for row in rows if row["channel"] == "letter"]) == 2


async def test_a_letter_that_waits_is_told_once_in_each_alarm_and_counted_at_every_look(opened: Opened):
    service, clock = opened
    letter = await require_letter(service)
    delivery_id = str((await service.delivery(letter.letter_id))["id"])
    watch, told, counted = PromiseWatch(service.notifications), [], []
    for instant in (
        paris(2026, 11, 24, 14, 59),
        paris(2026, 11, 24, 15, 0),
        paris(2026, 11, 24, 15, 1),
        paris(2026, 11, 25, 13, 0),
        paris(2026, 11, 25, 15, 1),
        paris(2026, 11, 25, 15, 2),
    ):
        clock.instant = instant
        told.append(
            [
                alarm
                for alarm, brand, count, ids in await look(watch)
                if (brand, count, ids) == ("safiag", 1, [delivery_id])
            ]
        )
        counted.append([alarm for alarm, letters in in_alarm().items() if letters])

    assert told == [[], ["waits-long"], [], ["last-cut-off"], ["broken"], []]
    assert counted == [
        [],
        ["waits-long"],
        ["waits-long"],
        ["waits-long", "last-cut-off"],
        ["waits-long", "last-cut-off", "broken"],
        ["waits-long", "last-cut-off", "broken"],
    ]


async def test_a_letter_that_comes_into_an_alarm_later_is_told_by_itself_and_ten_are_named(opened: Opened):
    service, clock = opened
    first = [await require_letter(service) for _ in range(12)]
    clock.advance(hours=1)
    second = await require_letter(service, brand="mgas")
    watch = PromiseWatch(service.notifications)
    clock.instant = paris(2026, 11, 24, 15, 0)
    (alarm, brand, letters, named), *others = await look(watch)
    clock.instant = paris(2026, 11, 24, 16, 0)
    later = await look(watch)

    assert (alarm, brand, letters, others) == ("waits-long", "safiag", len(first), [])
    assert len(named) == 10
    assert later == [("waits-long", "mgas", 1, [str((await service.delivery(second.letter_id))["id"])])]


async def test_a_letter_in_a_batch_that_does_not_leave_is_told_and_what_is_over_is_not(opened: Opened):
    service, clock = opened
    stuck = await require_letter(service)
    service.settings.letters_directory.write_text("no directory")
    clock.instant = paris(2026, 11, 24, 12, 30)
    with pytest.raises(FileExistsError):
        await hand_over_all(service)
    stopped = await require_letter(service, brand="mgas")
    await service.hear(code_unneeded(stopped))
    clock.instant = paris(2026, 11, 26, 9)
    told = await look(PromiseWatch(service.notifications))

    assert (await service.delivery(stuck.letter_id))["state"] == "batched"
    assert [(alarm, brand) for alarm, brand, *_ in told] == [
        ("waits-long", "safiag"),
        ("last-cut-off", "safiag"),
        ("broken", "safiag"),
    ]


async def test_a_hand_over_is_measured_in_working_hours_and_counted_as_inside_or_late(opened: Opened):
    service, clock = opened

    def figures() -> tuple[float, ...]:
        counts = [figure("letter_promises_total", brand="safiag", kept=kept) for kept in ("inside", "late")]
        return (figure("letter_working_hours_sum", brand="safiag"), *counts)

    before = figures()
    clock.instant = paris(2026, 11, 20, 15)  # Friday
    await require_letter(service)
    clock.instant = paris(2026, 11, 23, 12, 30)
    await hand_over_all(service)
    inside = figures()
    await require_letter(service)
    clock.instant = paris(2026, 11, 26, 12, 30)
    await hand_over_all(service)
    late = figures()

    assert [round(now - then, 3) for now, then in zip(inside, before, strict=True)] == [9 + 12.5, 1, 0]
    assert [round(now - then, 3) for now, then in zip(late, inside, strict=True)] == [72, 0, 1]
    await look(PromiseWatch(service.notifications))
    assert figure("letter_promise_kept_share", brand="safiag") == 0.5


async def test_a_letter_that_the_release_before_has_planned_is_given_its_promise(opened: Opened):
    service, clock = opened
    letter = await require_letter(service)
    await service.rows("UPDATE deliveries SET promised_until = NULL")
    clock.instant = paris(2026, 11, 24, 16)
    told = await look(PromiseWatch(service.notifications))

    assert (await service.delivery(letter.letter_id))["promised_until"] == paris(2026, 11, 25, 15)
    assert [alarm for alarm, *_ in told] == ["waits-long"]


async def test_nobody_is_named_in_an_alarm(opened: Opened):
    service, clock = opened
    letter = await require_letter(service)
    clock.instant = paris(2026, 11, 26, 9)
    with capture_logs() as logs:
        await PromiseWatch(service.notifications).look()
    text = str(logs)

    assert logs
    assert [secret for secret in (letter.code, str(letter.member_id), "Mêle", "Núñez") if secret in text] == []
