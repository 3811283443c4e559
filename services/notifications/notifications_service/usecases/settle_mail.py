"""What became of an attempt is noted, with what follows from it, in one statement. Reads and writes deliveries and
delivery_attempts; publishes delivery.failed.

Whatever else a failure entails is done in its transaction: `_follow_failure`.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime

import structlog
from service_kit.database import UNAVAILABLE, Connection, is_unavailable

from notifications_service import metrics
from notifications_service.channels.mail_relays import MailRelay
from notifications_service.domain.mail_course import Course, Situation, course_after
from notifications_service.domain.relay_answers import RelayAnswer, Verdict
from notifications_service.resources import Notifications
from notifications_service.store import due_mails
from notifications_service.store.deliveries import EndedDelivery
from notifications_service.store.due_mails import DueMail, Settlement
from notifications_service.usecases.publish_failures import publish_failures
from notifications_service.usecases.replace_by_letter import replace_by_letter
from notifications_service.usecases.suppress_address import suppress_address
from notifications_service.usecases.tell_unreachable import tell_unreachable

SETTLE_PAUSE = 0.5  # seconds, while the database is away

log = structlog.get_logger()


@dataclass(frozen=True)
class Attempt:
    """What was tried: when the mail was written (None: it could not be), by which relay, and what came of it.

    `domain` is the addressee's, where the relay was told.
    """

    mail: DueMail
    relay: MailRelay
    verdict: Verdict
    answer: RelayAnswer
    written_at: datetime | None
    domain: str | None = None


async def settle_mail(notifications: Notifications, attempt: Attempt) -> None:
    """Note an attempt; wait for the database where it is away."""
    now, mail = notifications.now(), attempt.mail
    course = _course(notifications, attempt, now)
    if not await _note(notifications, mail, _settlement(attempt, course, now)):
        log.warning("lease_passed_on", delivery_id=str(mail.id), outcome=attempt.verdict.value)
    _count(attempt, course, seconds=(now - mail.created_at).total_seconds())


def _course(notifications: Notifications, attempt: Attempt, now: datetime) -> Course:
    mail, relays = attempt.mail, notifications.dispatch.relays
    situation = Situation(
        mail.attempts,
        mail.possibly_sent,
        mail.give_up_at,
        delayed=mail.delayed,
        has_another_relay=relays.has_another(attempt.relay),
    )
    pauses = notifications.settings.retry_seconds
    return course_after(attempt.verdict, attempt.answer, situation, pauses=pauses, now=now)


def _settlement(attempt: Attempt, course: Course, now: datetime) -> Settlement:
    was_spoken_to = attempt.written_at is not None
    return Settlement(
        state=course.state,
        next_attempt_at=course.next_attempt_at,
        failure=course.failure,
        counted=course.counted,
        outcome=attempt.verdict.value,
        reply=attempt.answer.status or None,
        queue_id=attempt.answer.queue_id,
        relay=attempt.relay.name if was_spoken_to else None,
        rendered_at=attempt.written_at,
        delayed_at=now if attempt.verdict is Verdict.TEMPORARY else None,
    )


async def _note(notifications: Notifications, mail: DueMail, settlement: Settlement) -> bool:
    noted = await _try_to_note(notifications, mail, settlement)
    if noted is not None:
        return noted
    # Not noted, a mail that the relay has taken would be sent a second time: worth waiting for the database, even beyond the
    # lease. This process claims nothing meanwhile.
    with notifications.dispatch.noting_late():
        while (noted := await _try_to_note(notifications, mail, settlement)) is None:  # noqa: ASYNC110 - nobody rings when it is back
            await asyncio.sleep(SETTLE_PAUSE)
    return noted


async def _try_to_note(notifications: Notifications, mail: DueMail, settlement: Settlement) -> bool | None:
    """Return whether the mail was still ours to note, or None while the database is away."""
    try:
        return await _note_now(notifications, mail, settlement)
    except UNAVAILABLE as error:
        if not is_unavailable(error):
            raise
        return None


async def _note_now(notifications: Notifications, mail: DueMail, settlement: Settlement) -> bool:
    now = notifications.now()
    if settlement.failure is None:
        async with notifications.database.connection() as connection:
            return await due_mails.settle(connection, mail, settlement, now=now)
    async with notifications.database.transaction() as connection:
        is_ours = await due_mails.settle(connection, mail, settlement, now=now)
        if is_ours:
            await _follow_failure(notifications, connection, mail, settlement, now=now)
        return is_ours


async def _follow_failure(
    notifications: Notifications, connection: Connection, mail: DueMail, settlement: Settlement, *, now: datetime
) -> None:
    """Do what a mail that has failed for good entails, in the transaction that ends it."""
    ended = _ended(mail, settlement)
    await suppress_address(notifications, connection, ended, status=settlement.reply, now=now)
    if await replace_by_letter(notifications, connection, mail, now=now):
        return
    await publish_failures(notifications, connection, [ended], now=now)
    await tell_unreachable(notifications, connection, ended, now=now)


def _ended(mail: DueMail, settlement: Settlement) -> EndedDelivery:
    return EndedDelivery(
        id=mail.id,
        brand=mail.brand,
        purpose=mail.purpose,
        channel="email",
        member_id=mail.member_id,
        cause=mail.cause,
        state=settlement.state,
        failure=settlement.failure,
    )


def _count(attempt: Attempt, course: Course, *, seconds: float) -> None:
    mail, outcome = attempt.mail, attempt.verdict.value
    metrics.ATTEMPTS.labels(mail.purpose, "email", outcome).inc()
    if attempt.written_at is not None:
        metrics.RELAY_ATTEMPTS.labels(attempt.relay.name, outcome).inc()
    if course.state == "sent":
        metrics.SECONDS_TO_RELAY.labels(mail.purpose, "email").observe(seconds)
    elif course.failure is not None:
        metrics.FAILURES.labels(mail.purpose, "email", course.failure).inc()
        log.warning("delivery_failed", delivery_id=str(mail.id), failure=course.failure)
