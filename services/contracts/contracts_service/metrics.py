"""Figures of contracts (Prometheus). Labels are brands: never a person."""

from prometheus_client import Gauge

OLDEST_REQUEST_SECONDS = Gauge(
    "beneficiary_requests_oldest_seconds",
    "Age of the complete request that has waited longest for a decision",
    ["brand"],
)
