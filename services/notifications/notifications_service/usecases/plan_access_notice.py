"""An access was asked for with a member's numbers: the member is told through what was known before. Writes deliveries.

Whoever holds two numbers may have asked, with an address of their own. So the notice goes to the e-mail address that the
mutual had, unless that is the typed one, and otherwise by post.
"""

from datetime import datetime

import structlog
from pydantic import ValidationError
from service_kit.database import Connection
from service_kit.key_rings import KeyRingUnusable
from service_kit.personal import Personal

from notifications_service.domain.mail_address import is_another_mailbox
from notifications_service.domain.message_kinds import LETTERS, MAILS
from notifications_service.resources import Notifications
from notifications_service.store import recipients
from notifications_service.usecases.keep_recipient import open_recipient
from notifications_service.usecases.plan_message import MemberEvent, plan_message

PURPOSE = "access_requested"

log = structlog.get_logger()


async def plan_access_notice(
    notifications: Notifications, connection: Connection, event: MemberEvent, *, typed: Personal, now: datetime
) -> None:
    """Plan the notice of an access that was asked for with the address `typed`."""
    known = await _known_address(notifications, connection, event)
    if known is not None and is_another_mailbox(known.reveal(), typed.reveal()):
        await plan_message(notifications, connection, MAILS[PURPOSE], event, now=now, to=known)
    else:
        await plan_message(notifications, connection, LETTERS[PURPOSE], event, now=now)


async def _known_address(notifications: Notifications, connection: Connection, event: MemberEvent) -> Personal | None:
    sealed = await recipients.find(connection, event.brand, event.member_id)
    if sealed is None:
        return None
    try:
        return open_recipient(notifications, event.member_id, sealed).email
    except (KeyRingUnusable, ValidationError) as error:  # the letter waits until it can be read
        log.error("recipient_not_readable", member_id=str(event.member_id), error=type(error).__name__)
        return None
