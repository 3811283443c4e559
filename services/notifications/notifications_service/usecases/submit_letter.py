"""One letter is submitted to the print provider that takes letters one by one (channels/maileva).

Draws the page; writes submitted_letters and deliveries. An attempt creates a sending, notes it, fills it; one statement, under
the batch's lease, *chooses* the sending for good and blanks the letter's words; it is submitted; the hand-over is noted. Nobody
fills a sending that another attempt has created: a frozen worker may thaw and add to it. Such a draft is deleted, and where that
is refused because it is submitted already, it is the letter's. A chosen sending is submitted by whoever comes, as often as it
takes: the provider does it once. So each letter has one sending that is ever submitted.
"""

from contextlib import suppress

import structlog
from service_kit.database import Connection
from service_kit.postal_address import AddressDoesNotFit

from notifications_service import metrics
from notifications_service.channels.letter_folder import PrintedLetter
from notifications_service.channels.letter_pdf import LetterNotRendered
from notifications_service.channels.maileva.answers import CredentialsRefused, ProviderAway, RequestRefused
from notifications_service.channels.maileva.client import MailevaClient
from notifications_service.channels.maileva.models import Sending
from notifications_service.channels.maileva.order import recipient_of, sending_of
from notifications_service.domain.provider_address import provider_address
from notifications_service.domain.provider_states import DRAFT, first_look
from notifications_service.resources import Notifications
from notifications_service.store import due_letters, print_batches, submitted_letters
from notifications_service.store.print_batches import PrintBatch
from notifications_service.store.submitted_letters import OpenLetter
from notifications_service.usecases.announce_letters import announce_letters
from notifications_service.usecases.draw_letters import draw_letters
from notifications_service.usecases.measure_hand_over import measure_hand_over
from notifications_service.usecases.publish_failures import publish_failures

log = structlog.get_logger()


class NotOurs(Exception):
    """The lease has passed to another worker, or the letter is not needed any more: what was begun is given up."""


async def submit_letter(
    notifications: Notifications, client: MailevaClient, batch: PrintBatch, letter: OpenLetter, known: list[Sending]
) -> None:
    """Hand one letter over, or end it; `known` is what was found at the provider's under its id.

    Raises ProviderAway, CredentialsRefused or RequestRefused, and NotOurs: then nothing has left, and the next try goes on.
    """
    if letter.chosen_at is not None:
        if _is_of_no_use(notifications, letter) and await _is_withdrawn(notifications, client, batch, letter):
            return
        sending_id = letter.sending_id
    else:
        sending_id = await _left_by_others(notifications, client, batch, letter, known)
        sending_id = sending_id or await _filled(notifications, client, batch, letter)
    if sending_id is not None:
        await submit_chosen(client, sending_id)
        await _note_hand_over(notifications, batch, letter, sending_id)


async def _left_by_others(
    notifications: Notifications, client: MailevaClient, batch: PrintBatch, letter: OpenLetter, known: list[Sending]
) -> str | None:
    """Delete the drafts of earlier attempts; choose and return what turns out to be submitted already."""
    ids = [sending.id for sending in sorted(known, key=lambda one: one.status != DRAFT)]  # drafts first: all of them go
    for sending_id in dict.fromkeys([letter.sending_id, *ids]):
        if sending_id is None:
            continue
        if not await delete_draft(client, sending_id):
            log.warning("letter_was_submitted_already", delivery_id=str(letter.id), sending_id=sending_id)
            await _adopt(notifications, batch, letter, sending_id)
            return sending_id
    return None


async def _adopt(notifications: Notifications, batch: PrintBatch, letter: OpenLetter, sending_id: str) -> None:
    now = notifications.now()
    async with notifications.database.transaction() as connection:
        await _hold(connection, batch)
        await submitted_letters.begin(connection, letter.id, now=now)
        await submitted_letters.note_sending(connection, letter.id, sending_id=sending_id)
        if not await submitted_letters.choose(connection, letter.id, sending_id=sending_id, now=now):
            raise NotOurs


async def _filled(
    notifications: Notifications, client: MailevaClient, batch: PrintBatch, letter: OpenLetter
) -> str | None:
    """Create the letter's sending, fill it, and choose it; None where the letter cannot be drawn, which ends it."""
    page = await _drawn(notifications, batch, letter)
    if page is None:
        return None
    recipient = recipient_of(letter.id, provider_address(page.address_lines))
    await _begin(notifications, batch, letter)
    order = sending_of(page, notifications.brands[batch.brand], notifications.settings)
    sending_id = (await client.create(order)).id
    try:
        await _note_sending(notifications, batch, letter, sending_id)
        document = await client.add_document(sending_id, letter.id, page.pdf)
        if document.size != len(page.pdf):
            raise ProviderAway("page-cut-short")
        await client.add_recipient(sending_id, recipient)
        await _choose(notifications, batch, letter, sending_id)
    except NotOurs:
        with suppress(
            ProviderAway, CredentialsRefused, RequestRefused
        ):  # who has the lease finds it noted, or it is empty
            await delete_draft(client, sending_id)
        raise
    return sending_id


async def _drawn(notifications: Notifications, batch: PrintBatch, letter: OpenLetter) -> PrintedLetter | None:
    drawn = await draw_letters(notifications, batch, [letter.to_draw()])
    failures, now = dict(drawn.failures), notifications.now()
    for page in drawn.printed:
        try:
            provider_address(page.address_lines)
        except AddressDoesNotFit as error:
            failures[page.id] = str(error)
        else:
            return page
    async with notifications.database.transaction() as connection:
        await _hold(connection, batch)
        ended = await due_letters.settle_undrawn(connection, failures=failures, due=drawn.unreadable, now=now)
        await publish_failures(notifications, connection, ended, now=now)
    for failure in failures.values():
        code, _, _ = failure.partition(":")
        metrics.FAILURES.labels(letter.purpose, "letter", code).inc()
        event = "letter_not_rendered" if code == LetterNotRendered.code else "address_does_not_fit"
        log.error(event, delivery_id=str(letter.id), failure=failure)
    return None


async def _begin(notifications: Notifications, batch: PrintBatch, letter: OpenLetter) -> None:
    async with notifications.database.transaction() as connection:
        await _hold(connection, batch)
        await submitted_letters.begin(connection, letter.id, now=notifications.now())


async def _note_sending(notifications: Notifications, batch: PrintBatch, letter: OpenLetter, sending_id: str) -> None:
    async with notifications.database.transaction() as connection:
        await _hold(connection, batch)
        if not await submitted_letters.note_sending(connection, letter.id, sending_id=sending_id):
            raise NotOurs


async def _choose(notifications: Notifications, batch: PrintBatch, letter: OpenLetter, sending_id: str) -> None:
    now = notifications.now()
    async with notifications.database.transaction() as connection:
        await _hold(connection, batch)
        if not await submitted_letters.choose(connection, letter.id, sending_id=sending_id, now=now):
            raise NotOurs  # undoes the transaction


async def _hold(connection: Connection, batch: PrintBatch) -> None:
    # Whoever claims the batch waits until we have committed, and sees what we noted; or we see that it was claimed.
    if not await print_batches.is_leased(connection, batch):
        raise NotOurs


async def submit_chosen(client: MailevaClient, sending_id: str) -> None:
    """Submit a chosen sending; that it is submitted already is a success."""
    try:
        await client.submit(sending_id)
    except RequestRefused as refusal:
        # By a try whose answer was lost, or by a worker that froze: it is submitted, once. The code is not relied upon.
        if refusal.is_unknown or (not refusal.is_not_draft and (await client.sending(sending_id)).status == DRAFT):
            raise


async def delete_draft(client: MailevaClient, sending_id: str) -> bool:
    """Delete a draft; False when it is a draft no more."""
    try:
        await client.delete(sending_id)
    except RequestRefused as refusal:
        if refusal.is_unknown:
            return True
        if refusal.is_not_draft or (await client.sending(sending_id)).status != DRAFT:
            return False
        raise
    return True


def _is_of_no_use(notifications: Notifications, letter: OpenLetter) -> bool:
    return letter.served_at is not None or letter.give_up_at <= notifications.now()


async def _is_withdrawn(
    notifications: Notifications, client: MailevaClient, batch: PrintBatch, letter: OpenLetter
) -> bool:
    """Delete a chosen sending that never was submitted; the letter is ended as any other of its batch then."""
    assert letter.sending_id is not None
    if not await delete_draft(client, letter.sending_id):
        return False
    async with notifications.database.transaction() as connection:
        await _hold(connection, batch)
        await submitted_letters.take_back(connection, letter.id, sending_id=letter.sending_id)
    return True


async def _note_hand_over(notifications: Notifications, batch: PrintBatch, letter: OpenLetter, sending_id: str) -> None:
    now = notifications.now()
    async with notifications.database.transaction() as connection:
        noted = await submitted_letters.mark_handed_over(connection, letter.id, now=now, next_look_at=first_look(now))
        if noted is not None:
            await announce_letters(notifications, connection, [letter.id], now=now)
    if noted is not None:
        log.info("letter_submitted", delivery_id=str(letter.id), sending_id=sending_id)
        measure_hand_over(notifications, batch.brand, letter, now=now)
