"""Figures of documents for operators (Prometheus). Labels are kinds and reasons: never a person."""

from prometheus_client import Counter, Gauge, Histogram

ISSUED = Counter("documents_issued_total", "Documents issued", ["kind"])
ISSUES_FAILED = Counter("documents_issues_failed_total", "Issues given up for the back office, by reason", ["reason"])
PLANNED_OLDEST_SECONDS = Gauge(
    "documents_planned_oldest_seconds", "Age of the oldest planned issue, 0 when there is none"
)
RENDER_SECONDS = Histogram(
    "documents_render_seconds",
    "Drawing one document, in its thread",
    ["kind"],
    buckets=(0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
UNAVAILABLE = Counter(
    "documents_unavailable_total", "Stored documents that were asked for and could not be served: an alarm", ["reason"]
)
