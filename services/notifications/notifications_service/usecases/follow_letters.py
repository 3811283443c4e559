"""What became of the letters that the print provider has: asked for, ever more rarely, until it is known. Writes deliveries.

Posted, come back (`note_returned`), or refused: then the letter has failed after all, and delivery.failed says so. A notification
of the provider's only brings the next look forward. Drafts that nobody will submit are deleted on the way: they may hold a code.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial

import structlog
from service_kit.problems import DomainError

from notifications_service import metrics
from notifications_service.channels.maileva.answers import CredentialsRefused, ProviderAway, RequestRefused
from notifications_service.channels.maileva.client import MailevaClient
from notifications_service.channels.maileva.models import Sending
from notifications_service.channels.maileva.provider import Maileva
from notifications_service.domain.mail_course import next_attempt
from notifications_service.domain.print_notes import ReturnedNote
from notifications_service.domain.provider_states import (
    ACCEPTED_WITHIN,
    DRAFT,
    PENDING,
    PROCESSED,
    PROCESSED_WITH_ERRORS,
    REFUSED_BY_PROVIDER,
    REJECTED,
    next_look,
    return_reason,
)
from notifications_service.resources import Notifications
from notifications_service.store import followed_letters, handed_over_letters, submitted_letters
from notifications_service.store.followed_letters import FollowedLetter
from notifications_service.store.submitted_letters import AbandonedDraft
from notifications_service.usecases.note_provider import note_provider_answers, note_provider_away
from notifications_service.usecases.note_returned import note_returned
from notifications_service.usecases.publish_failures import publish_failures
from notifications_service.usecases.submit_letter import delete_draft, submit_chosen

log = structlog.get_logger()


async def follow_letters(notifications: Notifications) -> int:
    """Ask what became of some letters, delete some drafts, and return how many of both there were."""
    provider, now = notifications.maileva, notifications.now()
    if provider is None or not provider.circuit.lets_through(now):
        return 0
    limit = 1 if provider.circuit.is_probing else notifications.settings.maileva_letters_at_a_time
    until = now + timedelta(seconds=notifications.settings.lease_seconds)
    async with notifications.database.connection() as connection:
        letters = await followed_letters.claim_looks(connection, limit=limit, now=now, leased_until=until)
        drafts = await submitted_letters.abandoned_drafts(connection, limit=limit, now=now)
    tries = [_try(notifications, provider, partial(_look, letter=letter)) for letter in letters]
    tries += [_try(notifications, provider, partial(_remove, draft=draft)) for draft in drafts]
    for failure in await asyncio.gather(*tries, return_exceptions=True):  # none goes on behind a round that has ended
        if failure is not None:
            raise failure
    return len(tries)


async def _try(
    notifications: Notifications, provider: Maileva, act: Callable[[Notifications, MailevaClient], Awaitable[None]]
) -> None:
    if not provider.circuit.lets_through(notifications.now()):
        return
    try:
        await act(notifications, provider.client)
    except (ProviderAway, CredentialsRefused) as error:
        note_provider_away(notifications, provider, error)
    else:
        note_provider_answers(provider)


async def _look(notifications: Notifications, client: MailevaClient, *, letter: FollowedLetter) -> None:
    now = notifications.now()
    try:
        status, posted_at, ended = await _learn(notifications, client, letter, now=now)
    except RequestRefused as refusal:
        _alarm("not-found" if refusal.is_unknown else REFUSED_BY_PROVIDER, letter, reply=refusal.reply)
        status, posted_at, ended = letter.status, letter.posted_at, False
    keep = timedelta(days=notifications.settings.maileva_follow_days)
    again = next_look(submitted_at=letter.submitted_at, posted_at=posted_at, now=now, keep=keep)
    if again is None and posted_at is None and not ended:
        _alarm("never-posted", letter)
    async with notifications.database.connection() as connection:
        await followed_letters.note_look(
            connection, letter.id, status=status, next_look_at=None if ended else again, now=now
        )


async def _learn(
    notifications: Notifications, client: MailevaClient, letter: FollowedLetter, *, now: datetime
) -> tuple[str | None, datetime | None, bool]:
    """Return the provider's word, when the letter was posted if it was, and whether nothing more can become of it."""
    if letter.state not in ("handed_over", "posted"):
        return letter.status, letter.posted_at, True
    if letter.state == "posted":
        return letter.status, letter.posted_at, await _has_come_back(notifications, client, letter, letter.posted_at)
    sending = await client.sending(letter.sending_id)
    if sending.status == REJECTED:
        await _refuse(notifications, letter, sending.status, now=now)
        return sending.status, None, True
    if sending.status in (PROCESSED, PROCESSED_WITH_ERRORS):
        return await _processed(notifications, client, letter, sending)
    if sending.status == DRAFT:
        _alarm("not-submitted", letter)
        await submit_chosen(client, letter.sending_id)
    elif sending.status == PENDING and now - letter.submitted_at > ACCEPTED_WITHIN:
        _alarm("not-accepted", letter)
    return sending.status, None, False


async def _processed(
    notifications: Notifications, client: MailevaClient, letter: FollowedLetter, sending: Sending
) -> tuple[str, datetime | None, bool]:
    now = notifications.now()
    recipient = await client.recipient(letter.sending_id)
    if recipient is not None and recipient.status == REJECTED:
        await _refuse(notifications, letter, f"{sending.status} {recipient.status}", now=now)
        return sending.status, None, True
    # Clocks differ: it was posted neither before we handed it over nor later than now.
    posted_at = max(min(sending.processed_date or now, now), letter.submitted_at)
    async with notifications.database.connection() as connection:
        posted = await handed_over_letters.mark_posted(
            connection, letter.print_batch_id, {letter.id}, posted_at=posted_at
        )
    if posted:
        log.info("letters_posted", batch_id=str(letter.print_batch_id), letters=1)
        metrics.POSTED.labels(letter.purpose).inc()
    return sending.status, posted_at, await _has_come_back(notifications, client, letter, posted_at)


async def _has_come_back(
    notifications: Notifications, client: MailevaClient, letter: FollowedLetter, posted_at: datetime | None
) -> bool:
    recipient, now = await client.recipient(letter.sending_id), notifications.now()
    if recipient is None:
        return False
    undelivered_at = recipient.undelivered_mail_date
    reason = return_reason(recipient.last_delivery_status, undelivered_at)
    if reason is None:
        return False
    told = undelivered_at or recipient.last_delivery_status_date or now
    returned_at = max(min(told, now), posted_at or letter.submitted_at)
    note = ReturnedNote(letter_id=letter.id, brand=letter.brand, reason=reason, returned_at=returned_at)
    try:
        await note_returned(notifications, note, act=None, now=now)
    except DomainError as error:
        log.error("return_not_noted", delivery_id=str(letter.id), reason=error.code)
        return False
    return True


async def _refuse(notifications: Notifications, letter: FollowedLetter, reply: str, *, now: datetime) -> None:
    async with notifications.database.transaction() as connection:
        ended = await followed_letters.mark_refused(
            connection, letter.id, failure=REFUSED_BY_PROVIDER, reply=reply, now=now
        )
        await publish_failures(notifications, connection, ended, now=now)
    if ended:
        metrics.FAILURES.labels(letter.purpose, "letter", REFUSED_BY_PROVIDER).inc()
        _alarm(REFUSED_BY_PROVIDER, letter, reply=reply)


async def _remove(notifications: Notifications, client: MailevaClient, *, draft: AbandonedDraft) -> None:
    try:
        if not await delete_draft(client, draft.sending_id):
            # By nobody of ours: perhaps on the provider's own pages.
            log.error("abandoned_draft_was_submitted", delivery_id=str(draft.letter_id), sending_id=draft.sending_id)
    except RequestRefused as refusal:
        log.error("abandoned_draft_stays", delivery_id=str(draft.letter_id), reply=refusal.reply)
        due = next_attempt(draft.tries, pauses=notifications.settings.retry_seconds, now=notifications.now())
        async with notifications.database.connection() as connection:
            await submitted_letters.put_off(connection, draft.letter_id, due=due)
        return
    async with notifications.database.connection() as connection:
        await submitted_letters.forget_draft(connection, draft)


def _alarm(reason: str, letter: FollowedLetter, *, reply: str | None = None) -> None:
    metrics.PROVIDER_ALARMS.labels(reason).inc()
    log.error(
        "print_provider_alarm", reason=reason, delivery_id=str(letter.id), sending_id=letter.sending_id, reply=reply
    )
