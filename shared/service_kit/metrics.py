"""Figures for operators (Prometheus). Labels are services, routes, event types and states: never a person."""

from prometheus_client import Counter, Gauge, Histogram

HTTP_REQUESTS = Counter("http_requests_total", "Answered requests", ["service", "operation", "status"])
HTTP_SECONDS = Histogram(
    "http_request_seconds",
    "From the request's head to the answer",
    ["service", "operation"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
OUTBOX_PUBLISHED = Counter("outbox_published_total", "Events confirmed by the broker", ["service", "event"])
OUTBOX_REFUSED = Counter("outbox_refused_total", "Publishes that failed, by reason", ["service", "reason"])
OUTBOX_OLDEST_SECONDS = Gauge(
    "outbox_oldest_seconds", "Age of the oldest unpublished event: the first alarm", ["service"]
)
BROKER_CONNECTED = Gauge("broker_connected", "1 while the service is connected to the broker", ["service"])
BROKER_BLOCKED = Gauge("broker_blocked", "1 while the broker refuses publishes (memory or disk alarm)", ["service"])
EVENTS_HANDLED = Counter("events_handled_total", "Consumed events by verdict", ["service", "event", "verdict"])
LOOP_SECONDS = Histogram("loop_round_seconds", "One round of a background loop that did work", ["service", "loop"])
LOOP_FAILURES = Counter("loop_failures_total", "Rounds that ended in an exception", ["service", "loop"])
