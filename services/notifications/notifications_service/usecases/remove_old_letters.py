"""Letters that the print provider has had time to fetch are removed: their PDFs hold codes. Writes print_batches."""

import asyncio
from datetime import timedelta

import structlog

from notifications_service.channels.letter_folder import folder_name
from notifications_service.resources import Notifications
from notifications_service.store import print_batches

BATCH = 100

log = structlog.get_logger()


async def remove_old_letters(notifications: Notifications) -> int:
    """Remove the PDFs of batches that were handed over long enough ago, and return how many batches these were."""
    now = notifications.now()
    before = now - timedelta(hours=notifications.settings.letters_kept_hours)
    async with notifications.database.connection() as connection:
        batches = await print_batches.kept_too_long(connection, before=before, limit=BATCH)
    for batch_id, brand in batches:
        async with notifications.database.transaction() as connection:
            await print_batches.lock(connection, batch_id)
            await asyncio.to_thread(notifications.folder.remove_pdfs, folder_name(brand, batch_id))
            await print_batches.mark_pdfs_removed(connection, batch_id, now=now)
        log.info("letters_removed", batch_id=str(batch_id))
    return len(batches)
