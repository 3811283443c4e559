"""No mail arrives at a member's e-mail address: shown to the member, who is told on paper until it is another or confirmed.

Reads and writes members, in the consumer's transaction; publishes member.changed.
"""

from datetime import datetime
from uuid import UUID

import structlog
from service_kit.database import Connection
from service_kit.subscriptions import Reader

from contracts_service.resources import Contracts
from contracts_service.store import email_checks, members
from contracts_service.usecases.prove_email import tell_if_changed, told_by

log = structlog.get_logger()


class FailedDelivery(Reader):
    """What contracts reads of a message that has reached nobody.

    `at_known_address`: the mail was for the address that contracts tells of the member, and not for a former one, or one that
    somebody typed.
    """

    member_id: UUID
    brand: str
    channel: str
    hard: bool
    failed_at: datetime
    at_known_address: bool = False
    purpose: str = ""
    cause: UUID | None = None  # of the message: the termination that is acknowledged, say
    failure: str = ""  # a code


async def note_undeliverable(
    service: Contracts, connection: Connection, failed: FailedDelivery, *, now: datetime
) -> None:
    """Note that nothing arrives, where the mail was for the present address and that was not proved since."""
    if failed.channel != "email" or not failed.hard or not failed.at_known_address:
        return
    await members.lock_brand(connection, failed.brand)
    if await members.find(connection, brand=failed.brand, member_id=failed.member_id) is None:
        log.info("failure_of_nobody_here", member_id=str(failed.member_id))  # a beneficiary's, or of an access to be
        return
    before = await told_by(connection, failed.member_id)
    if await email_checks.note_undeliverable(connection, failed.member_id, failed_at=failed.failed_at):
        await tell_if_changed(service, connection, before, brand=failed.brand, member_id=failed.member_id, now=now)
