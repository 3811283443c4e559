"""What is of no more use is ended, and its secret blanked: a link that expires, a code that would come too late."""

import structlog

from notifications_service import metrics
from notifications_service.domain.mail_course import GAVE_UP
from notifications_service.resources import Notifications
from notifications_service.store import deliveries

log = structlog.get_logger()


async def give_up_overdue(notifications: Notifications) -> int:
    """End every overdue delivery and return how many there were."""
    async with notifications.database.connection() as connection:
        given_up = await deliveries.give_up_overdue(connection, now=notifications.now(), failure=GAVE_UP)
    for delivery in given_up:
        metrics.FAILURES.labels(delivery.purpose, delivery.channel, GAVE_UP).inc()
        log.error("delivery_given_up", delivery_id=str(delivery.id), channel=delivery.channel, state=delivery.state)
    return len(given_up)
