"""The four services opened in the test's own process, each on a database of its own, with one set of keys for all.

Nobody works in the background and no broker is there: a test hands events over by itself, sealed and encoded as on the wire.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from aiohttp import web
from espace_embedded.product import PARTS, Part, World, settings_of
from espace_embedded.state import State
from service_kit import outbox
from service_kit.broker import Verdict
from service_kit.clock import Clock
from service_kit.consumer import Consumer
from service_kit.database import Database
from service_kit.events import Envelope
from service_kit.migrate import migrate
from service_kit.sealing import Opener, Sealer, read_keys
from service_kit.subscriptions import Subscription

from tests.support import servers
from tests.support.agreements import sealed_fields_of

NO_RELAY = "smtp://127.0.0.1:9"
BRANDS = Path(__file__).parents[2] / "deploy" / "brands"


@dataclass(frozen=True)
class OpenedPart:
    """One service: its resources, and what its two processes are made of."""

    part: Part
    world: World
    resources: Any
    subscriptions: list[Subscription]

    @property
    def database(self) -> Database:
        """Return the service's own database."""
        database: Database = self.resources.foundation.database
        return database

    def application(self) -> web.Application:
        """Return a fresh HTTP application of the service."""
        application: web.Application = self.part.app.application(self.resources)
        return application

    async def hear(self, event: dict[str, Any]) -> Verdict:
        """Hand over a whole event (id, type, source, time, subject, data), personal fields sealed; return the answer."""
        subscription = next(one for one in self.subscriptions if one.event_type == event["type"])
        foundation = self.resources.foundation
        consumer = Consumer(self.part.name, foundation.database, foundation.opener, self.subscriptions)
        return await consumer.delivery(subscription)(self._sealed(event).encode(), None)

    def _sealed(self, event: dict[str, Any]) -> Envelope:
        sealed = sealed_fields_of(event["type"])
        personal = {name: value for name, value in event["data"].items() if name in sealed}
        public_keys = read_keys(self.world.state.keys / "public" / "sealing-recipients.json")
        return Envelope(
            id=UUID(event["id"]),
            type=event["type"],
            source=event["source"],
            time=datetime.fromisoformat(event["time"]),
            subject=event["subject"],
            data={name: value for name, value in event["data"].items() if name not in sealed},
            sealed=Sealer(public_keys).seal(personal, recipients=(self.part.name,)) if personal else None,
        )

    async def recorded(self) -> list[Envelope]:
        """Take what is in the outbox as the relay does, in order; a second call returns only what is new."""
        async with self.database.transaction() as connection:
            rows = await outbox.claim(connection, source=self.part.name, limit=1000, lease_seconds=3600)
        return [row.envelope for row in rows]

    async def row(self, query: str, *arguments: Any) -> dict[str, Any]:
        """Return the one row of a query on the service's database."""
        async with self.database.connection() as connection:
            [row] = await connection.fetch(query, *arguments)
            return dict(row)


def opened_for(world: World, service: str, envelope: Envelope) -> dict[str, Any]:
    """Return the data of an envelope as `service` sees it: the sealed part opened with its private keys."""
    opener = Opener(read_keys(world.state.keys / service / "sealing-keys.json"))
    return envelope.data | (opener.open(envelope.sealed) if envelope.sealed else {})


@asynccontextmanager
async def opened_parts(
    directory: Path,
    admin_url: str,
    *,
    clock: Clock | None = None,
    names: tuple[str, ...] = (),
    smtp_url: str = NO_RELAY,
) -> AsyncIterator[dict[str, OpenedPart]]:
    """Open the services of `names` (all for none), migrated, with keys and files below `directory`."""
    parts = [part for part in PARTS if part.name in (names or tuple(one.name for one in PARTS))]
    databases = {part.name: servers.unique_name(part.name) for part in parts}
    try:
        urls = {name: await servers.create_database(admin_url, database) for name, database in databases.items()}
        world = World(
            state=State.prepare(directory),
            brands=BRANDS,
            databases=urls,
            broker_url="amqp://nobody.invalid",
            smtp_url=smtp_url,
            bounces_url="smtp://127.0.0.1:9",
            public_url="https://espace.example",
        )
        async with AsyncExitStack() as stack:
            yield {part.name: await _open(stack, part, world, clock) for part in parts}
    finally:
        for database in databases.values():
            await servers.drop_database(admin_url, database)


async def _open(stack: AsyncExitStack, part: Part, world: World, clock: Clock | None) -> OpenedPart:
    await migrate(world.databases[part.name], service=part.name, directory=part.migrations)
    settings = settings_of(part, world)
    resources = await stack.enter_async_context(part.open(settings, broker_answers=_yes, clock=clock))
    return OpenedPart(part, world, resources, part.worker.background(resources).subscriptions)


async def _yes() -> bool:
    return True
