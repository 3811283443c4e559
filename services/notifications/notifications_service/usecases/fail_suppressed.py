"""A mail is due to an address at which nothing arrives: it fails at once. Writes deliveries; publishes delivery.failed.

Place in the flow: `plan_message` asks `is_suppressed` of every mail, in the consumer's transaction, and has it failed here.
Identity hears of it, and posts a letter where one is needed; the member is told by letter, once, that no mail arrives.
"""

from datetime import datetime

from service_kit.database import Connection

from notifications_service import metrics
from notifications_service.domain.failure_classes import ADDRESS_SUPPRESSED
from notifications_service.resources import Notifications
from notifications_service.store import deliveries, suppressions
from notifications_service.store.deliveries import EndedDelivery, NewDelivery
from notifications_service.usecases.publish_failures import publish_failures
from notifications_service.usecases.tell_unreachable import tell_unreachable


async def is_suppressed(connection: Connection, brand: str, *, digests: list[bytes]) -> bool:
    """Tell whether a brand sends nothing to an e-mail address; `digests` are of it, under every key."""
    return await suppressions.of_address(connection, brand, digests=digests) is not None


async def fail_suppressed(
    notifications: Notifications, connection: Connection, delivery: NewDelivery, *, now: datetime
) -> None:
    """Keep a mail as failed, so that it is seen and told; nothing is done for one that is kept already."""
    if not await deliveries.plan(connection, delivery):
        return
    await deliveries.fail_planned(connection, delivery.id, failure=ADDRESS_SUPPRESSED, now=now)
    ended = EndedDelivery(
        id=delivery.id,
        brand=delivery.brand,
        purpose=delivery.purpose,
        channel=delivery.channel,
        member_id=delivery.member_id,
        cause=delivery.cause,
        state="failed",
        failure=ADDRESS_SUPPRESSED,
    )
    await publish_failures(notifications, connection, [ended], now=now)
    await tell_unreachable(notifications, connection, ended, now=now)
    metrics.FAILURES.labels(delivery.purpose, delivery.channel, ADDRESS_SUPPRESSED).inc()
