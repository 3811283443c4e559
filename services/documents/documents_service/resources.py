"""What the decisions of documents work with: opened once a process, closed in the reverse order."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import ConfigDict, Field
from service_kit.brands import read_brands
from service_kit.clock import Clock
from service_kit.database import Database
from service_kit.foundation import Foundation, open_foundation
from service_kit.http.health import Check
from service_kit.key_rings import Cipher, Digests
from service_kit.problems import SettingUnusable
from service_kit.settings import variable_name

from documents_service.rendering.card import CardBrand
from documents_service.rendering.render_pool import RenderPool
from documents_service.rendering.termination_notice import LetterBrand
from documents_service.settings import DocumentsSettings
from documents_service.storage.folder import Folder
from documents_service.storage.vault import Vault

SERVICE = "documents"
MIGRATIONS = Path(__file__).parent / "migrations"


class PrintedBrand(CardBrand, LetterBrand):
    """A brand as documents show it. Unknown keys of [brand] belong to other services and are ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    read_only_years: int = Field(5, ge=5)  # code de la mutualité, L221-6-6

    @property
    def on_letters(self) -> LetterBrand:
        """Return what a letter shows of the brand."""
        return LetterBrand.model_validate(self.model_dump(include=set(LetterBrand.model_fields)))


@dataclass(frozen=True)
class Documents:
    """Everything a use case of documents may need."""

    foundation: Foundation
    brands: dict[str, PrintedBrand]
    vault: Vault
    contents: Cipher
    told: Cipher
    facts: Digests
    rendering: RenderPool

    @property
    def database(self) -> Database:
        """Return the service's own database."""
        return self.foundation.database


@asynccontextmanager
async def open_documents(
    settings: DocumentsSettings, *, broker_answers: Check | None = None, clock: Clock | None = None
) -> AsyncIterator[Documents]:
    """Open the resources of documents; a missing or malformed file or folder is told before anything waits."""
    brands = read_brands(settings.brands_directory, SERVICE, PrintedBrand)
    folder = _open_folder(settings.storage_directory)
    rendering = RenderPool(threads=settings.render_threads)
    try:
        async with open_foundation(
            SERVICE, settings, migrations=MIGRATIONS, broker_answers=broker_answers, clock=clock
        ) as foundation:
            keys = foundation.data_keys
            yield Documents(
                foundation=foundation,
                brands=brands,
                vault=Vault(folder, keys),
                contents=Cipher(keys, "issue.content"),
                told=Cipher(keys, "document.told"),
                facts=Digests(keys, "card.facts"),
                rendering=rendering,
            )
    finally:
        rendering.close()


def _open_folder(directory: Path) -> Folder:
    try:
        return Folder(directory)
    except OSError as error:
        variable = variable_name(DocumentsSettings, "storage_directory")
        raise SettingUnusable(f"{variable}: {directory}: {error.strerror}") from None
