"""Somebody without an account has asked for the end of a contract: the receipt, to the address that was typed.

Writes receipts_of_the_day and deliveries, in the consumer's transaction. Nothing of it depends on whose contract it is, if it is
anybody's: who tries pairs of name and number reads the same mail each time. Nobody whom we know is told here, so the
request's id stands in the member's place, and `remove_old_receipts` deletes by age.
"""

from datetime import datetime
from uuid import UUID

import structlog
from service_kit.clock import civil_date
from service_kit.database import Connection
from service_kit.personal import Personal
from service_kit.subscriptions import Reader

from notifications_service.domain.mail_address import AddressUnusable, MailAddress
from notifications_service.domain.message_kinds import MAILS
from notifications_service.resources import Notifications
from notifications_service.store import receipts
from notifications_service.usecases.plan_message import MemberEvent, plan_message

MOST_A_DAY = 3  # receipts at one mailbox: whoever types somebody else's address floods nobody

log = structlog.get_logger()


class ReceivedTermination(Reader):
    """What notifications reads of a request without an account; `email` is where its sender wants the receipt."""

    brand: str
    termination_id: UUID
    received_at: datetime
    use: str
    email: Personal | None = None


class Receipt(MemberEvent):
    """What is told of it: never a name, nor when the contract ends."""

    termination_id: UUID
    received_at: datetime
    use: str
    email: Personal

    @property
    def effective_date(self) -> None:
        """Return what nobody has decided yet."""
        return None


async def plan_receipt(notifications: Notifications, connection: Connection, request: ReceivedTermination) -> None:
    """Plan the receipt, unless no address was given, none that a mail can be sent to, or it had enough of them today."""
    if request.email is None:
        return
    now = notifications.now()
    if await _is_too_many(notifications, connection, request.brand, request.email, now=now):
        log.warning("receipt_not_sent", termination_id=str(request.termination_id))
        return
    receipt = Receipt(
        member_id=request.termination_id,
        brand=request.brand,
        termination_id=request.termination_id,
        received_at=request.received_at,
        use=request.use,
        email=request.email,
    )
    await plan_message(notifications, connection, MAILS["termination_receipt"], receipt, now=now)


async def _is_too_many(
    notifications: Notifications, connection: Connection, brand: str, email: Personal, *, now: datetime
) -> bool:
    try:
        mailbox = MailAddress.parse(email.reveal().strip()).mailbox
    except AddressUnusable:
        return True
    digest = notifications.addresses.of(brand, mailbox)
    return await receipts.count(connection, digest, day=civil_date(now)) > MOST_A_DAY
