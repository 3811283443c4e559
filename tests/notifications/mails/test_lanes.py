"""Lanes: who waits in front of a page goes first, a flood never takes every seat, and nobody is forgotten behind the others."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
from notifications_service.domain.lanes import Lane
from structlog.testing import capture_logs

from tests.support.mail_steps import HangingRelay, plan_in_lane, seats_at_work
from tests.support.notifications_fixtures import RunningNotifications, running_notifications
from tests.support.smtp_server import RecordingSmtpServer
from tests.support.waiting import eventually


@pytest.fixture
async def hanging() -> AsyncIterator[HangingRelay]:
    """A relay that hangs on some addresses."""
    async with HangingRelay() as relay:
        yield relay


def names(relay: RecordingSmtpServer) -> list[str]:
    return [mail.recipients[0].partition("@")[0] for mail in relay.mails]


async def received(relay: RecordingSmtpServer) -> list[str]:
    return names(relay)


async def test_what_is_urgent_goes_before_what_has_been_due_for_longer(
    service: RunningNotifications, relay: RecordingSmtpServer
):
    for lane in reversed(Lane):
        await plan_in_lane(service, lane, 2)
        service.clock.advance(seconds=1)
    await service.send_mails()

    assert names(relay) == ["urgent.0", "urgent.1", "ordinary.0", "ordinary.1", "bulk.0", "bulk.1"]


async def test_however_much_is_urgent_the_other_lanes_move(service: RunningNotifications, relay: RecordingSmtpServer):
    await plan_in_lane(service, Lane.ORDINARY)
    await plan_in_lane(service, Lane.BULK)
    await plan_in_lane(service, Lane.URGENT, 60)
    await service.send_mails()
    sent = names(relay)

    assert min(sent.index("ordinary.0"), sent.index("bulk.0")) > 0
    assert max(sent.index("ordinary.0"), sent.index("bulk.0")) < 40


async def test_bulk_keeps_to_its_own_pace_and_nothing_else_does(
    tmp_path: Path, notifications_url: str, relay: RecordingSmtpServer
):
    async with running_notifications(tmp_path, notifications_url, relay.url, bulk_per_minute=60) as service:
        await plan_in_lane(service, Lane.BULK, 5)
        await plan_in_lane(service, Lane.ORDINARY, 10)
        await service.send_mails()
        at_once = [name.partition(".")[0] for name in names(relay)]
        service.clock.advance(seconds=1)
        await service.send_mails()

    assert (at_once.count("ordinary"), at_once.count("bulk")) == (10, 1)
    assert names(relay).count("bulk.1") == 1
    assert len(relay.mails) == 12


async def test_what_may_wait_gets_half_of_a_relays_pace_and_what_is_urgent_the_rest(
    tmp_path: Path, notifications_url: str, relay: RecordingSmtpServer
):
    async with running_notifications(tmp_path, notifications_url, relay.url, smtp_per_second=1) as service:
        await plan_in_lane(service, Lane.BULK, 30)
        await _twenty_seconds(service)
        alone = len(relay.mails)
        await plan_in_lane(service, Lane.URGENT, 30)
        await _twenty_seconds(service)
        sent = names(relay)[alone:]

    assert 9 <= alone <= 12
    assert 18 <= len(sent) <= 22
    assert sum(name.startswith("urgent") for name in sent) >= 9


async def _twenty_seconds(service: RunningNotifications) -> None:
    for _ in range(20):
        service.clock.advance(seconds=1)
        await service.send_mails()


async def test_a_recipient_on_which_the_relay_hangs_holds_up_nothing_else(
    tmp_path: Path, notifications_url: str, hanging: HangingRelay
):
    hanging.hangs_on = {"urgent.0@example.org"}
    async with running_notifications(tmp_path, notifications_url, hanging.url) as service, seats_at_work(service):
        await plan_in_lane(service, Lane.URGENT, 40)
        others = await hanging.received(39)
        still_hanging = await hanging.hangs()
        hanging.goes_on.set()
        await hanging.received(40)

    assert still_hanging == 1
    assert "urgent.0@example.org" not in {mail.recipients[0] for mail in others}


async def test_silence_about_one_mail_while_others_are_answered_does_not_stop_the_relay(
    tmp_path: Path, notifications_url: str, hanging: HangingRelay
):
    hanging.hangs_on, hanging.slowness = {"urgent.0@example.org"}, 0.05
    patience = {"smtp_answer_seconds": 0.4}
    async with running_notifications(tmp_path, notifications_url, hanging.url, **patience) as service:
        with capture_logs() as logs:
            async with seats_at_work(service):
                first, *others = await plan_in_lane(service, Lane.URGENT, 60)
                await hanging.received(len(others))
                await eventually(lambda: service.outcomes(first.reset_id), bool)
        row = await service.delivery(first.reset_id)
        attempts = await service.rows("SELECT outcome, count(*) FROM delivery_attempts GROUP BY 1 ORDER BY 1")
        hanging.goes_on.set()

    assert attempts == [{"outcome": "relay-down", "count": 1}, {"outcome": "sent", "count": 59}]
    assert (row["state"], row["attempts"], row["next_attempt_at"] > row["created_at"]) == ("planned", 1, True)
    assert [log for log in logs if log["event"] == "relay_alarm"] == []


async def test_seats_that_hang_on_what_may_wait_leave_one_for_what_is_urgent(
    tmp_path: Path, notifications_url: str, hanging: HangingRelay
):
    hanging.hangs_on = {f"{lane}.{number}@example.org" for lane in ("ordinary", "bulk") for number in range(20)}
    async with running_notifications(tmp_path, notifications_url, hanging.url) as service, seats_at_work(service):
        await plan_in_lane(service, Lane.BULK, 20)
        await plan_in_lane(service, Lane.ORDINARY, 20)
        await eventually(hanging.hangs, lambda hanging: hanging == 3)
        await plan_in_lane(service, Lane.URGENT, 3)
        sent = await hanging.received(3, seconds=2)
        hanging.goes_on.set()

    assert [mail.recipients[0].partition(".")[0] for mail in sent[:3]] == ["urgent"] * 3


async def test_in_the_middle_of_a_flood_a_reset_waits_for_a_few_mails_at_most(
    tmp_path: Path, notifications_url: str, relay: RecordingSmtpServer
):
    relay.slowness = 0.05
    async with running_notifications(tmp_path, notifications_url, relay.url, bulk_per_minute=1e6) as service:
        await plan_in_lane(service, Lane.BULK, 200)
        async with seats_at_work(service):
            await relay.received(10)
            await plan_in_lane(service, Lane.URGENT, 1)
            before = len(relay.mails)
            await eventually(partial(received, relay), lambda mails: "urgent.0" in mails)
            waited_for = names(relay).index("urgent.0") - before

    assert waited_for <= 6


async def test_seats_of_one_process_do_not_all_ask_the_database_the_same(service: RunningNotifications):
    async with service.notifications.database.connection() as connection:
        await connection.execute("CREATE TABLE asked (n bigint)")
        await connection.execute(
            """
            CREATE FUNCTION count_claims() RETURNS trigger LANGUAGE plpgsql AS
            'BEGIN INSERT INTO asked VALUES (1); RETURN NULL; END';
            CREATE TRIGGER count_claims AFTER UPDATE ON deliveries
            FOR EACH STATEMENT EXECUTE FUNCTION count_claims();
            """
        )
    async with seats_at_work(service):
        await asyncio.sleep(0.3)  # each seat has looked once
        for _ in range(20):
            await plan_in_lane(service, Lane.URGENT)
            await asyncio.sleep(0.03)
    ((asked,),) = [tuple(row.values()) for row in await service.rows("SELECT count(*) FROM asked")]

    assert 40 <= asked <= 50  # a claim and a settlement for each mail, and a look now and then
