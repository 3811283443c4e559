"""A tiny service made of the kit alone: an event, what hears it, and the bus between, on either broker."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID, uuid4

import aio_pika
import orjson
from aio_pika.abc import AbstractChannel
from joserfc.jwk import OKPKey
from service_kit.amqp import AmqpBroker
from service_kit.broker import Broker, Deliver, queue_name
from service_kit.consumer import Consumer
from service_kit.database import Connection, Database
from service_kit.events import Event, Sealed
from service_kit.in_process import InProcessBroker
from service_kit.outbox import Outbox
from service_kit.relay import Relay
from service_kit.sealing import Opener, Sealer
from service_kit.subscriptions import EventContext, Reader, Subscription

from tests.support.waiting import eventually

Kind = Literal["amqp", "in_process"]
SECRET = "canary-51f0c2"


class Parcel(Event):
    """Something was sent; who it is for travels sealed."""

    event_type: ClassVar[str] = "parcel.sent.v1"
    aggregate: ClassVar[str] = "parcel_id"
    recipients: ClassVar[tuple[str, ...]] = ("receiver",)

    parcel_id: UUID
    number: int
    addressee: Annotated[str, Sealed]


class ParcelReader(Reader):
    """What a receiver reads of it."""

    number: int
    addressee: str


def parcel_type(event_type: str) -> type[Parcel]:
    """Return a Parcel event of its own type, so that tests that share a broker do not hear each other."""
    return type("Parcel", (Parcel,), {"event_type": event_type, "__doc__": Parcel.__doc__})


@dataclass(frozen=True)
class Keys:
    """Sealing keys of `sender`, `receiver` and `stranger`."""

    private: dict[str, OKPKey]

    @classmethod
    def make(cls) -> "Keys":
        services = ("sender", "receiver", "stranger")
        return cls({f"{one}.k1": OKPKey.generate_key("X25519", {"kid": f"{one}.k1"}) for one in services})

    def sealer(self) -> Sealer:
        return Sealer(self.private)

    def opener(self, service: str) -> Opener:
        return Opener({kid: key for kid, key in self.private.items() if kid.startswith(f"{service}.")})


def parcel_body(keys: Keys, **changes: Any) -> bytes:
    """Return a parcel event as it travels, with some members of the envelope changed."""
    envelope = {
        "specversion": "1.0",
        "id": "6f9619ff-8b86-4d01-b42d-00c04fc964ff",
        "type": Parcel.event_type,
        "source": "/sender",
        "time": "2026-11-21T10:00:00+00:00",
        "subject": "parcel/1",
        "data": {"version": 1, "parcel_id": "7d444840-9dc0-11d1-b245-5ffdce74fad2", "number": 1},
        "sealed": keys.sealer().seal({"addressee": SECRET}, recipients=("receiver",)),
    }
    return orjson.dumps(envelope | changes)


@dataclass
class Bus:
    """The bus of one test: either broker, and what lies in its dead letters."""

    kind: Kind
    url: str
    folder: Path
    event_type: str = field(default_factory=lambda: f"parcel.sent-{secrets.token_hex(4)}.v1")
    _shared: InProcessBroker | None = None
    _opened: list[Broker] = field(default_factory=list)

    def broker(self, service: str, *, url: str | None = None, publish_timeout: float = 5.0) -> Broker:
        """Return a broker for `service`: its own connection, or the one object that all share in process."""
        if self.kind == "amqp":
            self._opened.append(AmqpBroker(url or self.url, service=service, publish_timeout=publish_timeout))
            return self._opened[-1]
        self._shared = self._shared or InProcessBroker(dead_letters=self.folder)
        return self._shared

    @property
    def queue(self) -> str:
        return queue_name("receiver", self.event_type)

    async def dead_letters(self) -> list[bytes]:
        """Return the bodies of the receiver's dead letters; on RabbitMQ they are taken away by looking."""
        if self.kind == "in_process":
            return [file.read_bytes() for file in sorted((self.folder / self.queue).glob("*.json"))]
        found = []
        async with channel_to(self.url) as channel:
            with suppress(aio_pika.exceptions.ChannelNotFoundEntity):
                queue = await channel.get_queue(f"{self.queue}.dead")
                while (message := await queue.get(fail=False, no_ack=True)) is not None:
                    found.append(message.body)
        return found

    async def close(self) -> None:
        """Close the brokers that were asked for, and leave nothing on RabbitMQ."""
        for broker in self._opened:
            await broker.close()
        if self.kind == "amqp":
            async with channel_to(self.url) as channel:
                for name in (self.queue, f"{self.queue}.dead"):
                    await channel.queue_delete(name)


@asynccontextmanager
async def channel_to(url: str) -> AsyncIterator[AbstractChannel]:
    """Open a channel of our own."""
    connection = await aio_pika.connect(url)
    async with connection, connection.channel() as channel:
        yield channel


@dataclass
class Receiver:
    """A service that notes the parcels that it hears in the table `received`."""

    database: Database
    opener: Opener
    event_type: str
    calls: list[int] = field(default_factory=list)
    before: Callable[[ParcelReader], Awaitable[None]] | None = None

    async def handle(self, connection: Connection, parcel: ParcelReader, context: EventContext) -> None:
        """Note the parcel in the inbox's transaction; `before` may fail or wait."""
        self.calls.append(parcel.number)
        if self.before is not None:
            await self.before(parcel)
        await connection.execute(
            "INSERT INTO received (event_id, number, addressee) VALUES ($1, $2, $3)",
            context.id,
            parcel.number,
            parcel.addressee,
        )

    def consumer(self, *, reader: type[Reader] = ParcelReader) -> Consumer:
        return Consumer("receiver", self.database, self.opener, [Subscription(self.event_type, reader, self.handle)])

    def delivery(self) -> Deliver:
        """Return what a broker calls for each message."""
        return self.consumer().delivery(Subscription(self.event_type, ParcelReader, self.handle))

    @asynccontextmanager
    async def hearing(
        self, broker: Broker, *, reader: type[Reader] = ParcelReader
    ) -> AsyncIterator[asyncio.Task[None]]:
        """Consume meanwhile; on leaving, stop and wait."""
        task = asyncio.create_task(self.consumer(reader=reader).run(broker))
        await asyncio.sleep(0)
        await eventually(connected(broker), bool)
        try:
            yield task
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def received(self) -> list[int]:
        """Return the numbers of what was handled and committed, in order of number; a duplicate shows twice."""
        async with self.database.connection() as connection:
            return [row["number"] for row in await connection.fetch("SELECT number FROM received ORDER BY number")]


def connected(broker: Broker) -> Callable[[], Awaitable[bool]]:
    """Return something to look at until the broker's consumers are live."""

    async def look() -> bool:
        return broker.connected()

    return look


@dataclass
class Sender:
    """A service that records parcels in its outbox."""

    database: Database
    outbox: Outbox
    event: type[Parcel]

    async def send(self, *numbers: int, event: type[Parcel] | None = None) -> list[UUID]:
        """Record one parcel a number, in one transaction, and return the events' ids."""
        ids = [uuid4() for _ in numbers]
        async with self.database.transaction() as connection:
            for event_id, number in zip(ids, numbers, strict=True):
                parcel = (event or self.event)(version=1, parcel_id=uuid4(), number=number, addressee=SECRET)
                await self.outbox.append(connection, parcel, event_id=event_id, occurred_at=datetime.now(UTC))
        return ids

    def relay(self, broker: Broker) -> Relay:
        return Relay("sender", self.database, broker)

    async def unpublished(self) -> int:
        """Return how many events have not left."""
        async with self.database.connection() as connection:
            return int(await connection.fetchval("SELECT count(*) FROM outbox WHERE published_at IS NULL"))

    async def publish_all(self, broker: Broker, *, within: float = 20.0) -> None:
        """Let a relay turn until the outbox is empty; pauses and leases are waited for."""
        relay = self.relay(broker)

        async def turn() -> int:
            await relay.publish_due()
            return await self.unpublished()

        left = await eventually(turn, lambda number: number == 0, within=within)
        assert left == 0
