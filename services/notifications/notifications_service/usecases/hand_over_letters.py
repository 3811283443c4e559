"""Batches of letters are drawn and handed over to the print provider, each under a lease: here those of the channel `folder`.

Reads and writes print_batches and deliveries. An attempt draws the batch and writes a folder that nobody reads; one statement,
under the lease, chooses that folder for good, and its letters are rendered; it gets its name; the hand-over is noted. A worker
that dies before the choice is relieved by one that draws again, after it by one that finishes what was chosen. A worker that
freezes past its lease finds at the choice that the batch is not its own any more. So each letter is in one batch, and each batch
leaves in one folder, even when the print provider has taken it away before anybody could look.
"""

import asyncio
from datetime import timedelta

import structlog

from notifications_service import metrics
from notifications_service.channels.letter_folder import Batch
from notifications_service.channels.letter_pdf import LetterNotRendered
from notifications_service.resources import Notifications
from notifications_service.store import due_letters, print_batches, served_letters
from notifications_service.store.due_letters import BatchedLetter
from notifications_service.store.print_batches import PrintBatch
from notifications_service.usecases.announce_letters import announce_letters
from notifications_service.usecases.collect_letters import collect_letters
from notifications_service.usecases.draw_letters import Drawn, draw_letters
from notifications_service.usecases.give_up_overdue import give_up_batched
from notifications_service.usecases.measure_hand_over import measure_hand_over
from notifications_service.usecases.publish_failures import publish_failures
from notifications_service.usecases.refuse_closed_addresses import refuse_closed_addresses

WORRYING_ATTEMPTS = 3

log = structlog.get_logger()


async def hand_over_letters(notifications: Notifications) -> int:
    """Collect what is due, then hand over one batch, even where collecting failed; return how much was done."""
    collected, failure = 0, None
    for prepare in (refuse_closed_addresses, collect_letters):
        try:
            collected += await prepare(notifications)
        except Exception as error:
            failure = error
    handed_over = await _hand_over_one(notifications)
    if failure is not None and not handed_over:
        raise failure  # only then: the pause that follows would hold up batches that are whole
    return collected + handed_over


async def _hand_over_one(notifications: Notifications) -> int:
    now = notifications.now()
    leased_until = now + timedelta(seconds=notifications.settings.lease_seconds)
    async with notifications.database.connection() as connection:
        batch = await print_batches.claim(connection, channel="folder", now=now, leased_until=leased_until)
    if batch is None:
        return 0
    if batch.attempts >= WORRYING_ATTEMPTS:
        log.error("print_batch_fails_again_and_again", batch_id=str(batch.id), attempts=batch.attempts)
    await give_up_batched(notifications, batch)
    async with notifications.database.connection() as connection:
        await served_letters.end_batched(connection, batch, now=now)
    return await _hand_over_as_folder(notifications, batch)


async def _hand_over_as_folder(notifications: Notifications, batch: PrintBatch) -> int:
    chosen = batch.chosen_attempt
    if chosen is None:
        async with notifications.database.connection() as connection:
            letters = await due_letters.of_batch(connection, batch.id)
        drawn = await draw_letters(notifications, batch, letters)
        if not await _choose(notifications, batch, drawn):
            return 0
        _tell_failures(drawn, letters)
        if not drawn.printed:
            return max(len(letters), 1)
        chosen = batch.attempts
    await asyncio.to_thread(notifications.folder.publish, _folder(batch, chosen))
    return await _note(notifications, batch)


async def _choose(notifications: Notifications, batch: PrintBatch, drawn: Drawn) -> bool:
    """Write this attempt's folder and choose it, or close a batch without pages; False when the lease has passed on."""
    folder, now = _folder(batch, batch.attempts), notifications.now()
    if drawn.printed:
        await asyncio.to_thread(notifications.folder.write, folder, drawn.printed)
    async with notifications.database.transaction() as connection:
        if drawn.printed:
            is_ours = await print_batches.choose_folder(connection, batch)
        else:
            is_ours = await print_batches.close_batch(connection, batch, empty=True, now=now)
        if is_ours:
            ended = await due_letters.settle_undrawn(connection, failures=drawn.failures, due=drawn.unreadable, now=now)
            await publish_failures(notifications, connection, ended, now=now)
            await due_letters.mark_rendered(connection, batch.id, now=now)
    if not is_ours:
        await asyncio.to_thread(notifications.folder.discard, folder)
        log.warning("lease_passed_on", batch_id=str(batch.id))
    elif not drawn.printed:
        await asyncio.to_thread(notifications.folder.tidy, folder.folder)
    return is_ours


async def _note(notifications: Notifications, batch: PrintBatch) -> int:
    now = notifications.now()
    async with notifications.database.transaction() as connection:
        if not await print_batches.close_batch(connection, batch, empty=False, now=now):
            return 0  # who has the lease finds the folder chosen, and notes it
        handed_over = await due_letters.mark_handed_over(connection, batch.id, now=now)
        await announce_letters(notifications, connection, [letter.id for letter in handed_over], now=now)
    await asyncio.to_thread(notifications.folder.tidy, _folder(batch, batch.attempts).folder)
    notifications.mail_due.call()  # they are announced
    notifications.letter_served.call()  # for a code that served while its letter was being drawn
    log.info("letters_handed_over", batch_id=str(batch.id), letters=len(handed_over))
    for letter in handed_over:
        measure_hand_over(notifications, batch.brand, letter, now=now)
    return len(handed_over)


def _tell_failures(drawn: Drawn, letters: list[BatchedLetter]) -> None:
    for letter in letters:
        if letter.id in drawn.failures:
            metrics.FAILURES.labels(letter.purpose, "letter", LetterNotRendered.code).inc()
            log.error("letter_not_rendered", delivery_id=str(letter.id), failure=drawn.failures[letter.id])


def _folder(batch: PrintBatch, attempt: int) -> Batch:
    return Batch(batch.id, batch.brand, batch.created_at, attempt)
