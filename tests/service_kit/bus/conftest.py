"""One sender, one receiver and the bus between them; every test that takes `bus` runs on both brokers."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from service_kit.database import Database
from service_kit.outbox import Outbox

from tests.support.service_kit_fixtures import Bus, Keys, Receiver, Sender, parcel_type


@pytest.fixture(scope="session")
def keys() -> Keys:
    """Sealing keys."""
    return Keys.make()


@pytest.fixture
async def amqp_bus(rabbitmq_url: str, tmp_path: Path) -> AsyncIterator[Bus]:
    """RabbitMQ."""
    made = Bus("amqp", rabbitmq_url, tmp_path)
    yield made
    await made.close()


@pytest.fixture
async def in_process_bus(tmp_path: Path) -> AsyncIterator[Bus]:
    """The embedded default's bus."""
    made = Bus("in_process", "", tmp_path)
    yield made
    await made.close()


@pytest.fixture(params=["amqp", "in_process"])
def bus(request: pytest.FixtureRequest) -> Bus:
    """Either bus: the same tests on both."""
    made: Bus = request.getfixturevalue(f"{request.param}_bus")
    return made


@pytest.fixture
def sender(database: Database, keys: Keys, request: pytest.FixtureRequest) -> Sender:
    """A service with an outbox."""
    return Sender(database, Outbox("sender", keys.sealer()), parcel_type(_bus_of(request).event_type))


@pytest.fixture
def receiver(database: Database, keys: Keys, request: pytest.FixtureRequest) -> Receiver:
    """A service that hears the sender."""
    return Receiver(database, keys.opener("receiver"), _bus_of(request).event_type)


def _bus_of(request: pytest.FixtureRequest) -> Bus:
    name = next(one for one in ("bus", "amqp_bus", "in_process_bus") if one in request.fixturenames)
    made: Bus = request.getfixturevalue(name)
    return made
