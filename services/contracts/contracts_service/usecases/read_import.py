"""A back office asks how imports went. Reads imports and import_errors."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service_kit.http.problems import NotFound

from contracts_service.domain.import_states import FINISHED
from contracts_service.resources import Contracts
from contracts_service.store import import_errors, imports
from contracts_service.store.import_errors import RefusedLine
from contracts_service.store.imports import Import

MOST_SHOWN = 1000  # refusals in the answer of a finished import; the report has them all
PAGE = 1000


@dataclass(frozen=True)
class Summary:
    """An import and, once it is finished, its first refusals."""

    progress: Import
    refused: list[RefusedLine]


async def read_import(service: Contracts, import_id: UUID, *, brand: str) -> Summary:
    """Return where an import of `brand` stands; raise NotFound."""
    async with service.database.transaction() as connection:
        found = await imports.find(connection, import_id, brand=brand)
        if found is None:
            raise NotFound
        is_over = found.state in FINISHED
        limit = MOST_SHOWN if is_over else 0
        return Summary(found, await import_errors.read_after(connection, import_id, after=0, limit=limit))


async def list_imports(
    service: Contracts, *, brand: str, before: tuple[datetime, UUID] | None, limit: int
) -> list[Import]:
    """Return imports of `brand`, newest first."""
    async with service.database.connection() as connection:
        return await imports.page(connection, brand=brand, before=before, limit=limit)


async def read_refusals(service: Contracts, import_id: UUID) -> AsyncIterator[list[RefusedLine]]:
    """Yield the refused lines, some at a time.

    By key and not by a cursor of the server's: whoever downloads slowly must not keep a transaction open.
    """
    after = 0
    while True:
        async with service.database.connection() as connection:
            lines = await import_errors.read_after(connection, import_id, after=after, limit=PAGE)
        if not lines:
            return
        yield lines
        after = lines[-1][0]
