"""Documents that the brand announces: in the lane of what is sent to very many, never a member's first card."""

from dataclasses import replace
from typing import Any

import pytest
from documents_service.events import DocumentIssued
from notifications_service.domain.lanes import Lane
from service_kit.broker import Verdict

from tests.support.contract_news import told
from tests.support.notice_steps import a_member
from tests.support.notifications_fixtures import RunningNotifications


async def planned(service: RunningNotifications, **changes: Any) -> list[dict[str, Any]]:
    event = told(DocumentIssued, **{"member_id": await a_member(service)} | changes)
    await service.hear(event)
    return await service.rows("SELECT purpose, channel, lane FROM deliveries WHERE cause = $1", event.document_id)


async def test_a_card_that_takes_the_place_of_another_is_announced_behind_everything_else(
    service: RunningNotifications,
):
    assert await planned(service) == [{"purpose": "document_available", "channel": "email", "lane": Lane.BULK}]


@pytest.mark.parametrize("changes", [{"replaces": None}, {"kind": "tax_certificate"}])
async def test_a_first_card_and_what_the_brand_does_not_announce_stay_untold(
    service: RunningNotifications, changes: dict[str, Any]
):
    assert await planned(service, **changes) == []


async def test_other_documents_are_announced_from_the_first_on(service: RunningNotifications):
    brands = service.notifications.brands
    announced = brands["mgas"].model_copy(update={"announce_documents": frozenset({"tax_certificate"})})
    talkative = replace(service.notifications, brands=brands | {"mgas": announced})
    service.notifications = talkative

    assert len(await planned(service, kind="tax_certificate", replaces=None)) == 1
    assert await planned(service) == []


async def test_nobody_is_told_by_letter_that_a_document_is_on_line(service: RunningNotifications):
    assert await planned(service, member_id=await a_member(service, email=None)) == []


async def test_a_document_of_an_unknown_brand_is_parked(service: RunningNotifications):
    assert await service.hear(told(DocumentIssued, brand="nulle")) is Verdict.DEAD
