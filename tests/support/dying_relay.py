"""A sender's process that is killed between publishing an event and marking it: the worst moment for a relay.

`python -m tests.support.dying_relay`, with one JSON object on standard input. In process, the receiver dies with it.
"""

import asyncio
import json
import os
import signal
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from joserfc.jwk import OKPKey
from service_kit.broker import Broker, Deliver
from service_kit.database import Database
from service_kit.events import Envelope
from service_kit.relay import Relay

from tests.support.service_kit_fixtures import Bus, Keys, Receiver


class LastAct(Broker):
    """Hands an event to the real broker, and dies once the broker has confirmed it."""

    def __init__(self, real: Broker) -> None:
        self._real = real

    async def publish(self, envelope: Envelope) -> None:
        await self._real.publish(envelope)
        os.kill(os.getpid(), signal.SIGKILL)

    async def consume(self, service: str, deliveries: dict[str, Deliver]) -> None:
        await self._real.consume(service, deliveries)

    def connected(self) -> bool:
        return self._real.connected()

    async def close(self) -> None:
        await self._real.close()


async def main(told: dict[str, Any]) -> None:
    """Publish what is due, and be killed."""
    bus = Bus(told["kind"], told["url"], Path(told["folder"]), told["event_type"])
    database = await Database.open(told["database_url"], service="sender")
    keys = Keys({key["kid"]: OKPKey.import_key(key) for key in told["keys"]})
    receiver = Receiver(database, keys.opener("receiver"), bus.event_type)
    async with AsyncExitStack() as stack:
        if bus.kind == "in_process":
            await stack.enter_async_context(receiver.hearing(bus.broker("receiver")))
        await Relay("sender", database, LastAct(bus.broker("sender"))).publish_due()


if __name__ == "__main__":
    asyncio.run(main(json.load(sys.stdin)))
