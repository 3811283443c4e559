"""Mails do not reach a member any more: told once by letter. Reads suppressions and recipients; writes deliveries.

Place in the flow: called in the transaction in which a mail has failed, where no letter took that mail's place; such a letter
says it, too.
"""

from datetime import datetime
from uuid import UUID

from service_kit.database import Connection
from service_kit.personal import Personal

from notifications_service.domain.message_kinds import LETTERS
from notifications_service.resources import Notifications
from notifications_service.store import lost_addresses
from notifications_service.store.deliveries import EndedDelivery
from notifications_service.usecases.plan_message import MemberEvent, all_email_digests, plan_message
from notifications_service.usecases.plan_notice import known_email

# Identity posts a code instead of these, which says enough.
_REPLACED_BY_IDENTITY = frozenset({"password_reset", "welcome"})


class UnreachableAddress(MemberEvent):
    """An address at which nothing arrives, and the message by which that was found."""

    suppression_id: UUID
    about: str
    planned_at: datetime
    email: Personal | None = None


async def tell_unreachable(
    notifications: Notifications, connection: Connection, ended: EndedDelivery, *, now: datetime
) -> bool:
    """Plan the letter, if the mail that has `ended` had its address suppressed; False where there is nothing to tell.

    That is so where the address is not the one that contracts knows of the member: whoever typed another one, or has replaced
    it, is not told of it.
    """
    lost = await lost_addresses.find(connection, ended.id)
    if lost is None or ended.purpose in _REPLACED_BY_IDENTITY:
        return False
    told = UnreachableAddress(
        member_id=ended.member_id,
        brand=ended.brand,
        suppression_id=lost.suppression_id,
        about=ended.purpose,
        planned_at=lost.planned_at,
    )
    known = await known_email(notifications, connection, told)
    if known is None or lost.address_digest not in all_email_digests(notifications, ended.brand, known):
        return False
    letter = told.model_copy(update={"email": known})
    await plan_message(notifications, connection, LETTERS["email_unreachable"], letter, now=now)
    return True
