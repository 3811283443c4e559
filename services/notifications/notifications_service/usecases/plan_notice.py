"""A notice goes to an e-mail address of the member's, or else by letter: one row either way. Reads recipients; writes deliveries.

An address at which nothing arrives is none: `plan_message` makes a letter of such a notice, `replace_by_letter` of one whose
mail fails.
"""

from service_kit.database import Connection
from service_kit.personal import Personal

from notifications_service.domain.mail_address import is_another_mailbox
from notifications_service.domain.message_kinds import LETTERS, MAILS
from notifications_service.resources import Notifications
from notifications_service.store import recipients
from notifications_service.usecases.keep_recipient import known_email
from notifications_service.usecases.plan_message import MemberEvent, plan_message


async def plan_notice(
    notifications: Notifications, connection: Connection, purpose: str, event: MemberEvent, *, to: Personal | None
) -> None:
    """Plan a notice to the address `to`, or by letter where that is None; nothing where no letter says it.

    What the law wants on a durable medium goes by letter to who has asked for paper, too (code de la mutualité, L221-6-5).
    """
    if MAILS[purpose].is_durable and await recipients.wants_paper(connection, event.brand, event.member_id):
        to = None
    kind = LETTERS.get(purpose) if to is None else MAILS[purpose]
    if kind is not None:
        await plan_message(notifications, connection, kind, event, now=notifications.now(), to=to)


async def plan_access_notice(
    notifications: Notifications, connection: Connection, event: MemberEvent, *, typed: Personal
) -> None:
    """Tell a member that an access was asked for with their numbers and the address `typed`.

    Whoever holds two numbers may have asked, with an address of their own. So the notice goes to the e-mail address that the
    mutual had, unless that is the typed one, and otherwise by post.
    """
    known = await known_email(notifications, connection, event.brand, event.member_id)
    elsewhere = known if known is not None and is_another_mailbox(known.reveal(), typed.reveal()) else None
    await plan_notice(notifications, connection, "access_requested", event, to=elsewhere)
