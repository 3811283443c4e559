"""Somebody of the staff did something: kept in the transaction of the act. Writes staff_deeds."""

from datetime import datetime

from service_kit import staff_deeds
from service_kit.database import Connection
from service_kit.staff_deeds import Deed

from contracts_service.resources import Contracts


async def record_deed(service: Contracts, connection: Connection, deed: Deed, *, now: datetime) -> None:
    """Record a deed in the caller's transaction; its reason is sealed."""
    deed_id = service.entropy.new_id()
    await staff_deeds.record_deed(connection, deed, deed_id=deed_id, reasons=service.seals.reasons, now=now)
