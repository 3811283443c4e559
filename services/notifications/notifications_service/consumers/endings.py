"""Hears of contracts that will end or have ended, and of spaces that will be closed: what contracts tells of endings."""

from datetime import date, datetime
from uuid import UUID

from service_kit.database import Connection
from service_kit.personal import Personal
from service_kit.subscriptions import Reader, Subscription

from notifications_service.consumers.telling import by_notice, telling
from notifications_service.domain.mail_address import is_another_mailbox
from notifications_service.domain.message_kinds import MAILS
from notifications_service.resources import Notifications
from notifications_service.usecases.keep_recipient import known_email
from notifications_service.usecases.plan_message import MemberEvent, plan_message
from notifications_service.usecases.plan_notice import plan_notice
from notifications_service.usecases.plan_receipt import ReceivedTermination, plan_receipt
from notifications_service.usecases.tell_cancelled_termination import (
    UndoneTermination,
    is_cancelled,
    tell_cancelled_termination,
)

EVENTS = (
    "termination.received.v1",
    "termination.registered.v1",
    "termination.answered.v1",
    "termination.cancelled.v1",
    "contract.ended.v1",
    "removal.announced.v1",
)


class NamedHolder(Reader):
    """Whose contract ends: where the event says so, documents draws a notice of it."""

    last_name: Personal


class RegisteredTermination(MemberEvent):
    """What notifications reads of a termination; `email` is where a sender whom we know wants the receipt."""

    termination_id: UUID
    received_at: datetime
    effective_date: date
    use: str = "termination"
    email: Personal | None = None
    holder: NamedHolder | None = None

    @property
    def cause(self) -> UUID:
        """Return what a notice in words is told of once."""
        return self.termination_id

    @property
    def attachment(self) -> None:
        """Return what a notice in words brings: nothing."""


class AnsweredTermination(MemberEvent):
    """What notifications reads of a request that ends nothing; `explanation` is said as contracts says it."""

    termination_id: UUID
    received_at: datetime
    use: str
    explanation: list[Personal]

    @property
    def answer(self) -> Personal:
        """Return the explanation as one paragraph."""
        return Personal(" ".join(sentence.reveal() for sentence in self.explanation))


class EndedContract(MemberEvent):
    """What notifications reads of a contract whose last day has passed."""

    ending_id: UUID
    end_date: date


class AnnouncedRemoval(MemberEvent):
    """What notifications reads of a former member's space that will be closed."""

    removal_id: UUID
    access_until: date


def subscriptions(notifications: Notifications) -> list[Subscription]:
    """Return the subscriptions."""
    return [
        telling(notifications, "termination.received.v1", ReceivedTermination, plan_receipt),
        telling(notifications, "termination.cancelled.v1", UndoneTermination, tell_cancelled_termination),
        telling(notifications, "termination.registered.v1", RegisteredTermination, _acknowledge),
        telling(notifications, "termination.answered.v1", AnsweredTermination, by_notice("termination_answered")),
        telling(notifications, "contract.ended.v1", EndedContract, by_notice("contract_ended")),
        telling(notifications, "removal.announced.v1", AnnouncedRemoval, by_notice("removal_announced")),
    ]


async def _acknowledge(
    notifications: Notifications, connection: Connection, termination: RegisteredTermination
) -> None:
    # Whoever sends it may give an address of their own: the member is told by what was known before, whatever that is.
    known = await known_email(notifications, connection, termination.brand, termination.member_id)
    if await is_cancelled(connection, termination.termination_id):
        return  # this news comes late
    if termination.holder is None:  # otherwise by the notice that documents draws: consumers/documents.py
        await plan_notice(notifications, connection, "termination_acknowledged", termination, to=known)
    given = termination.email
    if given is not None and (known is None or is_another_mailbox(given.reveal(), known.reveal())):
        receipt = MAILS["termination_receipt"]
        await plan_message(notifications, connection, receipt, termination, now=notifications.now())
