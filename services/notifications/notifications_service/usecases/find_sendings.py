"""Letters are looked up at the print provider's, by our ids: where an attempt may have left a sending whose id nobody knows.

The provider's list has no filter, so it is read page by page, once for all letters of a round, and not for ever. A draft that is
not found stays there: it is empty, and nobody will submit it.
"""

import asyncio
from uuid import UUID

import structlog

from notifications_service.channels.maileva.client import PAGE, MailevaClient
from notifications_service.channels.maileva.models import Sending
from notifications_service.resources import Notifications
from notifications_service.store.submitted_letters import OpenLetter

log = structlog.get_logger()


async def find_sendings(
    notifications: Notifications, client: MailevaClient, letters: list[OpenLetter], *, seconds: float
) -> dict[UUID, list[Sending]]:
    """Return the sendings that bear the id of one of the letters about which there is a doubt; look for `seconds` at most."""
    always = notifications.settings.maileva_look_up == "always"
    wanted = {str(letter.id): letter.id for letter in letters if _is_in_doubt(letter) or (always and _is_new(letter))}
    found: dict[UUID, list[Sending]] = {}
    if not wanted:
        return found
    try:
        async with asyncio.timeout(seconds) as deadline:
            if await _look_through(notifications, client, wanted, found):
                return found
    except TimeoutError:
        if not deadline.expired():
            raise
    log.warning("look_up_ended_early", letters=len(wanted))
    return found


async def _look_through(
    notifications: Notifications, client: MailevaClient, wanted: dict[str, UUID], found: dict[UUID, list[Sending]]
) -> bool:
    """Add to `found` what is listed; False when there is more than we look at."""
    for number in range(notifications.settings.maileva_look_up_pages):
        page = await client.sendings(number)
        for sending in page.sendings:
            if sending.custom_id in wanted:
                found.setdefault(wanted[sending.custom_id], []).append(sending)
        total = page.paging.total_results
        if len(page.sendings) < PAGE if total is None else total <= (number + 1) * PAGE:
            return True
    return False


def _is_in_doubt(letter: OpenLetter) -> bool:
    return letter.begun_at is not None and letter.sending_id is None


def _is_new(letter: OpenLetter) -> bool:
    return letter.chosen_at is None
