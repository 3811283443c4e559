"""The print provider has posted letters. Reads print_batches; writes deliveries and staff_deeds, in one transaction.

Posted is the acknowledgement: from now on nobody needs the PDFs, which hold codes, nor the address lines. The worker removes them
as soon as it hears (`remove_served_letters`). Told twice, it is done once; parts of a batch add up.
"""

from datetime import datetime
from uuid import UUID

import structlog
from service_kit.database import Connection
from service_kit.http.problems import InvalidRequest, NotFound
from service_kit.problems import FieldProblem
from service_kit.staff_deeds import StaffAct

from notifications_service import metrics
from notifications_service.domain.errors import BatchNotHandedOver
from notifications_service.domain.print_notes import PostedNote, instant_problem
from notifications_service.resources import Notifications
from notifications_service.store import handed_over_letters, listed_batches, print_batches
from notifications_service.store.listed_batches import ListedBatch, Wanted
from notifications_service.store.print_batches import HeldBatch
from notifications_service.usecases.record_deed import record_deed

NOT_OF_THIS_BATCH = ("not-of-this-batch", "Ce courrier n’est pas dans ce lot.")

log = structlog.get_logger()


async def note_posted(
    notifications: Notifications, note: PostedNote, *, act: StaffAct | None, now: datetime
) -> ListedBatch:
    """Note what was posted, and return the batch as it stands then; `act` is whose of the staff, if anybody's.

    Raises NotFound, BatchNotHandedOver, and InvalidRequest for an instant that cannot be, or letters of another batch.
    """
    async with notifications.database.transaction() as connection:
        batch = await print_batches.hold(connection, note.batch_id, brand=note.brand)
        if batch is None:
            raise NotFound
        letters = await _handed_over(connection, batch)
        posted_at, wanted = _instant(note, letters, now=now), _wanted(note, letters)
        posted = await handed_over_letters.mark_posted(connection, batch.id, wanted, posted_at=posted_at)
        if posted and act is not None:
            await record_deed(notifications, connection, act.deed("batch_posted", object_id=batch.id), now=now)
        [listed] = await listed_batches.find(connection, Wanted(brand=batch.brand, batch_id=batch.id))
    if posted:
        _tell(notifications, batch, [purpose for _, purpose in posted])
    return listed


async def _handed_over(connection: Connection, batch: HeldBatch) -> dict[UUID, datetime]:
    letters = await handed_over_letters.of_batch(connection, batch.id)
    if batch.handed_over_at is None or not letters:
        raise BatchNotHandedOver(leaving=batch.chosen_attempt is not None)
    return letters


def _instant(note: PostedNote, letters: dict[UUID, datetime], *, now: datetime) -> datetime:
    posted_at = note.posted_at or now
    if problem := instant_problem("posted_at", posted_at, not_before=min(letters.values()), now=now):
        raise InvalidRequest(fields=(problem,))
    return posted_at


def _wanted(note: PostedNote, letters: dict[UUID, datetime]) -> set[UUID]:
    if note.letters is None:
        return set(letters)
    strangers = [number for number, letter in enumerate(note.letters) if letter not in letters]
    if strangers:
        raise InvalidRequest(fields=tuple(FieldProblem(f"letters.{one}", *NOT_OF_THIS_BATCH) for one in strangers))
    return set(note.letters)


def _tell(notifications: Notifications, batch: HeldBatch, purposes: list[str]) -> None:
    notifications.letter_served.call()
    log.info("letters_posted", batch_id=str(batch.id), letters=len(purposes))
    for purpose in purposes:
        metrics.POSTED.labels(purpose).inc()
