"""Letters that were posted, or whose code has served, lose their page at once: it holds the code. Writes deliveries."""

import asyncio

import structlog

from notifications_service.channels.letter_folder import folder_name
from notifications_service.resources import Notifications
from notifications_service.store import letter_pages, print_batches

BATCH = 100

log = structlog.get_logger()


async def remove_served_letters(notifications: Notifications) -> int:
    """Remove the PDFs and address lines of letters that were posted, came back or have served; return how many these were."""
    async with notifications.database.connection() as connection:
        batches = await letter_pages.batches_with_pages(connection, limit=BATCH)
    removed = 0
    for batch_id, brand in batches:
        async with notifications.database.transaction() as connection:
            await print_batches.lock(connection, batch_id)
            letters = await letter_pages.with_pages(connection, batch_id)
            await asyncio.to_thread(notifications.folder.remove_letters, folder_name(brand, batch_id), letters)
            await letter_pages.mark_pages_removed(connection, letters, now=notifications.now())
        log.info("served_letters_removed", batch_id=str(batch_id), letters=len(letters))
        removed += len(letters)
    return removed
