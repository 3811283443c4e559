"""The time has passed for which a person's data are kept: the account leaves, with all that was of it.

In the consumer's transaction. The journal of the purge is contracts'; the chain of deeds stays, and names nobody.
"""

from datetime import datetime
from uuid import UUID

import structlog
from service_kit.database import Connection
from service_kit.subscriptions import Reader

from identity_service.store import removals

log = structlog.get_logger()


class RemovedPerson(Reader):
    """What identity reads of a person whose data have left: the member, or a beneficiary with an account of the own."""

    version: int
    member_id: UUID
    brand: str


async def forget_person(connection: Connection, person: RemovedPerson, *, now: datetime) -> None:
    """Delete the person's account, if there is one."""
    removed = await removals.remove_account(connection, brand=person.brand, member_id=person.member_id)
    await removals.remember(connection, brand=person.brand, member_id=person.member_id, version=person.version, now=now)
    log.info("person_forgotten", member_id=str(person.member_id), brand=person.brand, known=removed)
