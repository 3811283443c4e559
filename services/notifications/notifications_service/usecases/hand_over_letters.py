"""Batches of letters are drawn and handed over to the print provider, each under a lease.

Reads and writes print_batches and deliveries. A worker that dies leaves a batch whose lease ends: it is printed again, or
found in its folder already. Each letter is in exactly one batch, and each batch in one folder.
"""

import asyncio
from datetime import timedelta
from uuid import UUID

import structlog
from pydantic import ValidationError
from service_kit.clock import civil_date

from notifications_service import metrics
from notifications_service.channels.letter_folder import Batch, PrintedLetter
from notifications_service.channels.letter_pdf import LetterBrand, LetterContent, LetterNotRendered
from notifications_service.domain.french_dates import last_whole_day
from notifications_service.resources import Notifications
from notifications_service.store import due_letters, print_batches
from notifications_service.store.due_letters import BatchedLetter
from notifications_service.store.print_batches import PrintBatch
from notifications_service.usecases.collect_letters import LetterToPrint, collect_letters

WORRYING_ATTEMPTS = 3

log = structlog.get_logger()


async def hand_over_letters(notifications: Notifications) -> int:
    """Collect what is due, then hand over one batch; return how much was done."""
    collected = await collect_letters(notifications)
    now = notifications.now()
    leased_until = now + timedelta(seconds=notifications.settings.lease_seconds)
    async with notifications.database.connection() as connection:
        batch = await print_batches.claim(connection, now=now, leased_until=leased_until)
    if batch is None:
        return collected
    if batch.attempts >= WORRYING_ATTEMPTS:
        log.error("print_batch_fails_again_and_again", batch_id=str(batch.id), attempts=batch.attempts)
    return collected + await _hand_over(notifications, batch)


async def _hand_over(notifications: Notifications, claimed: PrintBatch) -> int:
    async with notifications.database.connection() as connection:
        letters = await due_letters.of_batch(connection, claimed.id)
    batch = Batch(claimed.id, claimed.brand, claimed.created_at, claimed.attempts)
    there = await asyncio.to_thread(notifications.folder.letters_in, batch)
    failures: dict[UUID, str] = {}
    if not there:
        printed, failures = await _print(notifications, claimed, letters)
        if printed:
            there = await asyncio.to_thread(notifications.folder.hand_over, batch, printed)
    # What another attempt has handed over without a letter that is ours was not printable then either.
    failures |= {one.id: LetterNotRendered.code for one in letters if one.id not in there and one.id not in failures}
    await _note(notifications, claimed, letters, failures)
    return len(letters)


async def _note(
    notifications: Notifications, batch: PrintBatch, letters: list[BatchedLetter], failures: dict[UUID, str]
) -> None:
    now, handed_over = notifications.now(), [letter for letter in letters if letter.id not in failures]
    async with notifications.database.transaction() as connection:
        await due_letters.mark_handed_over(connection, [letter.id for letter in handed_over], now=now)
        await due_letters.fail(connection, failures, now=now)
        await print_batches.close_batch(connection, batch, empty=not handed_over, now=now)
    log.info("letters_handed_over", batch_id=str(batch.id), letters=len(handed_over), failed=len(failures))
    for letter in handed_over:
        metrics.ATTEMPTS.labels(letter.purpose, "letter", "handed-over").inc()
        metrics.SECONDS_TO_RELAY.labels(letter.purpose, "letter").observe((now - letter.created_at).total_seconds())
    for letter in letters:
        if letter.id in failures:
            metrics.FAILURES.labels(letter.purpose, "letter", LetterNotRendered.code).inc()
            log.error("letter_not_rendered", delivery_id=str(letter.id), failure=failures[letter.id])


async def _print(
    notifications: Notifications, batch: PrintBatch, letters: list[BatchedLetter]
) -> tuple[list[PrintedLetter], dict[UUID, str]]:
    contents: dict[UUID, LetterContent] = {}
    failures: dict[UUID, str] = {}
    for letter in letters:
        try:
            contents[letter.id] = _content(notifications, batch, letter)
        except ValidationError:
            failures[letter.id] = f"{LetterNotRendered.code}: content"
    pdfs = dict(zip(contents, await notifications.printing.print_all(list(contents.values())), strict=True))
    printed = [
        PrintedLetter(letter.id, letter.purpose, letter.created_at, contents[letter.id].address_lines, pdf)
        for letter in letters
        if isinstance(pdf := pdfs.get(letter.id), bytes)
    ]
    refused = {letter_id: str(pdf) for letter_id, pdf in pdfs.items() if isinstance(pdf, LetterNotRendered)}
    return printed, failures | refused


def _content(notifications: Notifications, batch: PrintBatch, letter: BatchedLetter) -> LetterContent:
    opened = LetterToPrint.model_validate_json(
        notifications.contents.open(letter.content_sealed, context=str(letter.id))
    )
    brand = notifications.brands[batch.brand]
    return LetterContent(
        brand=LetterBrand(
            name=brand.name,
            return_address=brand.return_address,
            phone=brand.phone,
            email=brand.email,
            hours=brand.hours,
            colour=brand.colour,
        ),
        address_lines=tuple(line.reveal() for line in opened.address_lines),
        # The batch's day, not today: printed again after a crash, the page is the same.
        dated=civil_date(batch.created_at),
        salutation=opened.salutation.reveal(),
        code=opened.code.reveal(),
        valid_until=last_whole_day(letter.expires_at),
        web_address=brand.link(notifications.settings.public_url, brand.first_connection_path),
        reference=str(letter.id),
        login_identifier=brand.login_identifier,
        password_rule=brand.password_rule,
    )
