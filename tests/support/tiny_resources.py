"""The resources of the tests' tiny service: its settings, its brands, the event that it publishes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import BaseModel
from pydantic_settings import SettingsConfigDict
from service_kit.brands import read_brands
from service_kit.events import Event, Sealed
from service_kit.foundation import Foundation, open_foundation
from service_kit.settings import ServiceSettings

SERVICE = "tiny"
MIGRATIONS = Path(__file__).parent / "tiny_migrations"
CANARY = "canary-of-an-exception"


class TinySettings(ServiceSettings):
    """TINY_… in the environment."""

    model_config = SettingsConfigDict(env_prefix="TINY_")

    broken_loop: bool = False


class Brand(BaseModel):
    """What the tiny service reads of a brand."""

    name: str


@dataclass(frozen=True)
class Tiny:
    """The tiny service's resources."""

    foundation: Foundation
    brands: dict[str, Brand]


class ParcelAsked(Event):
    """A parcel was asked for."""

    event_type: ClassVar[str] = "parcel.asked.v1"
    aggregate: ClassVar[str] = "parcel_id"
    recipients: ClassVar[tuple[str, ...]] = ("tiny",)

    parcel_id: UUID
    number: int
    addressee: Annotated[str, Sealed]


@asynccontextmanager
async def open_tiny(settings: TinySettings) -> AsyncIterator[Tiny]:
    """Open its resources."""
    brands = read_brands(settings.brands_directory, SERVICE, Brand)
    async with open_foundation(SERVICE, settings, migrations=MIGRATIONS) as foundation:
        yield Tiny(foundation, brands)
