"""What contracts publishes of a contract's end that somebody has asked for: `events` has them all.

A request without an account is received before anybody looks whose contract it is; what has an effect is registered, what
has none is answered; what should not have been is cancelled.
"""

from datetime import date, datetime
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from service_kit.events import Event, Sealed

from contracts_service.event_parts import MemberNews, TerminationHolder

RECEIVED, REGISTERED, ANSWERED, CANCELLED = 1, 1, 1, 2  # the versions in which each is told

Use = Literal["termination", "withdrawal"]
Cause = Literal["contested", "cancelled"]  # by the member, or by the back office


class TerminationReceived(Event):
    """Somebody without an account has confirmed a request: notifications sends the receipt to the address that was typed.

    Told of every such request, whoever it is about, before anybody looks: whoever reads the receipt learns nothing of whether
    name and number belong together. `email` is null where no address was given (D221-1).
    """

    event_type: ClassVar[str] = "termination.received.v1"
    aggregate: ClassVar[str] = "termination_id"
    recipients: ClassVar[tuple[str, ...]] = ("notifications",)

    brand: str
    termination_id: UUID
    received_at: datetime
    use: Use
    email: Annotated[str | None, Sealed]


class TerminationRegistered(MemberNews):
    """A termination was received, and has an effect: documents issues the notice of it, notifications brings that to the member.

    Code de la mutualité, L221-10-3 and R221-6. `email` is the means of contact that a member who has signed in, or
    who has written, has given (D221-1), if any: whoever has no account is told by `termination.received`.
    """

    event_type: ClassVar[str] = "termination.registered.v1"
    aggregate: ClassVar[str] = "termination_id"
    recipients: ClassVar[tuple[str, ...]] = ("notifications", "documents")

    termination_id: UUID
    received_at: datetime
    effective_date: date  # the last day of cover
    use: Use = "termination"
    requalified: bool = False  # as an infra-annual termination (R221-5 II)
    product: str | None = None
    refund_by: date | None = None  # what was paid beyond the effective date is given back by this day (L221-10-2)
    email: Annotated[str | None, Sealed] = None
    motive: Annotated[str | None, Sealed] = None  # a code of domain/termination
    holder: Annotated[TerminationHolder | None, Sealed] = None


class TerminationAnswered(MemberNews):
    """A request that came without an account or on paper ends nothing: notifications tells the member why, and what is open.

    Told of what was not decided before its sender's eyes. `explanation` is what a member reads on line: sentences in French.
    """

    event_type: ClassVar[str] = "termination.answered.v1"
    aggregate: ClassVar[str] = "termination_id"

    termination_id: UUID
    received_at: datetime
    outcome: Literal["routed", "not_open"]  # to the employer, or not at all
    use: Use
    reason: str  # a code of domain/termination
    explanation: Annotated[list[str], Sealed]


class TerminationCancelled(MemberNews):
    """A termination that was registered is undone: documents ends its notice, notifications tells the member what holds now.

    Its version is higher than the registered one's, which revives nothing where it comes later.
    """

    event_type: ClassVar[str] = "termination.cancelled.v1"
    aggregate: ClassVar[str] = "termination_id"
    recipients: ClassVar[tuple[str, ...]] = ()  # it says nothing that is sealed

    termination_id: UUID
    cancelled_at: datetime
    cause: Cause
    use: Use = "termination"
    end_date: date | None  # the contract's last day now, if it has one all the same
