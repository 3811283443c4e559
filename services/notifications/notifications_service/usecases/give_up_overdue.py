"""What is of no more use is ended, and its secret blanked: a link that expires, a code that would come too late."""

import structlog

from notifications_service import metrics
from notifications_service.domain.mail_course import GAVE_UP
from notifications_service.resources import Notifications
from notifications_service.store import deliveries
from notifications_service.store.deliveries import EndedDelivery
from notifications_service.store.print_batches import PrintBatch
from notifications_service.usecases.publish_failures import publish_failures
from notifications_service.usecases.replace_by_letter import replace_overdue

AT_ONCE = 500  # a flood that is over is ended by and by: each of its rows is an event, too

log = structlog.get_logger()


async def give_up_overdue(notifications: Notifications) -> int:
    """End up to AT_ONCE overdue deliveries that wait for an attempt, or make letters of so many; return how many there were."""
    now = notifications.now()
    async with notifications.database.transaction() as connection:
        replaced = await replace_overdue(notifications, connection, limit=AT_ONCE, now=now)
        if replaced >= AT_ONCE:
            return replaced  # there may be more of them, which must not be given up
        given_up = await deliveries.give_up_overdue(connection, now=now, failure=GAVE_UP, limit=AT_ONCE)
        await publish_failures(notifications, connection, given_up, now=now)
    _tell(given_up)
    return len(given_up)


async def give_up_batched(notifications: Notifications, batch: PrintBatch) -> None:
    """End the overdue letters of a batch under our lease: one that is never handed over must not keep their codes."""
    now = notifications.now()
    async with notifications.database.transaction() as connection:
        given_up = await deliveries.give_up_batched(
            connection, batch.id, leased_until=batch.leased_until, now=now, failure=GAVE_UP
        )
        await publish_failures(notifications, connection, given_up, now=now)
    _tell(given_up)


def _tell(given_up: list[EndedDelivery]) -> None:
    for delivery in given_up:
        metrics.FAILURES.labels(delivery.purpose, delivery.channel, delivery.failure or GAVE_UP).inc()
        log.error("delivery_given_up", delivery_id=str(delivery.id), channel=delivery.channel, state=delivery.state)
