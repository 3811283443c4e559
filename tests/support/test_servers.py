"""The ground that the other tests stand on. Run alone with a Docker engine at hand, this proves the container path."""

import asyncio
import json
import time
from typing import Any

import aio_pika
import asyncpg
import pytest

from tests.support import servers
from tests.support.rabbitmq_server import DEFINITIONS


async def fetch(url: str, sql: str) -> Any:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


async def test_postgres_is_15_or_newer_and_ours_to_rule(postgres_url):
    assert int(await fetch(postgres_url, "SHOW server_version_num")) >= 150000
    assert await fetch(postgres_url, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is True


async def test_databases_are_copied_from_a_template_and_do_not_see_each_other(new_database):
    template = await new_database("template")
    await fetch(template, "CREATE TABLE rows AS SELECT 1 AS n")
    one, two = [await new_database("copy", template=template.rpartition("/")[2]) for _ in range(2)]
    await fetch(one, "INSERT INTO rows VALUES (2)")

    assert await fetch(one, "SELECT count(*) FROM rows") == 2
    assert await fetch(two, "SELECT count(*) FROM rows") == 1


async def test_a_database_is_dropped_under_an_open_connection(postgres_url):
    name = servers.unique_name("dropped")
    connection = await asyncpg.connect(await servers.create_database(postgres_url, name))
    await servers.drop_database(postgres_url, name)

    with pytest.raises(asyncpg.InvalidCatalogNameError):
        await asyncpg.connect(postgres_url.rpartition("/")[0] + f"/{name}")
    connection.terminate()


async def declare(channel: aio_pika.abc.AbstractChannel, name: str, **arguments: str) -> aio_pika.abc.AbstractQueue:
    quorum: dict[str, Any] = {"x-queue-type": "quorum", **arguments}
    return await channel.declare_queue(name, durable=True, arguments=quorum)


async def test_the_broker_confirms_delivers_and_dead_letters_at_the_limit_of_the_policy(rabbitmq_url):
    connection = await aio_pika.connect(rabbitmq_url)
    async with connection, connection.channel(on_return_raises=True) as channel:
        name = servers.unique_name("ground")
        exchange = await channel.declare_exchange(f"{name}.exchange", aio_pika.ExchangeType.DIRECT, auto_delete=True)
        dead = await declare(channel, f"{name}.dead")
        await dead.bind(exchange, dead.name)
        route = {"x-dead-letter-exchange": exchange.name, "x-dead-letter-routing-key": dead.name}
        queue = await declare(channel, name, **route)
        await channel.default_exchange.publish(aio_pika.Message(b"again and again"), routing_key=name)
        tries = await deliver_until_dead(queue, dead)
        await queue.delete(if_unused=False, if_empty=False)
        await dead.delete(if_unused=False, if_empty=False)

    limit = json.loads(DEFINITIONS.read_text())["policies"][0]["definition"]["delivery-limit"]
    assert tries == limit + 1


async def deliver_until_dead(queue: aio_pika.abc.AbstractQueue, dead: aio_pika.abc.AbstractQueue) -> int:
    """Reject with requeue, which counts toward the limit on every version, until the message is dead."""
    tries, deadline = 0, time.monotonic() + 30
    while await dead.get(fail=False, no_ack=True) is None:
        if message := await queue.get(fail=False):
            tries += 1
            await message.reject(requeue=True)
        await asyncio.sleep(0.01)
        assert time.monotonic() < deadline, tries
    return tries
