"""Dead letters for operators: list them grouped by what they are, replay them (with a dry run), or discard them.

Only the readable part of an event is shown: identifiers, dates and states. A replay puts the message back on its own queue,
so no other service hears it again, and the inbox recognises what had been handled after all.
"""

import argparse
from collections import Counter
from collections.abc import AsyncIterator

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage

from service_kit.broker import queue_name
from service_kit.events import Envelope


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    parser.add_argument("action", choices=["list", "replay", "discard"])
    parser.add_argument("--event", help="only this event type, such as reset.requested.v1")
    parser.add_argument("--limit", type=int, default=1000, help="look at this many a queue at most")
    parser.add_argument(
        "--really", action="store_true", help="without it, replay and discard only say what they would do"
    )


async def run_dead_letters(url: str, service: str, event_types: tuple[str, ...], arguments: argparse.Namespace) -> None:
    """Run the command and print one line for each (queue, reason, fields) group."""
    chosen = [one for one in event_types if arguments.event in (None, one)]
    connection = await aio_pika.connect(url, timeout=5)
    async with connection:
        for event_type in chosen:
            name = queue_name(service, event_type)
            channel = await connection.channel()
            groups = await _go_through(channel, name, arguments)
            for (reason, fields), number in sorted(groups.items()):
                print(f"{name}.dead: {number} × {reason}: {fields}")
            if not groups:
                print(f"{name}.dead: empty")
            await channel.close()  # what was only looked at goes back


async def _go_through(channel: AbstractChannel, name: str, arguments: argparse.Namespace) -> Counter[tuple[str, str]]:
    groups: Counter[tuple[str, str]] = Counter()
    async for message in _messages(channel, f"{name}.dead", arguments.limit):
        groups[_fingerprint(message)] += 1
        if not arguments.really or arguments.action == "list":
            continue
        if arguments.action == "replay":
            again = aio_pika.Message(
                message.body,
                message_id=message.message_id,
                type=message.type,
                content_type=message.content_type,
                delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
                headers={key: value for key, value in message.headers.items() if key == "traceparent"},
            )
            await channel.default_exchange.publish(again, routing_key=name, mandatory=True)
        await message.ack()
    return groups


async def _messages(channel: AbstractChannel, queue_name_: str, limit: int) -> AsyncIterator[AbstractIncomingMessage]:
    queue = await channel.get_queue(queue_name_)
    for _ in range(limit):
        message = await queue.get(fail=False, timeout=5)
        if message is None:
            return
        yield message


def _fingerprint(message: AbstractIncomingMessage) -> tuple[str, str]:
    deaths = message.headers.get("x-death")
    reason = str(deaths[0].get("reason", "?")) if isinstance(deaths, list) and isinstance(deaths[0], dict) else "?"
    try:
        envelope = Envelope.decode(message.body)
    except (ValueError, KeyError, TypeError):
        return reason, "not an event envelope"
    return reason, f"{envelope.type} from {envelope.source} with {', '.join(sorted(envelope.data))}"
