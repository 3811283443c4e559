"""One trace from the member's click to the mail: W3C `traceparent` kept in a context variable and in the outbox row.

With an OpenTelemetry SDK configured by the operator, `span` also records spans; without one it only carries the ids. Spans
hold routes, event types and exceptions' types, never values.
"""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import structlog
from opentelemetry import trace
from opentelemetry.trace import Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

_PATTERN = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_current: ContextVar[str | None] = ContextVar("traceparent", default=None)
_propagator = TraceContextTextMapPropagator()


def current_traceparent() -> str | None:
    """Return the traceparent of the request or event being handled."""
    return _current.get()


@contextmanager
def span(name: str, *, traceparent: str | None = None) -> Iterator[str]:
    """Work under `traceparent` (a new trace when it is absent or malformed), bound to the logs as `trace_id`."""
    parent = traceparent if traceparent and _PATTERN.fullmatch(traceparent) else None
    context = _propagator.extract({"traceparent": parent}) if parent else None
    tracer = trace.get_tracer("service_kit")
    # The SDK's own event and status would quote the exception's message, which may quote a person.
    with tracer.start_as_current_span(
        name, context=context, record_exception=False, set_status_on_exception=False
    ) as current:
        carrier: dict[str, str] = {}
        _propagator.inject(carrier)
        here = carrier.get("traceparent") or parent or f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-00"
        token = _current.set(here)
        try:
            with structlog.contextvars.bound_contextvars(trace_id=here.split("-")[1]):
                yield here
        except Exception as error:
            current.set_status(Status(StatusCode.ERROR, type(error).__name__))
            raise
        finally:
            _current.reset(token)
