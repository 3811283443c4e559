"""Mails that are due go to the relay: claim under a lease, commit, send on several sessions, note each outcome at once.

Reads and writes deliveries and delivery_attempts; publishes delivery.failed. No transaction is open while the relay is spoken
to. A worker that dies leaves rows whose lease ends: they are sent again, with the same Message-ID.
"""

import asyncio
from datetime import timedelta
from functools import partial

import structlog
from service_kit.database import UNAVAILABLE, is_unavailable
from service_kit.tracing import span

from notifications_service import metrics
from notifications_service.channels.smtp_session import LeaseGone, NeedsSmtpUtf8
from notifications_service.domain.mail_address import AddressUnusable
from notifications_service.domain.mail_course import Course, Situation, course_after
from notifications_service.domain.relay_answers import RelayAnswer, Stage, Verdict, verdict_on
from notifications_service.resources import Notifications
from notifications_service.store import due_mails
from notifications_service.store.deliveries import EndedDelivery
from notifications_service.store.due_mails import DueMail, Settlement
from notifications_service.usecases.publish_failures import publish_failures
from notifications_service.usecases.write_mail import write_mail

BATCH = 20
CREDENTIALS_PAUSE = 300.0  # seconds; a relay may lock an account that tries too often
NOT_TRIED = RelayAnswer(Stage.CONNECT, None)
# Verdicts that an operator should look at, and whose cause is not one member's address.
ALARMS = frozenset({Verdict.REFUSED, Verdict.SENDER_REFUSED, Verdict.CREDENTIALS_REFUSED, Verdict.RELAY_DOWN})
SETTLE_PAUSE = 0.5  # seconds, while the database is away

log = structlog.get_logger()


async def send_due_mails(notifications: Notifications) -> int:
    """Send what is due and return how many mails were settled; 0 too while the relay is known to be down."""
    now, circuit = notifications.now(), notifications.circuit
    if not circuit.lets_through(now):
        return 0
    leased_until = now + timedelta(seconds=notifications.settings.lease_seconds)
    async with notifications.database.connection() as connection:
        mails = await due_mails.claim(
            connection, limit=1 if circuit.is_probing else BATCH, now=now, leased_until=leased_until
        )
    outcomes = await asyncio.gather(*(_send(notifications, mail) for mail in mails), return_exceptions=True)
    untried = [mail for mail, outcome in zip(mails, outcomes, strict=True) if outcome is Verdict.NOT_TRIED]
    if untried:
        async with notifications.database.connection() as connection:
            await due_mails.give_back(connection, untried, now=now)
    for outcome in outcomes:
        if isinstance(outcome, BaseException):
            raise outcome
    return len(mails) - len(untried) if circuit.lets_through(notifications.now()) else 0


async def _send(notifications: Notifications, mail: DueMail) -> Verdict:
    with span(f"notifications send {mail.purpose}", traceparent=mail.traceparent):
        verdict, answer = await _hand_over(notifications, mail)
        _note_relay(notifications, verdict, answer)
        if verdict is not Verdict.NOT_TRIED:
            await _settle(notifications, mail, verdict, answer)
        return verdict


async def _hand_over(notifications: Notifications, mail: DueMail) -> tuple[Verdict, RelayAnswer]:
    try:
        outgoing = write_mail(notifications, mail)
    except AddressUnusable:
        return Verdict.ADDRESS_MALFORMED, NOT_TRIED
    except Exception as error:
        log.error("mail_not_written", delivery_id=str(mail.id), exc_info=error)
        return Verdict.NOT_WRITTEN, NOT_TRIED
    try:
        async with notifications.sessions.lend() as session:
            if not notifications.circuit.lets_through(notifications.now()):
                return Verdict.NOT_TRIED, NOT_TRIED
            answer = await session.send(outgoing, may_still_send=partial(_may_still_send, notifications, mail))
        return verdict_on(answer), answer
    except NeedsSmtpUtf8:
        return Verdict.NEEDS_SMTPUTF8, NOT_TRIED
    except LeaseGone:
        return Verdict.NOT_TRIED, NOT_TRIED


def _may_still_send(notifications: Notifications, mail: DueMail) -> bool:
    # The answer must be noted before somebody else may claim the mail.
    left = mail.leased_until - notifications.now()
    return left.total_seconds() > notifications.settings.smtp_data_seconds


def _note_relay(notifications: Notifications, verdict: Verdict, answer: RelayAnswer) -> None:
    circuit, now = notifications.circuit, notifications.now()
    if verdict is Verdict.RELAY_DOWN:
        circuit.failed(now)
    elif verdict is Verdict.CREDENTIALS_REFUSED:
        circuit.failed(now, at_least=CREDENTIALS_PAUSE)
    elif answer.code is not None:
        circuit.succeeded()
    metrics.RELAY_OPEN.set(1 if circuit.lets_through(now) else 0)
    if verdict in ALARMS:
        metrics.RELAY_ALARMS.labels(verdict.value).inc()
        log.error("relay_alarm", reason=verdict.value, stage=answer.stage.value, status=answer.status)


async def _settle(notifications: Notifications, mail: DueMail, verdict: Verdict, answer: RelayAnswer) -> None:
    now = notifications.now()
    course = course_after(
        verdict,
        answer,
        Situation(mail.attempts, mail.possibly_sent, mail.give_up_at),
        pauses=notifications.settings.retry_seconds,
        now=now,
    )
    settlement = Settlement(
        state=course.state,
        next_attempt_at=course.next_attempt_at,
        failure=course.failure,
        counted=course.counted,
        outcome=verdict.value,
        reply=answer.status or None,
        queue_id=answer.queue_id,
    )
    if not await _note(notifications, mail, settlement):
        log.warning("lease_passed_on", delivery_id=str(mail.id), outcome=verdict.value)
    _count(mail, verdict, course, seconds=(now - mail.created_at).total_seconds())


async def _note(notifications: Notifications, mail: DueMail, settlement: Settlement) -> bool:
    # Not noted, a mail that the relay has taken would be sent a second time: worth waiting for the database.
    while True:
        now = notifications.now()
        try:
            async with notifications.database.transaction() as connection:
                is_ours = await due_mails.settle(connection, mail, settlement, now=now)
                if is_ours:
                    await publish_failures(notifications, connection, [_ended(mail, settlement)], now=now)
                return is_ours
        except UNAVAILABLE as error:
            if not is_unavailable(error) or now >= mail.leased_until:
                raise
            await asyncio.sleep(SETTLE_PAUSE)


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


def _count(mail: DueMail, verdict: Verdict, course: Course, *, seconds: float) -> None:
    metrics.ATTEMPTS.labels(mail.purpose, "email", verdict.value).inc()
    if course.state == "sent":
        metrics.SECONDS_TO_RELAY.labels(mail.purpose, "email").observe(seconds)
    elif course.failure is not None:
        metrics.FAILURES.labels(mail.purpose, "email", course.failure).inc()
        log.warning("delivery_failed", delivery_id=str(mail.id), failure=course.failure)
