"""A tiny service made of the kit alone, with one endpoint of each kind: `python -m tests.support.tiny_service serve | work …`.

It asks for parcels over HTTP, records them in its outbox, and hears of them itself.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web
from pydantic_settings import SettingsConfigDict
from service_kit.background import Background, work
from service_kit.brands import read_brands
from service_kit.command_line import Commands, run
from service_kit.database import Connection
from service_kit.foundation import open_foundation
from service_kit.http.application import Service, build_application
from service_kit.http.openapi import openapi_document
from service_kit.loops import Loop
from service_kit.personal import Personal
from service_kit.process import serve
from service_kit.settings import ServiceSettings
from service_kit.subscriptions import EventContext, Reader, Subscription
from service_kit.wake import Wake

from tests.support.tiny_endpoints import CANARY, ENDPOINTS, PROBLEMS, Brand, Tiny

SERVICE = "tiny"
MIGRATIONS = Path(__file__).parent / "tiny_migrations"


class TinySettings(ServiceSettings):
    """TINY_… in the environment."""

    model_config = SettingsConfigDict(env_prefix="TINY_")

    broken_loop: bool = False


class AskedReader(Reader):
    """What it reads of its own event."""

    number: int
    addressee: Personal


@asynccontextmanager
async def open_tiny(settings: TinySettings) -> AsyncIterator[Tiny]:
    """Open its resources."""
    brands = read_brands(settings.brands_directory, SERVICE, Brand)
    async with open_foundation(SERVICE, settings, migrations=MIGRATIONS) as foundation:
        yield Tiny(foundation, brands)


def application(tiny: Tiny) -> web.Application:
    """Return its application."""
    foundation = tiny.foundation
    service = Service(
        name=SERVICE,
        endpoints=ENDPOINTS,
        resources=tiny,
        problems=PROBLEMS,
        brands=tiny.brands,
        authentication=foundation.authentication,
        clock=foundation.clock,
        health=foundation.health,
        idempotency=foundation.idempotency,
    )
    return build_application(service)


async def hear(connection: Connection, parcel: AskedReader, context: EventContext) -> None:
    """Note a parcel that was asked for."""
    addressee = parcel.addressee.reveal()
    await connection.execute("INSERT INTO received VALUES ($1, $2, $3)", context.id, parcel.number, addressee)


class BrokenWake(Wake):
    """Ends the loop that wants to be woken: whatever its round raises, a loop survives."""

    def bell(self) -> asyncio.Event:
        """Fail."""
        raise RuntimeError(CANARY)


def background(tiny: Tiny, settings: TinySettings) -> Background:
    """Return what it does when nobody asks."""

    async def tick() -> int:
        await asyncio.sleep(0)
        return 0

    loop = Loop("tick", tick, 0.1)
    if settings.broken_loop:
        loop = Loop("tick", tick, 0.1, BrokenWake())
    return Background(subscriptions=[Subscription("parcel.asked.v1", AskedReader, hear)], loops=[loop])


async def serve_main(settings: TinySettings, stop: asyncio.Event) -> None:
    """Serve."""
    async with open_tiny(settings) as tiny:
        await serve(tiny.foundation, application(tiny), stop)


async def work_main(settings: TinySettings, stop: asyncio.Event) -> None:
    """Work."""
    async with open_tiny(settings) as tiny:
        await work(tiny.foundation, background(tiny, settings), stop)


COMMANDS = Commands(
    service=SERVICE,
    settings=TinySettings,
    migrations=MIGRATIONS,
    serve=serve_main,
    work=work_main,
    openapi=lambda: openapi_document(SERVICE, ENDPOINTS, PROBLEMS),
    event_types=("parcel.asked.v1",),
)

if __name__ == "__main__":
    run(COMMANDS)
