"""A back office asks how an import went. Reads imports and import_errors."""

from dataclasses import dataclass
from uuid import UUID

from service_kit.http.problems import NotFound

from contracts_service.resources import Contracts
from contracts_service.store import import_claims, imports
from contracts_service.store.imports import Import


@dataclass(frozen=True)
class Report:
    """An import and its first refusals: line number and the JSON of the fields."""

    progress: Import
    errors: list[tuple[int, list[dict[str, str]]]]


async def read_import(service: Contracts, import_id: UUID, *, brand: str) -> Report:
    """Return the report of an import of `brand`; raise NotFound."""
    async with service.database.transaction() as connection:
        found = await imports.find(connection, import_id, brand=brand)
        if found is None:
            raise NotFound
        return Report(found, await import_claims.errors_of(connection, import_id))
