"""What every service stands on, opened from its settings in one place and closed in the reverse order.

A service's own composition adds its stores and channels to it; nothing here decides anything.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from service_kit.access_tokens import KeyFile, TokenVerifier
from service_kit.clock import Clock, SystemClock
from service_kit.database import Database
from service_kit.entropy import Entropy, SystemEntropy
from service_kit.http.authentication import Authentication
from service_kit.http.cursors import Cursors
from service_kit.http.health import Check, Health, port_answers
from service_kit.http.idempotency import IdempotencyKeys
from service_kit.key_rings import KeyRing
from service_kit.migrate import wait_until_migrated
from service_kit.outbox import Outbox
from service_kit.sealing import Opener, Sealer, read_keys
from service_kit.settings import ServiceSettings
from service_kit.wake import NotifyingWake, Wake


@dataclass(frozen=True)
class Foundation:
    """Database, outbox, keys, clock and wakes of one service in one process."""

    service: str
    settings: ServiceSettings
    database: Database
    outbox: Outbox
    opener: Opener
    data_keys: KeyRing
    authentication: Authentication
    idempotency: IdempotencyKeys
    cursors: Cursors
    health: Health
    clock: Clock
    entropy: Entropy = field(default_factory=SystemEntropy)
    wake: Wake = field(default_factory=Wake)  # something is due in the background of this service


@asynccontextmanager
async def open_foundation(
    service: str,
    settings: ServiceSettings,
    *,
    migrations: Path,
    broker_answers: Check | None = None,
    clock: Clock | None = None,
) -> AsyncIterator[Foundation]:
    """Open what `service` stands on, once its database is there and has all of `migrations`.

    Keys are read first, so that a missing file is told before anything waits.
    """
    data_keys = KeyRing.read(settings.data_keys_file)
    sealer = Sealer(read_keys(settings.sealing_recipients_file))
    opener = Opener(read_keys(settings.sealing_keys_file))
    authentication = _authentication(settings)
    database = await _database(service, settings)
    try:
        await wait_until_migrated(database, service=service, directory=migrations)
        yield Foundation(
            service=service,
            settings=settings,
            database=database,
            outbox=Outbox(service, sealer),
            opener=opener,
            data_keys=data_keys,
            authentication=authentication,
            idempotency=IdempotencyKeys(database, data_keys),
            cursors=Cursors(data_keys),
            health=Health(database, broker_answers=broker_answers or port_answers(settings.broker_url)),
            clock=clock or SystemClock(),
            wake=NotifyingWake(database, wake_channel(service)) if settings.wake_by_notify else Wake(),
        )
    finally:
        await database.close()


async def _database(service: str, settings: ServiceSettings) -> Database:
    return await Database.open(
        settings.database_url,
        service=service,
        pool_size=settings.database_pool_size,
        statement_cache_size=settings.database_statement_cache_size,
        planner=settings.database_planner,
    )


def wake_channel(service: str) -> str:
    """Return the NOTIFY channel on which a service's processes wake each other."""
    return f"{service}_wake"


def _authentication(settings: ServiceSettings) -> Authentication:
    return Authentication(
        members=TokenVerifier(
            KeyFile(settings.access_token_jwks_file), settings.access_token_issuer, settings.access_token_audience
        ),
        staff=TokenVerifier(KeyFile(settings.staff_jwks_file), settings.staff_issuer, settings.staff_audience),
        staff_role_claim=settings.staff_role_claim,
    )
