"""A termination was undone: its acknowledgement is stopped unless it has left, and the member is told what holds now.

Writes cancelled_terminations and deliveries, in the consumer's transaction. A notice that comes later is brought no more.
"""

from datetime import date, datetime
from uuid import UUID

from service_kit.database import Connection

from notifications_service.domain.message_kinds import Purpose
from notifications_service.resources import Notifications
from notifications_service.store import cancelled_terminations
from notifications_service.store.cancelled_terminations import CancelledTermination
from notifications_service.usecases.keep_recipient import known_email
from notifications_service.usecases.plan_message import MemberEvent
from notifications_service.usecases.plan_notice import plan_notice

STOPPED: Purpose = "termination_acknowledged"


class UndoneTermination(MemberEvent):
    """What notifications reads of a termination that was undone; `end_date` is the contract's last day all the same."""

    termination_id: UUID
    cancelled_at: datetime
    use: str = "termination"
    end_date: date | None = None


async def tell_cancelled_termination(
    notifications: Notifications, connection: Connection, undone: UndoneTermination
) -> None:
    """Stop what acknowledges the termination, and plan the notice that it is undone; raise as plan_message does."""
    termination = CancelledTermination(undone.termination_id, undone.brand, undone.member_id, undone.cancelled_at)
    await cancelled_terminations.lock(connection, termination.id)
    await cancelled_terminations.add(connection, termination)
    await cancelled_terminations.stop_messages(connection, termination, purpose=STOPPED, now=notifications.now())
    to = await known_email(notifications, connection, undone.brand, undone.member_id)
    await plan_notice(notifications, connection, "termination_cancelled", undone, to=to)


async def is_cancelled(connection: Connection, termination_id: UUID) -> bool:
    """Tell whether a termination was undone, having waited for whoever is just undoing it."""
    await cancelled_terminations.lock(connection, termination_id)
    return await cancelled_terminations.covers(connection, termination_id)
