"""GET /v1/{brand}/staff/letter-promise: how the promise on letters is kept, for those who answer for it."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.cut_off_steps import StandingClock, hand_over_all, notifications_at, paris, require_letter
from tests.support.notifications_fixtures import RunningNotifications, code_unneeded
from tests.support.smtp_server import RecordingSmtpServer

Opened = tuple[RunningNotifications, StandingClock]


@pytest.fixture
async def opened(tmp_path: Path, notifications_url: str, relay: RecordingSmtpServer) -> AsyncIterator[Opened]:
    """The service on a Monday at 9:00."""
    async with notifications_at(paris(2026, 11, 23, 9), tmp_path, notifications_url, relay.url) as service_and_clock:
        yield service_and_clock


async def answer(
    service: RunningNotifications, role: str = "adviser", *, brand: str = "safiag", of: str = "safiag"
) -> tuple[int, dict[str, Any]]:
    headers = {"Authorization": f"Bearer {service.staff_token(role, brand=of)}"}
    async with service.served() as client, client.get(f"/v1/{brand}/staff/letter-promise", headers=headers) as response:
        return response.status, await response.json()


async def test_letters_inside_and_late_and_the_one_that_has_waited_for_longest(opened: Opened):
    service, clock = opened
    for brand in ("safiag", "safiag", "mgas"):
        await require_letter(service, brand=brand)
    clock.instant = paris(2026, 11, 23, 12, 30)
    await hand_over_all(service)
    await require_letter(service)
    clock.instant = paris(2026, 11, 26, 12, 30)  # nobody has worked for two days
    await hand_over_all(service)
    oldest = await require_letter(service)
    for letter in (await require_letter(service), await require_letter(service)):
        await service.hear(code_unneeded(letter))
    clock.instant = paris(2026, 11, 26, 15)
    await require_letter(service)
    status, promise = await answer(service)

    assert status == 200
    assert promise == {
        "promise_hours": 48,
        "inside": 2,
        "late": 1,
        "waiting": 2,
        "oldest_waiting": {
            "id": str((await service.delivery(oldest.letter_id))["id"]),
            "created_at": "2026-11-26T11:30:00Z",
            "promised_until": "2026-11-30T11:30:00Z",
        },
        "next_cut_off": "2026-11-27T13:00:00Z",
        "expected_delivery": {"earliest": "2026-11-30", "latest": "2026-12-02"},
    }


async def test_where_no_letter_was_ever_required_there_is_only_the_promise(opened: Opened):
    service, _ = opened
    _, promise = await answer(service)

    assert (promise["inside"], promise["late"], promise["waiting"], promise["oldest_waiting"]) == (0, 0, 0, None)
    assert promise["next_cut_off"] == "2026-11-23T13:00:00Z"


async def test_a_letter_that_still_waits_after_its_promise_is_late(opened: Opened):
    service, clock = opened
    await require_letter(service)
    clock.instant = paris(2026, 11, 25, 9, 1)
    _, promise = await answer(service)

    assert (promise["inside"], promise["late"], promise["waiting"]) == (0, 1, 1)


async def test_after_thirty_days_a_letter_is_not_counted_any_more(opened: Opened):
    service, clock = opened
    await require_letter(service)
    clock.instant = paris(2026, 11, 23, 12, 30)
    await hand_over_all(service)
    counted = []
    for _ in range(2):
        counted.append((await answer(service))[1]["inside"])
        clock.advance(days=30, seconds=1)

    assert counted == [1, 0]


@pytest.mark.parametrize(
    ("role", "status"), [("adviser", 200), ("back-office", 200), ("operator", 200), ("print-operator", 403)]
)
async def test_advisers_back_office_and_operators_may_ask(opened: Opened, role: str, status: int):
    service, _ = opened

    assert (await answer(service, role))[0] == status


async def test_staff_of_another_brand_may_not(opened: Opened):
    service, _ = opened

    assert (await answer(service, of="mgas"))[0] == 403
