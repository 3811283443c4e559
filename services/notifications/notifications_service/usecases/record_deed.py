"""Somebody of the staff did something: kept in the transaction of the act. Writes staff_deeds."""

from datetime import datetime

from service_kit import staff_deeds
from service_kit.database import Connection
from service_kit.staff_deeds import Deed

from notifications_service.resources import Notifications


async def record_deed(notifications: Notifications, connection: Connection, deed: Deed, *, now: datetime) -> None:
    """Record a deed in the caller's transaction; its reason is sealed."""
    deed_id = notifications.foundation.entropy.new_id()
    await staff_deeds.record_deed(connection, deed, deed_id=deed_id, reasons=notifications.reasons, now=now)
