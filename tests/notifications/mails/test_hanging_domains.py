"""Domains on which the relay hangs, since it asks their servers first: their owner stops nobody else's mail."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from notifications_service.domain.lanes import Lane
from notifications_service.domain.mail_seats import ONLY_SEAT
from notifications_service.usecases.claim_mails import claim_mails

from tests.support.mail_steps import HangingRelay, plan_in_lane, seats_at_work
from tests.support.notifications_fixtures import RunningNotifications, running_notifications
from tests.support.waiting import eventually

PATIENCE = 0.5  # seconds that the relay has to answer
HANGS = "hangs.example"


@pytest.fixture
async def hanging() -> AsyncIterator[HangingRelay]:
    """A relay that answers RCPT for no address of a domain."""
    async with HangingRelay() as relay:
        relay.hangs_on = {f"urgent.{number}@{HANGS}" for number in range(50)}
        yield relay


@pytest.fixture
async def service(tmp_path: Path, notifications_url: str, hanging: HangingRelay) -> AsyncIterator[RunningNotifications]:
    """The service, with little patience and little rest."""
    async with running_notifications(
        tmp_path, notifications_url, hanging.url, smtp_answer_seconds=PATIENCE, poll_seconds=0.2
    ) as running:
        yield running
        hanging.goes_on.set()


async def counted(service: RunningNotifications) -> list[int]:
    rows = await service.rows(
        "SELECT attempts FROM deliveries WHERE next_attempt_at IS NOT NULL ORDER BY attempts DESC"
    )
    return [row["attempts"] for row in rows]


@pytest.mark.parametrize("count", [8, 50])
async def test_however_many_mails_go_to_a_domain_that_hangs_a_reset_to_another_leaves_at_once(
    service: RunningNotifications, hanging: HangingRelay, count: int
):
    await plan_in_lane(service, Lane.URGENT, count, domain=HANGS)
    async with seats_at_work(service):
        await eventually(hanging.hangs, lambda hangs: hangs == 4)
        await plan_in_lane(service, Lane.URGENT, domain="answers.example")
        (sent,) = await hanging.received(1, seconds=PATIENCE + 2)
    attempts = await counted(service)

    assert sent.recipients == ("urgent.0@answers.example",)
    assert await hanging.hangs() <= 8
    assert sum(attempts) == await hanging.hangs()
    assert service.notifications.dispatch.relays.all[0].circuit.is_closed


async def test_a_domain_that_hangs_is_tried_by_one_mail_and_when_it_answers_all_go(
    service: RunningNotifications, hanging: HangingRelay
):
    await plan_in_lane(service, Lane.URGENT, 8, domain=HANGS)
    async with seats_at_work(service):
        await eventually(lambda: counted(service), lambda attempts: sum(attempts) >= 4)
    at_first = await hanging.hangs()
    service.clock.advance(seconds=31)
    async with seats_at_work(service):
        await eventually(lambda: counted(service), lambda attempts: sum(attempts) > at_first)
    tried = await hanging.hangs() - at_first
    hanging.goes_on.set()
    for _ in range(3):
        service.clock.advance(seconds=121)
        await service.send_mails()

    assert tried == 1
    assert sorted({mail.recipients[0] for mail in hanging.mails}) == [f"urgent.{n}@{HANGS}" for n in range(8)]
    assert await service.rows("SELECT DISTINCT state FROM deliveries") == [{"state": "sent"}]


async def test_domains_that_hang_each_for_itself_cost_a_reset_one_attempt_of_each(
    service: RunningNotifications, hanging: HangingRelay
):
    domains = [f"{number}.hangs.example" for number in range(12)]
    hanging.hangs_on = {f"urgent.0@{domain}" for domain in domains}
    for domain in domains:
        await plan_in_lane(service, Lane.URGENT, domain=domain)
    await plan_in_lane(service, Lane.URGENT, domain="answers.example")
    async with seats_at_work(service):
        await hanging.received(1, seconds=len(domains) / 4 * PATIENCE + 2)

    assert await hanging.hangs() <= len(domains)


async def test_a_relay_that_dies_at_a_recipient_is_down_and_the_domain_is_not_at_fault(
    tmp_path: Path, notifications_url: str
):
    relay = HangingRelay()
    relay.hangs_on = {f"urgent.0@{HANGS}"}
    async with relay, running_notifications(tmp_path, notifications_url, relay.url) as service:
        await plan_in_lane(service, Lane.URGENT, 2, domain=HANGS)
        sending = asyncio.create_task(service.send_mails())
        await eventually(relay.hangs, bool)
        await relay.__aexit__(None, None, None)
        await sending
        dispatch = service.notifications.dispatch
        outcomes = await service.rows("SELECT outcome FROM delivery_attempts")

    assert not dispatch.relays.all[0].circuit.is_usable
    assert not dispatch.hanging.are_any
    assert outcomes == [{"outcome": "relay-down"}]


async def test_what_is_given_back_untried_takes_nothing_of_a_pace(
    tmp_path: Path, notifications_url: str, hanging: HangingRelay
):
    pace = {"smtp_per_second": 20, "domains_per_second": {HANGS: 20}}
    async with running_notifications(
        tmp_path, notifications_url, hanging.url, smtp_answer_seconds=PATIENCE, **pace
    ) as service:
        await plan_in_lane(service, Lane.URGENT, 4, domain=HANGS)
        now, dispatch = service.clock.now(), service.notifications.dispatch
        (relay,) = dispatch.relays.all
        assert relay.pace is not None
        claim = await claim_mails(service.notifications, ONLY_SEAT, relay)
        taken = relay.pace.left(Lane.URGENT, now)
        claim.give_back(dispatch, relay, claim.mails, now)
        turns = [dispatch.domains.turn(HANGS, Lane.URGENT, has_waited=True, now=now) for _ in range(5)]

    assert len(claim.mails) == 4
    assert taken == pytest.approx(1)
    assert relay.pace.left(Lane.URGENT, now) == pytest.approx(5)
    assert turns == [None] * 5
