"""A mail has not reached a member: told by letter. Reads deliveries, suppressions and recipients; writes deliveries.

Place in the flow: called in the transaction in which a mail has failed, where no letter took that mail's place; such a letter
says it, too. The letter names the message, whose content is blanked: once for each address that is suppressed, and otherwise
for each notice that came back.
"""

from datetime import datetime
from uuid import UUID

from service_kit.database import Connection
from service_kit.personal import Personal

from notifications_service.domain.lanes import Lane
from notifications_service.domain.message_content import MessageContent
from notifications_service.domain.message_kinds import INSTEAD, LETTERS, MAILS
from notifications_service.resources import Notifications
from notifications_service.store import deliveries, lost_addresses, suppressions
from notifications_service.store.deliveries import EndedDelivery
from notifications_service.store.lost_addresses import LostAddress
from notifications_service.usecases.draft_message import Occasion, all_email_digests, draft_message
from notifications_service.usecases.keep_recipient import known_email

# Identity posts a code instead of these, which says enough.
_REPLACED_BY_IDENTITY = frozenset({"password_reset", "welcome"})


async def tell_unreachable(
    notifications: Notifications, connection: Connection, ended: EndedDelivery, *, now: datetime
) -> bool:
    """Plan the letter about a mail that has `ended`; False where there is nothing to tell.

    What a letter can say, the member must know, wherever it was sent. Of other mails only that their address is suppressed, if
    it is the one that contracts knows: whoever typed another one, or has replaced it, is not told of it.
    """
    if MAILS[ended.purpose].lane is Lane.BULK or ended.purpose in _REPLACED_BY_IDENTITY:
        return False
    letter = INSTEAD.get(ended.purpose)
    lost = await lost_addresses.find(connection, ended.id, letter=None if letter is None else letter.purpose)
    if lost is None or lost.brought_document:
        return False
    suppression_id, is_known = await _suppression(notifications, connection, ended, lost)
    is_untold = letter is not None and not lost.said_by_letter
    if not is_untold and not (is_known and suppression_id is not None):
        return False
    occasion = Occasion(ended.brand, ended.member_id, suppression_id or ended.id)
    content = _content(ended, lost, came_back=suppression_id is None)
    kind = LETTERS["email_unreachable"]
    return await deliveries.plan(connection, draft_message(notifications, kind, occasion, content, now=now))


async def _suppression(
    notifications: Notifications, connection: Connection, ended: EndedDelivery, lost: LostAddress
) -> tuple[UUID | None, bool]:
    """Return the suppression of a mail's address, and whether contracts knows that address of the member."""
    if lost.address_digest is None:  # a mail of before addresses were recognised
        return None, False
    known = await known_email(notifications, connection, ended.brand, ended.member_id)
    digests = [] if known is None else all_email_digests(notifications, ended.brand, known)
    is_known = lost.address_digest in digests
    looked_for = digests if is_known else [lost.address_digest]
    return await suppressions.of_address(connection, ended.brand, digests=looked_for), is_known


def _content(ended: EndedDelivery, lost: LostAddress, *, came_back: bool) -> MessageContent:
    hint = Personal(lost.masked_address or "")  # a hint at a hint is the same one
    return MessageContent(other_email=hint, about=ended.purpose, moment=lost.planned_at, came_back=came_back)
