"""Domains that take few mails a second: what comes too early is put off, without an attempt, and others go on."""

from pathlib import Path

from notifications_service.domain.lanes import Lane
from prometheus_client import REGISTRY

from tests.support.mail_steps import plan_in_lane
from tests.support.notifications_fixtures import running_notifications
from tests.support.smtp_server import RecordingSmtpServer


async def test_mails_to_a_slow_domain_are_put_off_and_mails_to_others_go_on(
    tmp_path: Path, notifications_url: str, relay: RecordingSmtpServer
):
    limits = {"slow.example": 0.1}
    async with running_notifications(tmp_path, notifications_url, relay.url, domains_per_second=limits) as service:
        await plan_in_lane(service, Lane.URGENT, 4, domain="slow.example")
        await plan_in_lane(service, Lane.ORDINARY, 20, domain="quick.example")
        await service.send_mails()
        at_once = [mail.recipients[0].partition("@")[2] for mail in relay.mails]
        waiting = await service.rows(
            "SELECT state, attempts, leased_until, next_attempt_at FROM deliveries WHERE next_attempt_at IS NOT NULL"
        )
        for _ in range(3):
            service.clock.advance(seconds=11)
            await service.send_mails()
        attempts = await service.rows("SELECT outcome, count(*) FROM delivery_attempts GROUP BY 1")

    instants = [row.pop("next_attempt_at") for row in waiting]
    assert (at_once.count("slow.example"), at_once.count("quick.example")) == (1, 20)
    assert waiting == [{"state": "planned", "attempts": 0, "leased_until": None}] * 3
    assert len(set(instants)) == 3
    assert attempts == [{"outcome": "sent", "count": 24}]


async def test_a_flood_to_a_slow_domain_is_put_off_once_and_does_not_hold_up_a_reset_there(
    tmp_path: Path, notifications_url: str, relay: RecordingSmtpServer
):
    def put_off() -> float:
        return REGISTRY.get_sample_value("mails_put_off_total", {"domain": "*"}) or 0.0

    before, limits = put_off(), {"*": 2}
    async with running_notifications(tmp_path, notifications_url, relay.url, domains_per_second=limits) as service:
        await plan_in_lane(service, Lane.BULK, 100, domain="slow.example")
        await service.send_mails()
        sent_at_first = len(relay.mails)
        service.clock.advance(seconds=1)
        await plan_in_lane(service, Lane.URGENT, domain="slow.example")
        await service.send_mails()
        urgent = [mail for mail in relay.mails if mail.recipients[0].startswith("urgent")]
        for _ in range(120):
            service.clock.advance(seconds=1)
            await service.send_mails()

    assert sent_at_first <= 3
    assert len(urgent) == 1
    assert len(relay.mails) == 101
    assert put_off() - before <= 120
