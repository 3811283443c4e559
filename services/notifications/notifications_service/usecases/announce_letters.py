"""Letters with a code were handed over: their readers are told by mail, where one reaches them. Writes deliveries.

A mail that a letter replaces failed at an address that is suppressed since: nothing is sent there.
"""

from datetime import date, datetime
from uuid import UUID

from service_kit.database import Connection

from notifications_service.domain.letter_promise import expected_delivery
from notifications_service.domain.message_kinds import MAILS
from notifications_service.resources import Notifications
from notifications_service.store import letters_with_codes
from notifications_service.usecases.keep_recipient import known_email
from notifications_service.usecases.plan_message import MemberEvent, no_mail_arrives, plan_message


class HandedOverCode(MemberEvent):
    """A letter with a code that has left us: for which cause, when, and by when it should be there."""

    cause: UUID
    handed_over_at: datetime
    expected_by: date


async def announce_letters(
    notifications: Notifications, connection: Connection, letter_ids: list[UUID], *, now: datetime
) -> None:
    """Plan a mail about each of these letters that holds a code: call it in the transaction that notes the hand-over."""
    for letter in await letters_with_codes.still_awaited(connection, letter_ids):
        rules = notifications.brands[letter.brand].letters
        told = HandedOverCode(
            member_id=letter.member_id,
            brand=letter.brand,
            cause=letter.cause,
            handed_over_at=now,
            expected_by=expected_delivery(rules, now).latest,
        )
        email = await known_email(notifications, connection, told.brand, told.member_id)
        if not await no_mail_arrives(notifications, connection, told.brand, email):
            await plan_message(notifications, connection, MAILS["letter_on_its_way"], told, now=now, to=email)
