"""GET /v1/{brand}/staff/deliveries: where a member's mails and letters are, for an adviser on the telephone with them.

No secret is in it, and no address but masked. Each reading is a deed (`staff_deeds`). A member of another brand, or nobody's id,
has an empty list, as somebody to whom nothing was sent.
"""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field
from service_kit.http.endpoints import Answer, Call, Endpoint, Staff
from service_kit.staff_deeds import StaffAct

from notifications_service.domain.delivery_record import DeliveryRecord
from notifications_service.domain.failure_remedies import remedy
from notifications_service.http.shown_deliveries import Delivery, PageQuery, shown
from notifications_service.resources import Notifications
from notifications_service.store.timeline import BarredAddress, TimelineEntry
from notifications_service.usecases.list_deliveries import list_member_deliveries

OVER = frozenset({"failed", "returned", "stopped"})


class StaffPageQuery(PageQuery):
    """Whose messages, and which part of the list."""

    member_id: UUID


class DeliveryAttempt(BaseModel):
    """One attempt. Of an answer only the codes are kept: its words may quote an address."""

    at: datetime
    outcome: str
    reply: str | None
    relay: str | None
    queue_id: str | None


class Failure(BaseModel):
    """Why a message has failed, came back or was stopped, and what the back office does about it, in French."""

    code: str
    remedy: str | None


class Barred(BaseModel):
    """Nothing is sent to an address any more: why, by which status, since when."""

    reason: str
    status: str | None
    since: datetime

    @classmethod
    def of(cls, address: BarredAddress | None) -> "Barred | None":
        """Return how it is shown, if it is so."""
        return None if address is None else cls(reason=address.reason, status=address.status, since=address.since)


class StaffDelivery(Delivery):
    """A message as its member sees it, and what happened behind it."""

    attempts: list[DeliveryAttempt] = Field(description="the latest ones, oldest first")
    earlier_attempts: bool = Field(description="whether there were attempts before those")
    next_attempt_at: datetime | None
    failure: Failure | None
    suppression: Barred | None = Field(description="of the e-mail address it went to, as it stands now")
    closed_address: Barred | None = Field(description="of the postal address it went to, as it stands now")
    promised_until: datetime | None = Field(description="end of the promise to hand a letter over")
    provider_reference: str | None
    print_batch_id: UUID | None


class StaffDeliveryPage(BaseModel):
    """Messages, newest first; `next` is the cursor of those before them."""

    items: list[StaffDelivery]
    next: str | None


async def list_deliveries(call: Call[Notifications]) -> Answer:
    """Answer a page of a member's messages."""
    query: StaffPageQuery = call.query
    cursors, scope = call.resources.foundation.cursors, f"staff deliveries {call.brand} {query.member_id}"
    before = None if query.cursor is None else cursors.read(query.cursor, scope=scope)
    found = await list_member_deliveries(
        call.resources,
        query.member_id,
        StaffAct(call.brand, call.staff.subject),
        before=before,
        limit=query.limit + 1,
        now=call.now,
    )
    entries, more = found[: query.limit], len(found) > query.limit
    last = entries[-1].record if entries else None
    return Answer(
        StaffDeliveryPage(
            items=[_shown(call, entry) for entry in entries],
            next=cursors.write((last.created_at, last.id), scope=scope) if more and last else None,
        )
    )


def _shown(call: Call[Notifications], entry: TimelineEntry) -> StaffDelivery:
    record = entry.record
    return StaffDelivery(
        **dict(shown(call, record)),
        attempts=[DeliveryAttempt(**vars(attempt)) for attempt in entry.attempts],
        earlier_attempts=entry.has_earlier_attempts,
        # While it is being sent, that is only the end of a lease.
        next_attempt_at=None if record.state == "sending" else entry.next_attempt_at,
        failure=_failure(record),
        suppression=Barred.of(entry.suppressed),
        closed_address=Barred.of(entry.closed),
        promised_until=record.promised_until,
        provider_reference=entry.provider_reference,
        print_batch_id=entry.print_batch_id,
    )


def _failure(record: DeliveryRecord) -> Failure | None:
    if record.failure is None or record.public_state not in OVER:  # a mark on what may still leave
        return None
    return Failure(code=record.failure, remedy=None if record.public_state == "stopped" else remedy(record.failure))


ENDPOINTS = [
    Endpoint(
        "GET",
        "/v1/{brand}/staff/deliveries",
        "list_deliveries",
        "Mails and letters to a member, with every attempt",
        list_deliveries,
        Staff(("adviser",)),
        query=StaffPageQuery,
        answer=StaffDeliveryPage,
    )
]
