"""Whether the print provider that speaks HTTP answers: kept by its circuit, shown as a figure, told to operators."""

import structlog

from notifications_service import metrics
from notifications_service.channels.maileva.answers import CredentialsRefused, ProviderAway
from notifications_service.channels.maileva.provider import Maileva
from notifications_service.resources import Notifications

CREDENTIALS_PAUSE = 300.0  # seconds; a restart tries at once
PROVIDER_DOWN = "provider-down"

log = structlog.get_logger()


def note_provider_answers(provider: Maileva) -> None:
    """Note that the provider answers, be it with a refusal."""
    provider.circuit.succeeded()
    metrics.PROVIDER_OPEN.set(1)


def note_provider_away(
    notifications: Notifications, provider: Maileva, error: ProviderAway | CredentialsRefused
) -> None:
    """Note that nothing can be asked of the provider for a while."""
    now = notifications.now()
    if not provider.circuit.lets_through(now):
        return  # several calls of one round have failed: it is down once
    if isinstance(error, CredentialsRefused):
        reason, pause = error.reason, CREDENTIALS_PAUSE
    else:
        reason, pause = PROVIDER_DOWN, error.retry_after
    provider.circuit.failed(now, at_least=pause)
    metrics.PROVIDER_OPEN.set(0)
    metrics.PROVIDER_ALARMS.labels(reason).inc()
    log.error("print_provider_alarm", reason=reason, cause=error.reason)
