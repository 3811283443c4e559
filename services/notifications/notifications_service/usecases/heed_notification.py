"""The print provider says that something became of a letter. Anybody may say so: nothing is believed, we only look sooner.

Writes submitted_letters. The worker asks the provider itself (`follow_letters`).
"""

from datetime import timedelta

from service_kit.http.problems import TooManyRequests

from notifications_service.resources import Notifications
from notifications_service.store import followed_letters

LOOKS_APART = timedelta(minutes=1)


async def heed_notification(notifications: Notifications, sending_id: str) -> None:
    """Look at a sending as soon as a minute has passed since the last look; raise TooManyRequests."""
    now = notifications.now()
    if notifications.notified.left(now) < 1:
        raise TooManyRequests(limit=round(notifications.notified.per_second), retry_after=1)
    notifications.notified.take(1, now)
    async with notifications.database.connection() as connection:
        await followed_letters.note_notification(connection, sending_id, now=now, not_before=now - LOOKS_APART)
