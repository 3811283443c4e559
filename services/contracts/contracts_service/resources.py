"""What contracts' decisions work with: opened once a process, closed in the reverse order."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from service_kit.brands import read_brands
from service_kit.clock import Clock
from service_kit.database import Database
from service_kit.entropy import Entropy
from service_kit.foundation import Foundation, open_foundation
from service_kit.http.health import Check
from service_kit.outbox import Outbox

from contracts_service.domain.brand_policy import BrandPolicy
from contracts_service.domain.termination.texts import TextsOfBrand
from contracts_service.security.confinement import hide_this_process
from contracts_service.security.document_cleaner import DocumentCleaner
from contracts_service.security.seals import Seals
from contracts_service.security.turns import Turns
from contracts_service.security.upload_seats import DailyUploads, UploadSeats
from contracts_service.settings import ContractsSettings
from contracts_service.texts.termination import read_termination_texts

SERVICE = "contracts"
MIGRATIONS = Path(__file__).parent / "migrations"


@dataclass(frozen=True)
class Contracts:
    """Everything a use case of contracts may need."""

    foundation: Foundation
    settings: ContractsSettings
    brands: dict[str, BrandPolicy]
    seals: Seals
    cleaner: DocumentCleaner
    upload_seats: UploadSeats
    daily_uploads: DailyUploads
    export_seats: UploadSeats
    turns: Turns
    termination_texts: dict[str, TextsOfBrand]  # by brand

    @property
    def database(self) -> Database:
        """Return contracts' own database."""
        return self.foundation.database

    @property
    def outbox(self) -> Outbox:
        """Return the outbox."""
        return self.foundation.outbox

    @property
    def entropy(self) -> Entropy:
        """Return where ids come from."""
        return self.foundation.entropy


@asynccontextmanager
async def open_contracts(
    settings: ContractsSettings, *, broker_answers: Check | None = None, clock: Clock | None = None
) -> AsyncIterator[Contracts]:
    """Open contracts' resources; a missing or malformed file is told before anything waits."""
    hide_this_process()  # from the process that reads members' files
    brands = read_brands(settings.brands_directory, SERVICE, BrandPolicy)
    texts = read_termination_texts(settings.brands_directory, brands)
    async with open_foundation(
        SERVICE, settings, migrations=MIGRATIONS, broker_answers=broker_answers, clock=clock
    ) as foundation:
        yield Contracts(
            foundation=foundation,
            settings=settings,
            brands=brands,
            seals=Seals.on(foundation.data_keys),
            cleaner=DocumentCleaner(
                seconds=settings.document_cleaning_seconds, mebibytes=settings.document_cleaning_mebibytes
            ),
            upload_seats=UploadSeats(settings.document_uploads_at_once),
            daily_uploads=DailyUploads(settings.document_uploads_a_day),
            export_seats=UploadSeats(settings.data_exports_at_once),
            turns=Turns(settings.database_pool_size // 2),
            termination_texts=texts,
        )
