"""Somebody of the staff did something: kept in the transaction of the act. Writes staff_deeds."""

from datetime import datetime

from service_kit.database import Connection

from notifications_service.domain.staff_deeds import Deed
from notifications_service.resources import Notifications
from notifications_service.store import staff_deeds
from notifications_service.store.staff_deeds import StaffDeed


async def record_deed(notifications: Notifications, connection: Connection, deed: Deed, *, now: datetime) -> None:
    """Record a deed in the caller's transaction; its reason is sealed."""
    deed_id, act = notifications.foundation.entropy.new_id(), deed.act
    sealed = None
    if act.reason is not None:
        sealed = notifications.reasons.seal(act.reason.reveal().encode(), context=str(deed_id))
    await staff_deeds.record(
        connection,
        StaffDeed(
            id=deed_id,
            at=now,
            brand=act.brand,
            staff=act.staff,
            kind=deed.kind,
            object_id=deed.object_id,
            member_id=deed.member_id,
            reason_sealed=sealed,
        ),
    )
