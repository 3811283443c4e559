"""A print operator fetches a batch as an archive. Reads print_batches and deliveries; writes staff_deeds.

Only what is still to be printed is in it: neither letters that were posted, nor those whose code has served.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service_kit.database import Connection
from service_kit.http.problems import NotFound
from service_kit.staff_deeds import StaffAct

from notifications_service.channels.batch_archive import archive_parts
from notifications_service.channels.letter_folder import folder_name
from notifications_service.domain.errors import BatchGone, BatchNotHandedOver
from notifications_service.resources import Notifications
from notifications_service.store import handed_over_letters, print_batches
from notifications_service.usecases.record_deed import record_deed


@dataclass(frozen=True)
class Archive:
    """An archive to download: its name without an ending, and its bytes, to be read in a thread."""

    name: str
    parts: Iterator[bytes]


async def fetch_archive(
    notifications: Notifications, batch_id: UUID, *, act: StaffAct, recorded: bool, now: datetime
) -> Archive:
    """Return the archive of a batch of the operator's brand, and remember that it was fetched unless it is not `recorded`.

    Raises NotFound, BatchNotHandedOver, and BatchGone where nothing is left to print, or no folder is there.
    """
    async with notifications.database.transaction() as connection:
        letters, stamp = await _letters(connection, batch_id, act)
        folder = folder_name(act.brand, batch_id)
        if not letters or await asyncio.to_thread(notifications.folder.manifest_digest, folder) is None:
            raise BatchGone
        if recorded:
            await record_deed(notifications, connection, act.deed("archive_fetched", object_id=batch_id), now=now)
    return Archive(folder, archive_parts(notifications.folder.place(folder), letters, stamp=stamp))


async def _letters(connection: Connection, batch_id: UUID, act: StaffAct) -> tuple[list[UUID], datetime]:
    batch = await print_batches.hold(connection, batch_id, brand=act.brand)
    if batch is None:
        raise NotFound
    if batch.handed_over_at is None:
        raise BatchNotHandedOver(leaving=batch.chosen_attempt is not None)
    if batch.pdfs_removed_at is not None:
        raise BatchGone
    return await handed_over_letters.printable(connection, batch_id), batch.created_at
