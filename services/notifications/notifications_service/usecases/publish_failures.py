"""Messages that are over without having reached anybody: said in an event. Writes the outbox, in the caller's transaction."""

from datetime import datetime

from service_kit.database import Connection
from service_kit.tracing import current_traceparent

from notifications_service.domain.failure_classes import class_of, is_hard
from notifications_service.events import DeliveryFailed
from notifications_service.resources import Notifications
from notifications_service.store.deliveries import EndedDelivery

ONCE = 1  # a delivery fails once: the first and last version of what is published about it


async def publish_failures(
    notifications: Notifications, connection: Connection, ended: list[EndedDelivery], *, now: datetime
) -> None:
    """Publish those of the ended deliveries that have failed: call it in the transaction that ended them."""
    events = [
        (notifications.foundation.entropy.new_id(), _event(one, one.failure, now), current_traceparent())
        for one in ended
        if one.failure is not None
    ]
    if events:
        await notifications.foundation.outbox.append_all(connection, list(events), occurred_at=now)


def _event(delivery: EndedDelivery, failure: str, now: datetime) -> DeliveryFailed:
    code, _, _ = failure.partition(":")  # what follows is for the back office
    return DeliveryFailed.model_validate(
        {
            "version": ONCE,
            "delivery_id": delivery.id,
            "member_id": delivery.member_id,
            "brand": delivery.brand,
            "purpose": delivery.purpose,
            "channel": delivery.channel,
            "cause": delivery.cause,
            "failure": code,
            "hard": is_hard(code),
            "failed_at": now,
            "failure_class": class_of(code),
        }
    )
