"""Figures of identity for operators (Prometheus). Labels are brands, steps and causes: never a person."""

from prometheus_client import Counter, Gauge

ATTEMPTS_REFUSED = Counter(
    "identity_attempts_refused_total",
    "Attempts that limits refused before they were looked at, by what had filled up",
    ["brand", "purpose", "scope", "answer"],
)

DEEDS_FOREIGN = Gauge(
    "identity_deeds_foreign",
    "Deeds that identity did not write, or that were altered before they were chained: verify-audit names them",
)
