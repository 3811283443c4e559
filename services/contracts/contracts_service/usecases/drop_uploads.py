"""Uploads that broke off and imports that failed leave no line behind, and old reports go. Deletes import_lines, import_errors
and imports.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import structlog

from contracts_service.resources import Contracts
from contracts_service.store import import_errors, import_lines, imports

SLICE = 5000  # rows deleted in one statement: a long file must not run into the statement's time limit
ROUND = 20
KEPT = timedelta(days=90)

log = structlog.get_logger()


async def drop_upload(service: Contracts, import_id: UUID) -> None:
    """Drop all of an upload that is not complete; one that is complete meanwhile stays."""
    async with service.database.transaction() as connection:
        if not await imports.give_up(connection, import_id, now=service.foundation.clock.now()):
            return
    await _delete_all(service, import_id, import_lines.delete_some)
    async with service.database.transaction() as connection:
        await imports.delete(connection, import_id)


async def sweep_imports(service: Contracts) -> int:
    """Drop what others have left behind, forget old reports, and return how many imports that concerned."""
    async with service.database.connection() as connection:
        uploads = await imports.expired_uploads(connection, limit=ROUND)
        failed = await imports.failed_with_lines(connection, limit=ROUND)
        old = await imports.finished_before(connection, before=service.foundation.clock.now() - KEPT, limit=ROUND)
    for import_id in uploads:
        log.info("upload_dropped", import_id=str(import_id), error="its receiver died")
        await drop_upload(service, import_id)
    for import_id in (*failed, *old):
        await _delete_all(service, import_id, import_lines.delete_some)
    for import_id in old:
        await _delete_all(service, import_id, import_errors.delete_some)
        async with service.database.transaction() as connection:
            await imports.delete(connection, import_id)
    return len(uploads) + len(failed) + len(old)


async def _delete_all(service: Contracts, import_id: UUID, delete_some: Callable[..., Awaitable[int]]) -> None:
    while True:
        async with service.database.transaction() as connection:
            if not await delete_some(connection, import_id, limit=SLICE):
                return
