"""A letter came back. Writes deliveries, closed_addresses and staff_deeds; publishes letter.returned; all in one transaction.

Where the address is at fault it is closed: the next letter to it fails instead of coming back, too (`refuse_closed_addresses`).
Told twice, it is done once.
"""

from dataclasses import dataclass
from datetime import datetime

import structlog
from service_kit.database import Connection
from service_kit.http.problems import InvalidRequest, NotFound
from service_kit.staff_deeds import StaffAct
from service_kit.tracing import current_traceparent

from notifications_service import metrics
from notifications_service.domain.errors import LetterNotHandedOver
from notifications_service.domain.print_notes import ADDRESS_REASONS, ReturnedNote, instant_problem
from notifications_service.events import LetterReturned
from notifications_service.resources import Notifications
from notifications_service.store import closed_addresses, handed_over_letters
from notifications_service.store.handed_over_letters import Letter
from notifications_service.usecases.record_deed import record_deed

ONCE = 1  # a letter comes back once: the first and last version of what is published about it

log = structlog.get_logger()


@dataclass(frozen=True)
class ReturnedLetter:
    """How a letter came back, as it was first noted."""

    reason: str
    returned_at: datetime


async def note_returned(
    notifications: Notifications, note: ReturnedNote, *, act: StaffAct | None, now: datetime
) -> ReturnedLetter:
    """Note that a letter came back, unless it is noted, and return what is noted; `act` is whose of the staff, if anybody's.

    Raises NotFound, LetterNotHandedOver, and InvalidRequest for an instant that cannot be.
    """
    async with notifications.database.transaction() as connection:
        letter = await handed_over_letters.hold(connection, note.letter_id, brand=note.brand)
        if letter is None:
            raise NotFound
        if letter.returned_at is not None:
            return ReturnedLetter(letter.failure or "other", letter.returned_at)
        returned = ReturnedLetter(note.reason, _instant(note, letter, now=now))
        await handed_over_letters.mark_returned(
            connection, letter.id, reason=returned.reason, returned_at=returned.returned_at
        )
        closed = await _close(connection, letter, note, now=now)
        await _publish(notifications, connection, letter, returned)
        if act is not None:
            deed = act.deed("letter_returned", object_id=letter.id, member_id=letter.member_id)
            await record_deed(notifications, connection, deed, now=now)
    notifications.letter_served.call()
    metrics.RETURNED.labels(letter.purpose, returned.reason).inc()
    log.warning("letter_returned", delivery_id=str(letter.id), reason=returned.reason, is_closed=closed)
    return returned


def _instant(note: ReturnedNote, letter: Letter, *, now: datetime) -> datetime:
    if letter.state not in ("handed_over", "posted") or letter.left_at is None:
        raise LetterNotHandedOver(leaving=letter.state == "rendered")
    returned_at = note.returned_at or now
    if problem := instant_problem("returned_at", returned_at, not_before=letter.left_at, now=now):
        raise InvalidRequest(fields=(problem,))
    return returned_at


async def _close(connection: Connection, letter: Letter, note: ReturnedNote, *, now: datetime) -> bool:
    # A letter of the release before has no digest: its address stays open.
    if note.reason not in ADDRESS_REASONS:
        return False
    return await closed_addresses.close(connection, letter, reason=note.reason, closed_at=now)


async def _publish(
    notifications: Notifications, connection: Connection, letter: Letter, returned: ReturnedLetter
) -> None:
    event = LetterReturned.model_validate(
        {
            "version": ONCE,
            "delivery_id": letter.id,
            "member_id": letter.member_id,
            "brand": letter.brand,
            "purpose": letter.purpose,
            "cause": letter.cause,
            "reason": returned.reason,
            "returned_at": returned.returned_at,
        }
    )
    foundation, now = notifications.foundation, notifications.now()
    events = [(foundation.entropy.new_id(), event, current_traceparent())]
    await foundation.outbox.append_all(connection, list(events), occurred_at=now)
