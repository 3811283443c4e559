"""Statements that have new lines: announced behind everything else, where the brand does, to who has not declined."""

from dataclasses import replace
from typing import Any

from contracts_service.events import ReimbursementSettled
from notifications_service.domain.lanes import Lane
from service_kit.broker import Verdict

from tests.notifications.http.test_announcements import decline
from tests.support.contract_news import told
from tests.support.notice_steps import a_member
from tests.support.notifications_fixtures import RunningNotifications

QUERY = "SELECT purpose, channel, lane, state FROM deliveries WHERE purpose = 'statement_available'"


async def planned(service: RunningNotifications, **changes: Any) -> list[dict[str, Any]]:
    await service.hear(told(ReimbursementSettled, **{"member_id": await a_member(service)} | changes))
    return await service.rows(QUERY)


async def test_a_statement_is_announced_behind_everything_else(service: RunningNotifications):
    expected = {"purpose": "statement_available", "channel": "email", "lane": Lane.BULK, "state": "planned"}

    assert await planned(service) == [expected]


async def test_a_brand_that_announces_no_statements_and_who_has_no_address_stay_untold(service: RunningNotifications):
    assert await planned(service, member_id=await a_member(service, email=None)) == []

    brands = service.notifications.brands
    silent = brands["mgas"].model_copy(update={"announce_statements": False})
    service.notifications = replace(service.notifications, brands=brands | {"mgas": silent})

    assert await planned(service) == []


async def test_who_declines_gets_none_and_what_is_planned_is_stopped(service: RunningNotifications):
    member_id = await a_member(service)
    await planned(service, member_id=member_id)
    await decline(service, member_id)
    rows = await planned(service, member_id=member_id)

    assert [row["state"] for row in rows] == ["stopped"]


async def test_a_statement_of_an_unknown_brand_is_parked(service: RunningNotifications):
    assert await service.hear(told(ReimbursementSettled, brand="nulle")) is Verdict.DEAD
