"""Receipts at typed addresses are deleted by age: nobody's removal takes them away. Writes deliveries and receipts_of_the_day."""

from datetime import timedelta

from service_kit.clock import civil_date

from notifications_service.resources import Notifications
from notifications_service.store import receipts

KEPT = timedelta(days=30)  # a mail may come back for two weeks
BATCH = 500


async def remove_old_receipts(notifications: Notifications) -> int:
    """Delete a batch of old receipts and the counts of days that have passed; return how many receipts these were."""
    now = notifications.now()
    async with notifications.database.transaction() as connection:
        await receipts.forget_counts(connection, before=civil_date(now))
        return await receipts.remove_old(connection, before=now - KEPT, limit=BATCH)
