"""Something came back to a return path: a mail has not arrived, or is late. Reads and writes deliveries and delivery_attempts;
writes suppressed_addresses; publishes delivery.failed.

Heard twice, or after the delivery has ended in another way, it changes nothing. Nothing of what came back is kept but its status:
it may quote the address, and the mail with its secret.
"""

import asyncio
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import structlog
from service_kit.database import UNAVAILABLE, Connection, is_unavailable

from notifications_service import metrics
from notifications_service.channels.bounce_listener import BounceListener, ListenAt
from notifications_service.channels.bounce_reports import NoReport, read_report
from notifications_service.domain.bounces import Action, BounceReport
from notifications_service.domain.failure_classes import REFUSED
from notifications_service.domain.return_path import NoReturnPath, delivery_of
from notifications_service.resources import Notifications
from notifications_service.store import bounces
from notifications_service.store.bounces import BouncedMail
from notifications_service.store.deliveries import EndedDelivery
from notifications_service.usecases.publish_failures import publish_failures
from notifications_service.usecases.suppress_address import suppress_address
from notifications_service.usecases.tell_unreachable import tell_unreachable

GIVEN_OUT = frozenset({"sent", "possibly_sent", "delayed"})
# Servers try for five days (RFC 5321, 4.5.4.1), one after the other. Whoever finds an old mail of ours shall not have an address
# suppressed with its return path.
LATEST = timedelta(days=15)
PAUSES = (0.1, 0.2, 0.5, 1.0, 2.0)  # seconds, while the mail is still being noted as sent
CHANGES_NOTHING, UNKNOWN, NOT_NOW = "changes-nothing", "unknown-delivery", "not-now"
ON_THE_WAY = "on-the-way"  # a server beyond the relays, as metrics and logs call it

log = structlog.get_logger()


def recognise_bounce(notifications: Notifications, address: str) -> UUID | None:
    """Return the delivery that a return path names; None for every address that we have not sent from."""
    try:
        return delivery_of(notifications.return_paths, address, domains=_bounce_domains(notifications))
    except NoReturnPath as error:
        metrics.BOUNCES.labels(error.reason).inc()
        log.warning("bounce_not_ours", reason=error.reason)
        return None


async def listen_for_bounces(notifications: Notifications) -> None:
    """Take what comes back, on the address that the settings name, until cancelled; raise OSError where it is taken."""
    listen, domains = notifications.settings.bounces_listen, _bounce_domains(notifications)
    assert listen is not None
    metrics.RELAY_ALARMS.labels(ON_THE_WAY, REFUSED)  # at 0, so that the first one is an increase
    listener = BounceListener(
        ListenAt.read(listen),
        hostname=min(domains),
        recognise=partial(recognise_bounce, notifications),
        hear=partial(hear_bounce, notifications),
    )
    async with listener:
        await asyncio.Event().wait()


async def hear_bounce(notifications: Notifications, delivery_id: UUID, content: bytes) -> bool:
    """Note what a mail to the return path of `delivery_id` says; False where it must be sent again later."""
    try:
        report = await asyncio.to_thread(read_report, content)
    except NoReport as error:
        metrics.BOUNCES.labels(error.reason).inc()
        log.info("bounce_without_report", delivery_id=str(delivery_id), reason=error.reason)
        return True
    outcome = await _note_soon(notifications, delivery_id, report)
    metrics.BOUNCES.labels(outcome).inc()
    log.info("bounce_heard", delivery_id=str(delivery_id), outcome=outcome, status=report.status)
    return outcome != NOT_NOW


def _bounce_domains(notifications: Notifications) -> set[str]:
    return {brand.bounce_domain for brand in notifications.brands.values()}


async def _note_soon(notifications: Notifications, delivery_id: UUID, report: BounceReport) -> str:
    # A relay nearby reports before we have noted that it took the mail; the note would be lost, or would win.
    for pause in (*PAUSES, None):
        try:
            async with notifications.database.transaction() as connection:
                outcome = await _note(notifications, connection, delivery_id, report)
        except UNAVAILABLE as error:
            if not is_unavailable(error):
                raise
            log.warning("bounce_not_noted", delivery_id=str(delivery_id), error=type(error).__name__)
            return NOT_NOW
        if outcome != NOT_NOW or pause is None:
            break
        await asyncio.sleep(pause)
    if outcome == Action.FAILED:
        notifications.foundation.wake.call()
        notifications.letter_due.call_here()
    return outcome


async def _note(notifications: Notifications, connection: Connection, delivery_id: UUID, report: BounceReport) -> str:
    now = notifications.now()
    mail = await bounces.hold(connection, delivery_id)
    if mail is None:
        return UNKNOWN
    if mail.state == "sending":
        return NOT_NOW
    if mail.state not in GIVEN_OUT or mail.created_at < now - LATEST:
        return CHANGES_NOTHING
    if report.action is Action.FAILED:
        await _fail(notifications, connection, mail, report, now=now)
        return report.action
    # Once: whoever has the mail could otherwise have us write down for days that it is late, and there, and late again.
    if report.action is Action.DELAYED and mail.state != "delayed" and not mail.was_late:
        await bounces.delay(connection, mail.id, status=report.status, now=now)
        return report.action
    if report.action is Action.REACHED and mail.state == "delayed" and mail.next_attempt_at is None:
        await bounces.arrive(connection, mail.id, now=now)
        return report.action
    return CHANGES_NOTHING


async def _fail(
    notifications: Notifications, connection: Connection, mail: BouncedMail, report: BounceReport, *, now: datetime
) -> None:
    await bounces.fail(connection, mail.id, failure=report.failure, status=report.status, now=now)
    ended = EndedDelivery(
        id=mail.id,
        brand=mail.brand,
        purpose=mail.purpose,
        channel="email",
        member_id=mail.member_id,
        cause=mail.cause,
        state="failed",
        failure=report.failure,
    )
    await suppress_address(notifications, connection, ended, status=report.status, now=now)
    await publish_failures(notifications, connection, [ended], now=now)
    await tell_unreachable(notifications, connection, ended, now=now)
    metrics.FAILURES.labels(mail.purpose, "email", report.failure).inc()
    if report.failure == REFUSED:
        metrics.RELAY_ALARMS.labels(ON_THE_WAY, report.failure).inc()
        log.error("relay_alarm", relay=ON_THE_WAY, reason=report.failure, status=report.status)
