"""What a mail's row tells of its course: written, told to wait, by which relay; and that none is ever left behind."""

import pytest
from notifications_service.domain.lanes import Lane
from notifications_service.store.due_mails import CLAIM
from notifications_service.usecases.give_up_overdue import give_up_overdue
from notifications_service.usecases.measure_waiting import measure_waiting
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from tests.support.mail_steps import plan_in_lane
from tests.support.notifications_fixtures import (
    RunningNotifications,
    letter_required,
    member_enrolled,
    reset_requested,
)
from tests.support.smtp_server import RecordingSmtpServer


async def test_a_mail_that_is_told_to_wait_is_delayed_since_the_first_time(
    service: RunningNotifications, relay: RecordingSmtpServer
):
    relay.refuse_recipients("451 4.7.1 greylisted", times=2)
    event = reset_requested()
    await service.hear(event)
    await service.send_mails()
    first = await service.delivery(event.reset_id)
    service.clock.advance(seconds=30)
    await service.send_mails()
    second = await service.delivery(event.reset_id)
    service.clock.advance(seconds=60)
    await service.send_mails()
    sent = await service.delivery(event.reset_id)

    assert [row["state"] for row in (first, second, sent)] == ["delayed", "delayed", "sent"]
    assert first["created_at"] < first["rendered_at"] < first["delayed_at"] < first["next_attempt_at"]
    assert first["delayed_at"] == second["delayed_at"] == sent["delayed_at"] < sent["sent_at"]
    assert first["rendered_at"] == sent["rendered_at"]


async def test_a_delayed_mail_is_given_up_in_time(service: RunningNotifications, relay: RecordingSmtpServer):
    relay.refuse_recipients("451 4.7.1 greylisted")
    event = reset_requested()
    await service.hear(event)
    await service.send_mails()
    service.clock.advance(minutes=56)
    given_up = await give_up_overdue(service.notifications)
    row = await service.delivery(event.reset_id)

    assert (given_up, row["state"], row["failure"]) == (1, "failed", "gave-up")


async def test_a_flood_that_is_of_no_more_use_is_given_up_by_and_by(service: RunningNotifications):
    await plan_in_lane(service, Lane.BULK, 600)
    service.clock.advance(minutes=56)
    rounds = [await give_up_overdue(service.notifications) for _ in range(3)]

    assert rounds == [500, 100, 0]


def stranded() -> dict[str, float | None]:
    return {
        channel: REGISTRY.get_sample_value("deliveries_stranded", {"channel": channel})
        for channel in ("email", "letter")
    }


async def test_nothing_that_waits_its_turn_counts_as_left_behind(
    service: RunningNotifications, relay: RecordingSmtpServer
):
    relay.refuse_recipients("451 4.7.1 greylisted", times=1)
    letter = letter_required()
    await service.hear(member_enrolled(member_id=letter.member_id))
    for event in (reset_requested(), letter):
        await service.hear(event)
    await service.send_mails()
    await service.hear(reset_requested(email="paul@example.org"))
    await measure_waiting(service.notifications)

    assert stranded() == {"email": 0, "letter": 0}


@pytest.mark.parametrize("state", ["planned", "sending", "delayed", "rendered"])
async def test_what_no_loop_will_ever_touch_again_raises_an_alarm(service: RunningNotifications, state: str):
    event = reset_requested()
    await service.hear(event)
    await service.rows(
        "UPDATE deliveries SET state = $2, next_attempt_at = NULL WHERE cause = $1", event.reset_id, state
    )
    with capture_logs() as logs:
        await measure_waiting(service.notifications)

    assert stranded() == {"email": 1, "letter": 0}
    assert {"event": "deliveries_stranded", "channel": "email", "deliveries": 1, "log_level": "error"} in logs


async def test_a_letter_whose_batch_has_left_without_it_raises_an_alarm(service: RunningNotifications):
    letter = letter_required()
    await service.hear(member_enrolled(member_id=letter.member_id))
    await service.hear(letter)
    await service.hand_over()
    await measure_waiting(service.notifications)
    before = stranded()
    await service.rows("UPDATE deliveries SET state = 'batched', sent_at = NULL")
    await measure_waiting(service.notifications)

    assert (before["letter"], stranded()["letter"]) == (0, 1)


@pytest.mark.parametrize("lane", list(Lane))
async def test_a_claim_reads_each_lane_off_the_head_of_its_index(service: RunningNotifications, lane: Lane):
    await service.rows(
        """
        INSERT INTO deliveries (
            id, brand, purpose, channel, member_id, cause, state, next_attempt_at, created_at, expires_at, give_up_at,
            message_id, content_sealed, lane
        )
        SELECT gen_random_uuid(), 'mgas', 'password_reset', 'email', gen_random_uuid(), gen_random_uuid(), 'planned',
               now() + n * interval '1 second', now(), now() + '1 day', now() + '1 day', '<x@y>', 'x', n % 3
        FROM generate_series(-3000, 3000) AS n
        """
    )
    plan = await service.rows(
        f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) {CLAIM}",
        service.clock.now(), 4, service.clock.now(), [int(lane)], [4],
    )  # fmt: skip
    text = "\n".join(row["QUERY PLAN"] for row in plan)

    assert "Index Scan using deliveries_due_mails on deliveries" in text
    assert "Seq Scan on deliveries" not in text
