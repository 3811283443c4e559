"""Batches of the channel `maileva` are submitted to the print provider, a few letters a round. Writes what submit_letter writes.

A round leases one batch and tries the letters that have waited for longest; the lease covers no more than those. While the
provider is down nothing is claimed, and no letter fails. What it refuses is a mistake of ours, or of the account's: operators are
told, and the letter waits for its next try, behind all others, for as long as it is of use. An address that it refuses ends the
letter at once: nothing would mend it but a correction, and somebody waits.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from service_kit.database import Connection, is_unavailable
from service_kit.tracing import span

from notifications_service import metrics
from notifications_service.channels.maileva.answers import CredentialsRefused, ProviderAway, RequestRefused
from notifications_service.channels.maileva.models import Sending
from notifications_service.channels.maileva.provider import Maileva
from notifications_service.domain.mail_course import next_attempt
from notifications_service.domain.provider_states import REFUSED_BY_PROVIDER
from notifications_service.resources import Notifications
from notifications_service.store import followed_letters, print_batches, served_letters, submitted_letters
from notifications_service.store.print_batches import PrintBatch
from notifications_service.store.submitted_letters import OpenLetter
from notifications_service.usecases.find_sendings import find_sendings
from notifications_service.usecases.give_up_overdue import give_up_batched
from notifications_service.usecases.note_provider import note_provider_answers, note_provider_away
from notifications_service.usecases.publish_failures import publish_failures
from notifications_service.usecases.submit_letter import NotOurs, submit_letter

CHANNEL = "maileva"
# Of the lease: what looking for letters may take, and what each letter may. What is noted after the lease counts for nothing.
SHARE_FOR_LOOKING, SHARE_FOR_LETTERS = 0.25, 0.6

log = structlog.get_logger()


async def submit_letters(notifications: Notifications) -> int:
    """Submit some letters of one batch, and return how many were tried."""
    provider, now = notifications.maileva, notifications.now()
    if provider is None or not provider.circuit.lets_through(now):
        return 0
    leased_until = now + timedelta(seconds=notifications.settings.lease_seconds)
    async with notifications.database.connection() as connection:
        batch = await print_batches.claim(connection, channel=CHANNEL, now=now, leased_until=leased_until)
    if batch is None:
        return 0
    try:
        return await _submit_some(notifications, provider, batch)
    finally:
        await _leave(notifications, batch)


async def _submit_some(notifications: Notifications, provider: Maileva, batch: PrintBatch) -> int:
    now, most = notifications.now(), notifications.settings.maileva_letters_at_a_time
    await give_up_batched(notifications, batch)
    async with notifications.database.connection() as connection:
        await served_letters.end_batched(connection, batch, now=now)
        limit = 1 if provider.circuit.is_probing else most
        letters = await submitted_letters.due_of_batch(connection, batch.id, limit=limit, now=now)
    seconds = notifications.settings.lease_seconds * SHARE_FOR_LOOKING
    try:
        known = await find_sendings(notifications, provider.client, letters, seconds=seconds)
    except (ProviderAway, CredentialsRefused) as error:
        note_provider_away(notifications, provider, error)
    else:
        tries = (_try(notifications, provider, batch, letter, known) for letter in letters)
        for failure in await asyncio.gather(
            *tries, return_exceptions=True
        ):  # all have ended before the lease is given back
            if failure is not None:
                raise failure
    return len(letters)


async def _try(
    notifications: Notifications,
    provider: Maileva,
    batch: PrintBatch,
    letter: OpenLetter,
    known: dict[UUID, list[Sending]],
) -> None:
    """Try one letter; whatever comes in its way does not keep the others from leaving."""
    seconds = notifications.settings.lease_seconds * SHARE_FOR_LETTERS
    with span(f"notifications submit {letter.purpose}", traceparent=letter.traceparent):
        try:
            async with in_time(seconds):
                await submit_letter(notifications, provider.client, batch, letter, known.get(letter.id, []))
            note_provider_answers(provider)
        except NotOurs:
            _tell_lease_passed_on(batch, letter)
        except (ProviderAway, CredentialsRefused) as error:
            note_provider_away(notifications, provider, error)
            await _put_off(notifications, batch, letter)
        except RequestRefused as refusal:
            note_provider_answers(provider)
            await _note_refusal(notifications, batch, letter, refusal)
        except Exception as error:
            if is_unavailable(error):
                raise
            log.error("letter_not_submitted", delivery_id=str(letter.id), exc_info=error)
            await _put_off(notifications, batch, letter)


@asynccontextmanager
async def in_time(seconds: float) -> AsyncIterator[None]:
    """Take a provider that is too slow, call after call, for one that is away."""
    try:
        async with asyncio.timeout(seconds) as deadline:
            yield
    except TimeoutError:
        if deadline.expired():
            raise ProviderAway("too-slow") from None
        raise


async def _note_refusal(
    notifications: Notifications, batch: PrintBatch, letter: OpenLetter, refusal: RequestRefused
) -> None:
    now = notifications.now()
    async with notifications.database.transaction() as connection:
        if not await print_batches.is_leased(connection, batch):
            return _tell_lease_passed_on(batch, letter)  # what it refused is a draft that another worker has deleted
        if refusal.is_about_the_address and letter.chosen_at is None:
            await _end_refused(notifications, connection, letter, refusal, now=now)
        else:
            await submitted_letters.note_refusal(
                connection, letter.id, outcome=REFUSED_BY_PROVIDER, reply=refusal.reply, now=now
            )
            await submitted_letters.put_off(connection, letter.id, due=_next_try(notifications, letter))
    metrics.PROVIDER_ALARMS.labels(REFUSED_BY_PROVIDER).inc()
    metrics.ATTEMPTS.labels(letter.purpose, "letter", REFUSED_BY_PROVIDER).inc()
    log.error("print_provider_alarm", reason=REFUSED_BY_PROVIDER, delivery_id=str(letter.id), reply=refusal.reply)
    return None


async def _end_refused(
    notifications: Notifications, connection: Connection, letter: OpenLetter, refusal: RequestRefused, *, now: datetime
) -> None:
    failure = f"{REFUSED_BY_PROVIDER}: {refusal.reply}"
    ended = await followed_letters.mark_refused(connection, letter.id, failure=failure, reply=refusal.reply, now=now)
    await publish_failures(notifications, connection, ended, now=now)
    metrics.FAILURES.labels(letter.purpose, "letter", REFUSED_BY_PROVIDER).inc(len(ended))


async def _put_off(notifications: Notifications, batch: PrintBatch, letter: OpenLetter) -> None:
    async with notifications.database.transaction() as connection:
        if await print_batches.is_leased(connection, batch):
            await submitted_letters.put_off(connection, letter.id, due=_next_try(notifications, letter))


def _next_try(notifications: Notifications, letter: OpenLetter) -> datetime:
    return next_attempt(letter.tries, pauses=notifications.settings.retry_seconds, now=notifications.now())


def _tell_lease_passed_on(batch: PrintBatch, letter: OpenLetter) -> None:
    log.warning("lease_passed_on", batch_id=str(batch.id), delivery_id=str(letter.id))


async def _leave(notifications: Notifications, batch: PrintBatch) -> None:
    """Close a batch of which nothing is left to do; let the next round have any other, as soon as a letter may be tried."""
    now = notifications.now()
    async with notifications.database.transaction() as connection:
        left = await submitted_letters.left_of_batch(connection, batch.id)
        if left.open:
            await print_batches.release(connection, batch, until=max(left.next_try_at or now, now))
        elif await print_batches.close_batch(connection, batch, empty=not left.handed_over, now=now):
            await print_batches.mark_pdfs_removed(connection, batch.id, now=now)  # there never were any on our disk
            log.info("letters_handed_over", batch_id=str(batch.id), letters=left.handed_over)
