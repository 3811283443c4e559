"""The print provider is asked to tell us of letters by itself, where we have an address for that. Asks before it subscribes."""

import structlog

from notifications_service.channels.maileva.answers import CredentialsRefused, ProviderAway, RequestRefused
from notifications_service.channels.maileva.client import SENDINGS
from notifications_service.resources import Notifications

# What mail/v2 tells of its sendings; that a letter came back is found by looking.
EVENTS = ("ON_STATUS_ACCEPTED", "ON_STATUS_REJECTED", "ON_STATUS_PROCESSED")

log = structlog.get_logger()


async def subscribe_to_provider(notifications: Notifications) -> int:
    """Subscribe to what is not subscribed to yet; that it fails harms nothing but the pace. Always returns 0."""
    provider, callback_url = notifications.maileva, notifications.settings.maileva_callback_url
    if provider is None or callback_url is None or not provider.circuit.lets_through(notifications.now()):
        return 0
    try:
        page = await provider.client.subscriptions()
        known = {
            one.event_type for one in page.subscriptions if _is_ours(one.resource_type, one.callback_url, callback_url)
        }
        for event_type in EVENTS:
            if event_type not in known:
                await provider.client.subscribe(event_type, callback_url)
                log.info("subscribed_to_provider", event_type=event_type)
    except (ProviderAway, CredentialsRefused, RequestRefused) as error:
        log.warning("not_subscribed_to_provider", reason=str(error) or type(error).__name__)
    return 0


def _is_ours(resource_type: str, there: str, callback_url: str) -> bool:
    return resource_type == SENDINGS and there.rstrip("/") == callback_url
