"""The time has passed for which a person's data are kept: the documents leave, rows at once and bytes soon after.

`forget_person` runs in the consumer's transaction; `remove_objects` in the background, one object at a time: whoever dies in
between removes it again, which is no error.
"""

from datetime import datetime
from uuid import UUID

import structlog
from service_kit.database import Connection
from service_kit.subscriptions import Reader

from documents_service.resources import Documents
from documents_service.store import removals

ROUND = 100

log = structlog.get_logger()


class RemovedPerson(Reader):
    """What documents reads of a person whose data have left."""

    version: int
    member_id: UUID
    brand: str


async def forget_person(connection: Connection, person: RemovedPerson, *, now: datetime) -> None:
    """Delete the person's documents."""
    left = await removals.remove_documents(connection, brand=person.brand, member_id=person.member_id, now=now)
    await removals.remember(connection, brand=person.brand, member_id=person.member_id, version=person.version, now=now)
    log.info("person_forgotten", member_id=str(person.member_id), brand=person.brand, documents=left)


async def remove_objects(documents: Documents) -> int:
    """Remove bytes that no document refers to any more, and return how many objects that were; raise OSError."""
    for removed in range(ROUND):
        async with documents.database.transaction() as connection:
            key = await removals.next_object(connection)
            if key is None:
                return removed
            await documents.vault.remove(key)
            await removals.note_removed(connection, key)
    return ROUND
