"""Letters are addressed and put into batches, brand by brand, when the cut-off of the brand's print provider is at hand.

Reads recipients; writes deliveries and print_batches, a batch and its letters in one transaction. A letter whose recipient is
not known yet waits; one whose address cannot be printed fails, for the back office to see; one that cannot be read (a row is
damaged, a key is not on the ring) is tried again later, alone: the next event about the member, or the key, mends it.
"""

from datetime import datetime, timedelta
from uuid import UUID

import structlog
from service_kit.database import Connection
from service_kit.postal_address import AddressDoesNotFit

from notifications_service import metrics
from notifications_service.domain.letter_schedule import open_cut_off
from notifications_service.domain.mail_course import next_attempt
from notifications_service.domain.message_content import AttachedDocument, LetterToPrint, MessageContent
from notifications_service.domain.recipient import Recipient
from notifications_service.resources import Notifications
from notifications_service.store import due_letters, print_batches
from notifications_service.store.due_letters import NOT_WRITTEN, AddressedLetter, BatchedLetter, DueLetter, Leaving
from notifications_service.usecases.keep_recipient import open_recipient
from notifications_service.usecases.publish_failures import publish_failures
from notifications_service.usecases.refuse_closed_addresses import address_digest

BATCH = 200

log = structlog.get_logger()


async def collect_letters(notifications: Notifications) -> int:
    """Open a batch for each brand of which letters leave now, and return how many letters are in them.

    A brand whose letters cannot be collected holds up no other: it is told, and raised where there was nothing else to do.
    """
    now, collected, failure = notifications.now(), 0, None
    for leaving in await _found(notifications, _leaving(notifications, now), now=now):
        try:
            async with notifications.database.transaction() as connection:
                collected += await _collect(notifications, connection, leaving)
        except Exception as error:
            log.error("letters_not_collected", brand=leaving.brand, error=type(error).__name__)
            failure = error
    if failure is not None and not collected:
        raise failure
    return collected


def _leaving(notifications: Notifications, now: datetime) -> list[Leaving]:
    """Return what leaves now of each brand: at once, or what was required before the closing of a cut-off that is at hand."""
    settings = notifications.settings
    if settings.letters_leave == "at-once":
        since = now - timedelta(seconds=settings.letter_batch_seconds)
        return [Leaving(brand, due_since=since, required_until=now) for brand in notifications.brands]
    cut_offs = {brand: open_cut_off(sender.letters, now) for brand, sender in notifications.brands.items()}
    return [
        Leaving(brand, due_since=now, required_until=cut_off.closes_at)
        for brand, cut_off in cut_offs.items()
        if cut_off is not None
    ]


async def _found(notifications: Notifications, leaving: list[Leaving], *, now: datetime) -> list[Leaving]:
    if not leaving:
        return []
    async with notifications.database.connection() as connection:
        return await due_letters.with_letters(connection, leaving, now=now)


async def _collect(notifications: Notifications, connection: Connection, leaving: Leaving) -> int:
    now, brand = notifications.now(), leaving.brand
    addressed: list[AddressedLetter] = []
    failures: dict[UUID, str] = {}
    unreadable: dict[UUID, datetime] = {}
    for letter in await due_letters.take(connection, leaving, limit=BATCH, now=now):
        try:
            addressed.append(_addressed(notifications, brand, letter))
        except AddressDoesNotFit as error:
            failures[letter.id] = str(error)
            _tell(letter, brand, error)
        except Exception as error:
            unreadable[letter.id] = next_try(notifications, letter, error)
    ended = await due_letters.settle_undrawn(connection, failures=failures, due=unreadable, now=now)
    await publish_failures(notifications, connection, ended, now=now)
    if addressed:
        batch_id = notifications.foundation.entropy.new_id()
        channel = notifications.brands[brand].letters.channel
        await print_batches.open_batch(connection, batch_id, brand, channel=channel, now=now)
        await due_letters.assign(connection, addressed, batch_id=batch_id, now=now)
    return len(addressed)


def _tell(letter: DueLetter, brand: str, error: AddressDoesNotFit) -> None:
    metrics.FAILURES.labels(letter.purpose, "letter", error.code).inc()
    log.error(
        "address_does_not_fit", delivery_id=str(letter.id), at_fault=error.field, reason=error.reason, brand=brand
    )


def next_try(notifications: Notifications, letter: DueLetter | BatchedLetter, error: Exception) -> datetime:
    """Return when to try a letter again that could not be read, and tell operators."""
    metrics.ATTEMPTS.labels(letter.purpose, "letter", NOT_WRITTEN).inc()
    # The error's kind only: its message might quote a name.
    log.error("letter_not_readable", delivery_id=str(letter.id), error=type(error).__name__)
    return next_attempt(letter.attempts, pauses=notifications.settings.retry_seconds, now=notifications.now())


def _lines(attachment: AttachedDocument | None, recipient: Recipient) -> list[str]:
    """Return the address block of a letter: of a page that is drawn already, the one that it shows."""
    if attachment is None:
        return recipient.address_lines()
    if attachment.address_lines is None:
        recipient.address_lines()  # names the field at fault, unless contracts has put it right since
        raise AddressDoesNotFit("recipient", "missing")
    return [line.reveal() for line in attachment.address_lines]


def _addressed(notifications: Notifications, brand: str, letter: DueLetter) -> AddressedLetter:
    recipient = open_recipient(notifications, letter.member_id, letter.person_sealed)
    context = str(letter.id)
    content = MessageContent.model_validate_json(notifications.contents.open(letter.content_sealed, context=context))
    recipient = content.addressed(recipient)
    lines = _lines(content.attachment, recipient)
    to_print = LetterToPrint.model_validate(
        {**dict(content), "salutation": recipient.salutation(), "address_lines": lines}
    )
    sealed = notifications.contents.seal(to_print.model_dump_json(exclude_none=True).encode(), context=context)
    return AddressedLetter(letter.id, sealed, recipient.town(), address_digest(notifications, brand, lines))
