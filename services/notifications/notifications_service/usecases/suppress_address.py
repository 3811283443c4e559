"""A mail has failed since nothing will ever arrive at its address: no other is sent there. Writes suppressed_addresses.

Only staff lift it (`lift_suppression`): that somebody proves the address again does not mend a mailbox. Letters never ask.
"""

from datetime import datetime

import structlog
from service_kit.database import Connection

from notifications_service.domain.failure_classes import NO_SUCH_ADDRESS
from notifications_service.resources import Notifications
from notifications_service.store import suppressions
from notifications_service.store.deliveries import EndedDelivery

log = structlog.get_logger()


async def suppress_address(
    notifications: Notifications, connection: Connection, ended: EndedDelivery, *, status: str | None, now: datetime
) -> None:
    """Suppress the address of a mail that has ended, in the transaction that ended it, if a server says there is no such one.

    An address that we could not even write to, malformed say, needs no mark: the next mail fails the same way by itself.
    """
    if ended.failure != NO_SUCH_ADDRESS:
        return
    suppression_id = notifications.foundation.entropy.new_id()
    if await suppressions.add(connection, suppression_id, ended, status=status, now=now):
        log.info("address_suppressed", suppression_id=str(suppression_id), delivery_id=str(ended.id))
