"""A posted code was used: its letter has served. Writes deliveries, in the consumer's transaction.

A letter that waits is stopped and never drawn; one in a batch is stopped by who leases the batch, or, where its folder is chosen
already, loses its page once that is handed over (`remove_served_letters`).
"""

from datetime import datetime
from uuid import UUID

from service_kit.database import Connection
from service_kit.subscriptions import Reader

from notifications_service.store import served_letters


class RedeemedCode(Reader):
    """What notifications reads of a code that was used: which letter it was printed in."""

    letter_id: UUID
    member_id: UUID
    brand: str


async def note_served_letter(connection: Connection, redeemed: RedeemedCode, *, now: datetime) -> None:
    """Note that the letter has served, and stop it where it still waits; a letter that nobody knows is no error."""
    delivery_id = await served_letters.mark_served(
        connection, redeemed.brand, member_id=redeemed.member_id, cause=redeemed.letter_id, now=now
    )
    if delivery_id is not None:
        await served_letters.end_planned(connection, [delivery_id], now=now)
