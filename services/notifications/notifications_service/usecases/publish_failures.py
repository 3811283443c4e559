"""Messages that are over without having reached anybody: said in an event.

Reads deliveries and recipients; writes the outbox, in the caller's transaction.
"""

from datetime import datetime

from service_kit.database import Connection
from service_kit.tracing import current_traceparent

from notifications_service.domain.failure_classes import class_of, is_hard
from notifications_service.events import DeliveryFailed
from notifications_service.resources import Notifications
from notifications_service.store import lost_addresses
from notifications_service.store.deliveries import EndedDelivery
from notifications_service.usecases.draft_message import all_email_digests
from notifications_service.usecases.keep_recipient import known_email

ONCE = 1  # a delivery fails once: the first and last version of what is published about it


async def publish_failures(
    notifications: Notifications, connection: Connection, ended: list[EndedDelivery], *, now: datetime
) -> None:
    """Publish those of the ended deliveries that have failed: call it in the transaction that ended them."""
    events = [
        (
            notifications.foundation.entropy.new_id(),
            _event(one, one.failure, now, at_known_address=await _at_known_address(notifications, connection, one)),
            current_traceparent(),
        )
        for one in ended
        if one.failure is not None
    ]
    if events:
        await notifications.foundation.outbox.append_all(connection, list(events), occurred_at=now)


async def _at_known_address(notifications: Notifications, connection: Connection, delivery: EndedDelivery) -> bool:
    """Tell whether a mail was for the address that contracts tells of the member, and not one that was typed, or is gone."""
    if delivery.channel != "email":
        return False
    lost = await lost_addresses.find(connection, delivery.id, letter=None)
    known = await known_email(notifications, connection, delivery.brand, delivery.member_id)
    if lost is None or known is None:
        return False
    return lost.address_digest in all_email_digests(notifications, delivery.brand, known)


def _event(delivery: EndedDelivery, failure: str, now: datetime, *, at_known_address: bool) -> DeliveryFailed:
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
            "at_known_address": at_known_address,
        }
    )
