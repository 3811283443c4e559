"""What print operators see of their brand's batches. Reads print_batches and deliveries, and the manifests on the disk."""

import asyncio
from dataclasses import dataclass

from notifications_service.channels.letter_folder import folder_name
from notifications_service.resources import Notifications
from notifications_service.store import listed_batches
from notifications_service.store.listed_batches import ListedBatch, Wanted


@dataclass(frozen=True)
class BatchAndManifest:
    """A batch, and the SHA-256 of its manifest as it lies in the folder, in hexadecimal; None where no folder is there."""

    batch: ListedBatch
    manifest_sha256: str | None


async def list_print_batches(notifications: Notifications, wanted: Wanted) -> list[BatchAndManifest]:
    """Return batches, newest first."""
    async with notifications.database.connection() as connection:
        batches = await listed_batches.find(connection, wanted)
    digests = await asyncio.to_thread(_digests, notifications, batches)
    return [BatchAndManifest(*one) for one in zip(batches, digests, strict=True)]


def _digests(notifications: Notifications, batches: list[ListedBatch]) -> list[str | None]:
    return [notifications.folder.manifest_digest(folder_name(one.brand, one.id)) for one in batches]
