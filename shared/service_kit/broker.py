"""What the bus is, whatever carries it: a topic exchange, one queue for each (service, event), dead letters.

Two implementations: `amqp` (RabbitMQ) and `in_process` (the embedded default only). The same tests run on both.
"""

from collections.abc import Awaitable, Callable
from enum import Enum
from typing import Protocol

from service_kit.events import Envelope

EXCHANGE = "member-space"
DEAD_LETTER_EXCHANGE = "member-space.dead"


class Verdict(Enum):
    """The answer to a delivery."""

    DONE = "done"  # handled, or handled before
    DEAD = "dead"  # it can never be handled as it is: dead letter
    LATER = "later"  # the world around is broken: deliver again


class BrokerUnavailable(Exception):
    """The broker is away, or did not answer in time: whether it has the message is unknown. Publish again, same id."""


class Unroutable(Exception):
    """No queue wants this event: it stays in the outbox, and its age raises the alarm."""


Deliver = Callable[[bytes, str | None], Awaitable[Verdict]]  # body, traceparent


class Broker(Protocol):
    """A way for events to travel."""

    async def publish(self, envelope: Envelope) -> None:
        """Hand over one event, durably; raise Unroutable or BrokerUnavailable."""
        ...

    async def consume(self, service: str, deliveries: dict[str, Deliver]) -> None:
        """Deliver the events of `deliveries` (type → handler) to `service` until cancelled, then answer what is in flight."""
        ...

    def connected(self) -> bool:
        """Tell whether publishing or consuming works as far as is known."""
        ...

    async def close(self) -> None:
        """Let go of the broker."""
        ...


def queue_name(service: str, event_type: str) -> str:
    """Return the name of a subscription's queue, such as notifications.reset.requested.v1."""
    return f"{service}.{event_type}"
