"""Mails that are due go to a relay: a seat claims a few under a lease, commits, and sends one after the other.

Place in the flow: each of a process's seats (`domain/mail_seats.py`) is a loop of its own, so that a mail on which a relay hangs
holds up nothing else. `claim_mails` claims, `write_mail` writes, `settle_mail` notes each outcome at once. No transaction is open
while a relay is spoken to. A worker that dies leaves rows whose lease ends: they are sent again, with the same Message-ID.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial

import structlog
from service_kit.database import UNAVAILABLE, is_unavailable
from service_kit.tracing import span

from notifications_service.channels.lease import Lease
from notifications_service.channels.mail_relays import MailRelay
from notifications_service.channels.smtp_session import LeaseGone, NeedsSmtpUtf8, OutgoingMail
from notifications_service.domain.mail_address import AddressUnusable
from notifications_service.domain.mail_seats import ONLY_SEAT, Seat
from notifications_service.domain.relay_answers import RelayAnswer, Stage, Verdict, verdict_on
from notifications_service.resources import Notifications
from notifications_service.store import due_mails
from notifications_service.store.due_mails import DueMail
from notifications_service.usecases.claim_mails import Claim, claim_mails
from notifications_service.usecases.probe_relays import is_there, note_answer, probe_relays
from notifications_service.usecases.settle_mail import Attempt, settle_mail
from notifications_service.usecases.write_mail import write_mail

_SILENT = frozenset({Verdict.RELAY_DOWN, Verdict.POSSIBLY_SENT})
HANGING_SECONDS = 1.0  # after so long, what waits behind a mail goes elsewhere
NOT_TRIED = RelayAnswer(Stage.CONNECT, None)

log = structlog.get_logger()


async def send_due_mails(notifications: Notifications, seat: Seat = ONLY_SEAT) -> int:
    """Send a few of the due mails that a seat serves; return how many were settled or put off.

    0 too while every relay is known to be down.
    """
    relays = notifications.dispatch.relays
    if seat.probes:
        await probe_relays(notifications)
    relay = relays.to_use()
    if relay is None:
        return 0
    with relay.circuit.engaged():
        claim = await claim_mails(notifications, seat, relay)
        with notifications.dispatch.at_work():
            settled = await _send_in_turn(notifications, relay, claim)
    return settled + claim.put_off if relays.to_use() else 0


async def _send_in_turn(notifications: Notifications, relay: MailRelay, claim: Claim) -> int:
    """Send mails one after the other and return how many were settled; what cannot be sent soon is given back."""
    rest, settled = list(claim.mails), 0
    give_back = partial(_give_back, notifications, relay, claim, rest)
    try:
        while rest:
            mail = rest.pop(0)
            sending = asyncio.ensure_future(_send(notifications, relay, mail, claim.lease))
            verdict = await _watch(sending, rest, give_back)
            if verdict is Verdict.NOT_TRIED:
                rest.append(mail)
                break
            settled += 1
            if verdict in _SILENT:
                break  # those behind it may be to the same domain: they are claimed anew, or put off
    finally:
        await give_back()
    return settled


async def _watch(
    sending: asyncio.Future[Verdict], rest: list[DueMail], give_back: Callable[[], Awaitable[None]]
) -> Verdict:
    """Wait for a mail; where it takes long, let other seats have those behind it."""
    try:
        await asyncio.wait([sending], timeout=HANGING_SECONDS if rest else None)
        if not sending.done():
            await give_back()
        return await sending
    finally:
        if not sending.done():  # cancelled ourselves: nothing goes on behind our back
            sending.cancel()
            await asyncio.wait([sending])


async def _give_back(notifications: Notifications, relay: MailRelay, claim: Claim, rest: list[DueMail]) -> None:
    if not rest:
        return
    untried = rest.copy()
    rest.clear()
    claim.give_back(notifications.dispatch, relay, untried, notifications.now())
    try:
        async with notifications.database.connection() as connection:
            await due_mails.give_back(connection, untried)
    except UNAVAILABLE as error:
        if not is_unavailable(error):
            raise
        log.warning("mails_not_given_back", mails=len(untried))  # they come back when their lease ends
    notifications.mail_due.call_here()


async def _send(notifications: Notifications, relay: MailRelay, mail: DueMail, lease: Lease) -> Verdict:
    with span(f"notifications send {mail.purpose}", traceparent=mail.traceparent):
        begun = notifications.now()
        attempt = await _try(notifications, relay, mail, lease)
        if attempt.verdict is not Verdict.NOT_TRIED:
            is_silence = attempt.answer.is_silence_on_one_mail
            if not is_silence:
                _note_answer(notifications, attempt)
            await settle_mail(notifications, attempt)
            if is_silence:
                await _look_into_silence(notifications, attempt, begun)
        return attempt.verdict


def _note_answer(notifications: Notifications, attempt: Attempt) -> None:
    now = notifications.now()
    note_answer(attempt.relay, attempt.verdict, attempt.answer, now)
    if attempt.domain is not None and attempt.answer.is_about_one_mail:
        notifications.dispatch.hanging.answered(attempt.domain, now)


async def _look_into_silence(notifications: Notifications, attempt: Attempt, begun: datetime) -> None:
    """Find out whether the relay is down, or only hangs on the addressee's domain."""
    is_the_domain = await is_there(notifications, attempt.relay, attempt.answer, begun=begun)
    if is_the_domain and attempt.answer.timed_out and attempt.domain is not None:
        notifications.dispatch.hanging.hung(attempt.domain, begun=begun, now=notifications.now())


async def _try(notifications: Notifications, relay: MailRelay, mail: DueMail, lease: Lease) -> Attempt:
    try:
        outgoing = write_mail(notifications, mail)
    except AddressUnusable:
        return Attempt(mail, relay, Verdict.ADDRESS_MALFORMED, NOT_TRIED, written_at=None)
    except Exception as error:
        log.error("mail_not_written", delivery_id=str(mail.id), exc_info=error)
        return Attempt(mail, relay, Verdict.NOT_WRITTEN, NOT_TRIED, written_at=None)
    written_at = notifications.now()
    verdict, answer = await _hand_over(notifications, relay, outgoing, lease)
    return Attempt(mail, relay, verdict, answer, written_at, outgoing.recipient.rpartition("@")[2].lower())


async def _hand_over(
    notifications: Notifications, relay: MailRelay, mail: OutgoingMail, lease: Lease
) -> tuple[Verdict, RelayAnswer]:
    may_still_send = partial(_may_still_send, notifications, lease)
    try:
        async with relay.sessions.lend() as session:
            if not relay.circuit.is_usable or not may_still_send():
                return Verdict.NOT_TRIED, NOT_TRIED
            answer = await session.send(mail, may_still_send=may_still_send)
        return verdict_on(answer), answer
    except NeedsSmtpUtf8:
        # What stands in for the first relay may be able to do less.
        is_first = relay is notifications.dispatch.relays.all[0]
        return Verdict.NEEDS_SMTPUTF8 if is_first else Verdict.TEMPORARY, NOT_TRIED
    except LeaseGone:
        return Verdict.NOT_TRIED, NOT_TRIED


def _may_still_send(notifications: Notifications, lease: Lease) -> bool:
    # The answer must be noted before somebody else may claim the mail.
    return lease.seconds_left(notifications.now()) > notifications.settings.smtp_data_seconds
