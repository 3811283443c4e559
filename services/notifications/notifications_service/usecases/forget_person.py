"""The time has passed for which a person's data are kept: addresses and messages leave, in the consumer's transaction."""

from datetime import datetime
from uuid import UUID

import structlog
from service_kit.database import Connection
from service_kit.subscriptions import Reader

from notifications_service.store import removals

log = structlog.get_logger()


class RemovedPerson(Reader):
    """What notifications reads of a person whose data have left."""

    version: int
    member_id: UUID
    brand: str


async def forget_person(connection: Connection, person: RemovedPerson, *, now: datetime) -> None:
    """Delete what is kept of the person; a mail that is on its way this moment is noted nowhere any more."""
    await removals.remove_recipient(connection, brand=person.brand, member_id=person.member_id)
    await removals.remember(connection, brand=person.brand, member_id=person.member_id, version=person.version, now=now)
    log.info("person_forgotten", member_id=str(person.member_id), brand=person.brand)
