"""What contracts publishes, or has agreed to publish: README.md says which of these no use case makes yet."""

from datetime import date, datetime
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field
from service_kit.events import Event, Sealed

from contracts_service.domain.enrolment_line import ContractKind
from contracts_service.event_parts import Address, Beneficiary, Guarantee, MemberNews

# Each of a contract's end, which have a module of their own.
from contracts_service.termination_events import TerminationAnswered as TerminationAnswered
from contracts_service.termination_events import TerminationCancelled as TerminationCancelled
from contracts_service.termination_events import TerminationReceived as TerminationReceived
from contracts_service.termination_events import TerminationRegistered as TerminationRegistered


class MemberState(Event):
    """A member's whole state: each version replaces the one before."""

    aggregate: ClassVar[str] = "member_id"
    recipients: ClassVar[tuple[str, ...]] = ("identity", "notifications", "documents")

    member_id: UUID
    brand: str
    effective_date: date
    renewal_date: date | None = None
    end_date: date | None = None
    contract_kind: ContractKind
    product: str
    responsible: bool
    guarantees: list[Guarantee]
    # How the member wants what the law asks for on a durable medium (code de la mutualité, L221-6-5).
    delivery_preference: Literal["electronic", "paper"] = "electronic"
    membership_number: Annotated[str, Sealed]
    nir: Annotated[str, Sealed]
    title: Annotated[str | None, Sealed] = None
    last_name: Annotated[str, Sealed]
    birth_name: Annotated[str | None, Sealed] = None
    first_name: Annotated[str | None, Sealed] = None
    birth_date: Annotated[str, Sealed]
    email: Annotated[str | None, Sealed] = None
    statement_identifier: Annotated[str | None, Sealed] = None
    address: Annotated[Address, Sealed]
    beneficiaries: Annotated[list[Beneficiary], Sealed]


class MemberEnrolled(MemberState):
    """A person has become a member: identity opens an account, notifications a recipient, documents issues the card."""

    event_type: ClassVar[str] = "member.enrolled.v1"


class MemberChanged(MemberState):
    """What is known of a member has changed: the person, the contract or the people whom it covers."""

    event_type: ClassVar[str] = "member.changed.v1"


class BeneficiaryAutonomous(Event):
    """How somebody stands who is known apart from the member whose contract covers them (code de la mutualité, L114-2).

    Each version replaces the one before: identity opens an account of the person's own, notifications a recipient. From
    `effective_date` on the person is 16 and covered, `end_date` is the last day covered; `autonomous` is false after a refusal.
    """

    event_type: ClassVar[str] = "beneficiary.autonomous.v1"
    aggregate: ClassVar[str] = "beneficiary_id"
    recipients: ClassVar[tuple[str, ...]] = ("identity", "notifications")

    beneficiary_id: UUID
    member_id: UUID  # the policyholder's
    brand: str
    effective_date: date
    end_date: date | None = None
    autonomous: bool
    # By which way the person is told what the law wants on a durable medium: their own choice, not the member's (L221-6-5).
    delivery_preference: Literal["electronic", "paper"] = "electronic"
    membership_number: Annotated[str, Sealed]
    nir: Annotated[str | None, Sealed] = None  # 13 characters; null once it is known no more, or was somebody else's
    last_name: Annotated[str, Sealed]
    first_name: Annotated[str | None, Sealed] = None
    birth_date: Annotated[str, Sealed]
    email: Annotated[str | None, Sealed] = None  # the person's own
    address: Annotated[Address, Sealed]  # the contract's, without the line that names the member


class ContractEnded(MemberNews):
    """The last day of a contract has passed (a civil day in Paris): notifications tells the member what remains.

    Once for each end: one that is corrected to another day is told again when that has passed.
    """

    event_type: ClassVar[str] = "contract.ended.v1"
    aggregate: ClassVar[str] = "contract_id"
    recipients: ClassVar[tuple[str, ...]] = ()  # it says nothing that is sealed

    contract_id: UUID
    ending_id: UUID
    end_date: date  # the last day of cover


class ContributionUnpaid(MemberNews):
    """A contribution was not paid when it was due, or its direct debit was rejected: notifications tells the member.

    It is no formal notice (code de la mutualité, L221-7): that is a letter of its own.
    """

    event_type: ClassVar[str] = "contribution.unpaid.v1"
    aggregate: ClassVar[str] = "contribution_id"

    contribution_id: UUID
    unpaid_id: UUID  # of this time: the same contribution may be rejected twice
    due_date: date
    period_start: date
    period_end: date
    method: Literal["direct_debit", "transfer", "cheque", "card"]
    amount: Annotated[str, Field(pattern=r"^[0-9]{1,7}\.[0-9]{2}$"), Sealed]  # euros


Changeable = Literal["phone", "address", "delivery_preference"]


class ContactDetailsChanged(MemberNews):
    """Somebody has changed how a person is reached: notifications tells them what, never what it is now.

    With `by_post` the e-mail address is too new to be believed; a letter goes to `former_address` where there is one.
    """

    event_type: ClassVar[str] = "contact-details.changed.v1"
    aggregate: ClassVar[str] = "change_id"

    change_id: UUID
    changed_at: datetime
    changed: list[Changeable]
    by_post: bool = False
    former_address: Annotated[Address | None, Sealed] = None


class EmailCheckRequested(MemberNews):
    """An e-mail address is to be confirmed, as every year (code de la mutualité, L221-6-5): notifications asks by mail."""

    event_type: ClassVar[str] = "email-check.requested.v1"
    aggregate: ClassVar[str] = "check_id"

    check_id: UUID
    reply_by: date  # the last day on which an answer counts
    email: Annotated[str, Sealed]


class ReimbursementSettled(MemberNews):
    """A statement has new lines for `member_id`, the member or an autonomous person: notifications says so, nothing of care."""

    event_type: ClassVar[str] = "reimbursement.settled.v1"
    aggregate: ClassVar[str] = "statement_id"
    recipients: ClassVar[tuple[str, ...]] = ()  # it says nothing that is sealed

    statement_id: UUID
    settlement_id: UUID  # of this time: more lines may come to the same statement
    settled_on: date  # the latest payment


class BankDetailsChanged(MemberNews):
    """Another bank account was given, and will be used from a day on: notifications tells who was the member's before.

    Without `former_email` the member is told by post, never at an address that came with the account; a letter goes to
    `former_address` where there is one, since the present one came shortly before.
    """

    event_type: ClassVar[str] = "bank-details.changed.v1"
    aggregate: ClassVar[str] = "change_id"

    change_id: UUID
    changed_at: datetime
    in_force_on: date  # until the day before, the member can stop the change
    iban_ending: Annotated[str, Field(pattern=r"^[0-9A-Z]{4}$"), Sealed]
    former_email: Annotated[str | None, Sealed] = None
    former_address: Annotated[Address | None, Sealed] = None


class BeneficiaryRequest(MemberNews):
    """A member's request to add somebody to the contract, or to remove them."""

    aggregate: ClassVar[str] = "request_id"

    request_id: UUID
    change: Literal["addition", "removal"]
    first_name: Annotated[str | None, Sealed] = None
    last_name: Annotated[str, Sealed]


class BeneficiaryRequested(BeneficiaryRequest):
    """A request about a beneficiary has come: notifications acknowledges it."""

    event_type: ClassVar[str] = "beneficiary.requested.v1"

    requested_at: datetime


class BeneficiaryAccepted(BeneficiaryRequest):
    """A request about a beneficiary is accepted: notifications tells the member from when on."""

    event_type: ClassVar[str] = "beneficiary.accepted.v1"

    decided_at: datetime
    effective_date: date


class BeneficiaryRefused(BeneficiaryRequest):
    """A request about a beneficiary is refused: notifications tells the member why."""

    event_type: ClassVar[str] = "beneficiary.refused.v1"

    decided_at: datetime
    reason: Annotated[str, Field(min_length=3, max_length=600), Sealed]  # whole French sentences for the member


class BeneficiaryAdded(MemberNews):
    """Somebody is covered from now on: documents lets the member's next card go ahead of all others.

    What the card shows of them comes with the member's own news, `member.changed` of this `member_version`.
    """

    event_type: ClassVar[str] = "beneficiary.added.v1"
    aggregate: ClassVar[str] = "beneficiary_id"
    recipients: ClassVar[tuple[str, ...]] = ()  # it says nothing that is sealed

    beneficiary_id: UUID
    member_version: int  # the member's version that has them on it


class RemovalAnnounced(MemberNews):
    """The space of a former member will be closed: notifications tells it two months before (code de la mutualité, L221-6-6)."""

    event_type: ClassVar[str] = "removal.announced.v1"
    aggregate: ClassVar[str] = "member_id"
    recipients: ClassVar[tuple[str, ...]] = ()  # it says nothing that is sealed

    removal_id: UUID
    access_until: date  # the last day


class MemberRemoved(MemberNews):
    """The time has passed for which a person's data are kept: whoever knows the person forgets them.

    Once for the member, and once for each beneficiary who was known apart: `member_id` is the person's.
    """

    event_type: ClassVar[str] = "member.removed.v1"
    aggregate: ClassVar[str] = "member_id"
    recipients: ClassVar[tuple[str, ...]] = ()  # it says nothing that is sealed

    removed_at: datetime
