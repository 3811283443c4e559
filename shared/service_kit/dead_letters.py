"""Dead letters for operators: list them grouped by what they are, replay them (with a dry run), or discard them.

Only the readable part of an event is shown: identifiers, dates and states. A replay puts the message back on its own queue,
so no other service hears it again, and the inbox recognises what had been handled after all.
"""

import argparse
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import NoReturn

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage
from aio_pika.exceptions import AMQPError, ChannelNotFoundEntity, DeliveryError

from service_kit.broker import queue_name
from service_kit.events import Envelope

PATIENCE_SECONDS = 5
DONE = {"list": "", "replay": " replayed", "discard": " discarded"}
WOULD = {
    "list": "",
    "replay": " would be replayed (--really does it)",
    "discard": " would be discarded (--really does it)",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    parser.add_argument("action", choices=["list", "replay", "discard"])
    parser.add_argument("--event", help="only this event type, such as reset.requested.v1")
    parser.add_argument("--limit", type=int, default=1000, help="look at this many a queue at most")
    parser.add_argument(
        "--really", action="store_true", help="without it, replay and discard only say what they would do"
    )


async def run_dead_letters(url: str, service: str, event_types: tuple[str, ...], arguments: argparse.Namespace) -> None:
    """Run the command and print one line for each (queue, reason, fields) group; what cannot be done ends it with status 2."""
    chosen = [one for one in event_types if arguments.event in (None, one)]
    if not chosen:
        _end(f"{service} does not hear {arguments.event}: it hears {', '.join(event_types) or 'nothing'}")
    try:
        connection = await aio_pika.connect(url, timeout=PATIENCE_SECONDS)
    except (AMQPError, OSError) as error:
        _end(f"the broker cannot be reached: {type(error).__name__}")
    async with connection:
        for event_type in chosen:
            # An unroutable replay must be an error: its dead letter stays where it is.
            channel = await connection.channel(on_return_raises=True)
            for line in await _go_through(channel, queue_name(service, event_type), arguments):
                print(line)
            with suppress(AMQPError, RuntimeError):  # it closed itself where there is no such queue
                await channel.close()  # what was only looked at goes back


def _end(message: str) -> NoReturn:
    print(message, file=sys.stderr)
    raise SystemExit(2)


async def _go_through(channel: AbstractChannel, name: str, arguments: argparse.Namespace) -> list[str]:
    """Do the action with each dead letter of a queue and return the lines to print."""
    groups: Counter[tuple[str, str]] = Counter()
    really = arguments.really and arguments.action != "list"
    try:
        async for message in _messages(channel, f"{name}.dead", arguments.limit):
            if really and arguments.action == "replay":
                await _put_back(channel, message, name)
            if really:
                await message.ack()
            groups[_fingerprint(message)] += 1
    except ChannelNotFoundEntity:
        return [f"{name}.dead: no such queue yet"]
    except DeliveryError as error:
        return [f"{name}.dead: stopped after {groups.total()}, {name} takes no more: {type(error).__name__}"]
    what = (DONE if really else WOULD)[arguments.action]
    found = sorted(groups.items())
    return [f"{name}.dead: {number} × {reason}: {fields}{what}" for (reason, fields), number in found] or [
        f"{name}.dead: empty"
    ]


async def _put_back(channel: AbstractChannel, message: AbstractIncomingMessage, name: str) -> None:
    again = aio_pika.Message(
        message.body,
        message_id=message.message_id,
        type=message.type,
        app_id=message.app_id,
        timestamp=message.timestamp,
        content_type=message.content_type,
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        headers={key: value for key, value in message.headers.items() if key == "traceparent"},
    )
    await channel.default_exchange.publish(again, routing_key=name, mandatory=True, timeout=PATIENCE_SECONDS)


async def _messages(channel: AbstractChannel, queue_name_: str, limit: int) -> AsyncIterator[AbstractIncomingMessage]:
    """Yield what lies there now: a replayed event that dies again comes back behind, and is not replayed twice."""
    queue = await channel.get_queue(queue_name_)
    for _ in range(min(limit, queue.declaration_result.message_count or 0)):
        message = await queue.get(fail=False, timeout=PATIENCE_SECONDS)
        if message is None:
            return
        yield message


def _fingerprint(message: AbstractIncomingMessage) -> tuple[str, str]:
    deaths = message.headers.get("x-death")
    latest = deaths[0] if isinstance(deaths, list) and deaths else None
    reason = str(latest.get("reason", "?")) if isinstance(latest, dict) else "?"
    try:
        envelope = Envelope.decode(message.body)
    except (ValueError, KeyError, TypeError, AttributeError):
        return reason, "not an event envelope"
    return reason, f"{envelope.type} from {envelope.source} with {', '.join(sorted(envelope.data))}"
