"""The private broker of the fault tests: what it keeps when it dies, and that it leaves nothing running."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import aio_pika
import psutil
import pytest

from tests.support.rabbitmq_server import RabbitMqServer

QUEUE_FLUSH_SECONDS = 1.5


async def publish(url: str, body: bytes) -> None:
    connection = await aio_pika.connect(url)
    async with connection, connection.channel() as channel:
        await channel.declare_queue("kept", durable=True, arguments={"x-queue-type": "quorum"})
        message = aio_pika.Message(body, delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
        await channel.default_exchange.publish(message, routing_key="kept")


async def fetch(url: str) -> bytes:
    """Consume rather than get: after a restart the queue first elects its leader, and a get would not wait."""
    connection = await aio_pika.connect(url)
    async with connection, connection.channel() as channel:
        queue = await channel.get_queue("kept")
        async with queue.iterator(timeout=20, no_ack=True) as messages:
            async for message in messages:
                return message.body
    raise AssertionError("the queue is empty")


async def test_a_confirmed_message_outlives_a_kill_and_a_stop_leaves_no_process(tmp_path):
    server = RabbitMqServer.start(tmp_path / "node")
    try:
        await publish(server.url, b"confirmed")
        # RabbitMQ 3.10 flushes its directory of quorum queues every half second: a queue declared later than
        # that before a kill has no leader afterwards. Messages have no such gap.
        await asyncio.sleep(QUEUE_FLUSH_SECONDS)
        server.kill()
        with pytest.raises(aio_pika.exceptions.AMQPConnectionError):
            await aio_pika.connect(server.url)
        server.restart()
        body = await fetch(server.url)
    finally:
        server.stop()

    assert body == b"confirmed"
    assert processes_that_mention(tmp_path) == []


KILLED_PARENT = """
import os, signal, sys
from pathlib import Path
from tests.support.rabbitmq_server import RabbitMqServer

RabbitMqServer.start(Path(sys.argv[1]))
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the parting signal is Linux's")
def test_the_node_ends_by_itself_when_its_parent_is_killed(tmp_path):
    command = [sys.executable, "-c", KILLED_PARENT, str(tmp_path / "node")]
    parent = subprocess.run(command, cwd=Path(__file__).parents[2], check=False)
    started = (tmp_path / "node" / "data").exists()
    deadline = time.monotonic() + 20
    while processes_that_mention(tmp_path) and time.monotonic() < deadline:
        time.sleep(0.1)

    assert parent.returncode == -signal.SIGKILL
    assert started
    assert processes_that_mention(tmp_path) == []


def processes_that_mention(directory: Path) -> list[str]:
    """Find the node and its epmd by their HOME, which no other process has."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.pid != os.getpid() and str(directory) in process.environ().get("HOME", ""):
                found.append(process.name())
        except psutil.Error:
            continue
    return found
