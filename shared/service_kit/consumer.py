"""Hears events: envelope → opened → the consumer's own reader → inbox and handler in one transaction → answer.

The answers, in one table (`_verdict_of`): handled or known → done; does not fit, or a final refusal → dead letter at once;
the database is away → retry in place, then deliver again later; any other error → a bounded number of tries, then dead.
"""

import asyncio

import structlog
from pydantic import ValidationError

from service_kit import inbox
from service_kit.broker import Broker, Deliver, Verdict
from service_kit.database import Database, is_unavailable
from service_kit.events import Envelope
from service_kit.metrics import EVENTS_HANDLED
from service_kit.problems import FinalEventError
from service_kit.sealing import Opener
from service_kit.subscriptions import EventContext, Reader, Subscription
from service_kit.tracing import span

TRIES = 4
PAUSES = (0.05, 0.2, 1.0)  # seconds between tries in place

log = structlog.get_logger()


class Consumer:
    """The subscriptions of one service."""

    def __init__(self, service: str, database: Database, opener: Opener, subscriptions: list[Subscription]) -> None:
        self._service, self._database, self._opener = service, database, opener
        self._subscriptions = subscriptions

    async def run(self, broker: Broker) -> None:
        """Consume until cancelled."""
        deliveries = {one.event_type: self.delivery(one) for one in self._subscriptions}
        if deliveries:
            await broker.consume(self._service, deliveries)

    def delivery(self, subscription: Subscription) -> Deliver:
        """Return what a broker calls for each message of `subscription`."""
        # At 0, so that the first event that dies is an increase, which alerts.
        EVENTS_HANDLED.labels(self._service, subscription.event_type, Verdict.DEAD.value)

        async def deliver(body: bytes, traceparent: str | None) -> Verdict:
            with (
                span(f"{self._service} consume {subscription.event_type}", traceparent=traceparent),
                structlog.contextvars.bound_contextvars(service=self._service, event_type=subscription.event_type),
            ):
                verdict = await self._handle(subscription, body, traceparent)
            EVENTS_HANDLED.labels(self._service, subscription.event_type, verdict.value).inc()
            return verdict

        return deliver

    async def _handle(self, subscription: Subscription, body: bytes, traceparent: str | None) -> Verdict:
        try:
            envelope = Envelope.decode(body, traceparent=traceparent)
            event = self.read(subscription.reader, envelope)
        except Exception as error:  # whatever the bytes do to a decoder or a reader, they will do it again
            # Neither the body nor a validator's message is logged: both may hold a person.
            log.error("event_unreadable", error=type(error).__name__, fields=_fields_at_fault(error))
            return Verdict.DEAD
        with structlog.contextvars.bound_contextvars(event_id=str(envelope.id)):
            return await self._try(subscription, envelope, event)

    def read(self, reader: type[Reader], envelope: Envelope) -> Reader:
        """Open the sealed part and return the event as `reader`; raise CannotOpen or ValidationError."""
        personal = {} if envelope.sealed is None else self._opener.open(envelope.sealed)
        return reader.model_validate(envelope.data | personal)

    async def _try(self, subscription: Subscription, envelope: Envelope, event: Reader) -> Verdict:
        for attempt in range(TRIES):
            try:
                await self._once(subscription, envelope, event)
                return Verdict.DONE
            except FinalEventError as error:
                log.error("event_refused", reason=error.code, fields=[one.field for one in error.fields])
                return Verdict.DEAD
            except Exception as error:
                away = is_unavailable(error)
                log.warning("event_failed", attempt=attempt + 1, database_away=away, exc_info=error)
                if attempt == TRIES - 1:
                    return Verdict.LATER if away else Verdict.DEAD
                await asyncio.sleep(PAUSES[attempt])
        raise AssertionError("unreachable")

    async def _once(self, subscription: Subscription, envelope: Envelope, event: Reader) -> None:
        async with self._database.transaction() as connection:
            if not await inbox.remember(connection, envelope):
                return
            await subscription.handle(connection, event, EventContext(envelope.id, envelope.type, envelope.time))
        if subscription.wake is not None:
            subscription.wake.call()


def _fields_at_fault(error: Exception) -> list[str]:
    if isinstance(error, ValidationError):
        return [".".join(map(str, one["loc"])) for one in error.errors(include_input=False, include_url=False)][:10]
    return []
