"""GET /v1/{brand}/staff/closed-addresses: from where letters came back, for advisers to ask members where they live now.

No address is in it but its town. → `usecases/list_closed_addresses.py`; each reading is a deed.
"""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field
from service_kit.http.endpoints import Answer, Call, Endpoint, Staff
from service_kit.staff_deeds import StaffAct

from notifications_service.domain.print_notes import ReturnReason
from notifications_service.http.shown_deliveries import PageQuery
from notifications_service.resources import Notifications
from notifications_service.usecases.list_closed_addresses import ClosedPage, SeenAddress, list_closed_addresses


class ClosedAddress(BaseModel):
    """An address at which letters do not arrive: of whom, in which town, why, since when, by which letter."""

    member_id: UUID
    town: str | None
    reason: ReturnReason
    since: datetime
    letter_id: UUID
    still_present: bool | None = Field(
        description="whether the member still lives there, as far as we are told; null where that cannot be read"
    )

    @classmethod
    def of(cls, seen: SeenAddress) -> "ClosedAddress":
        """Return how a closed address is shown."""
        return cls.model_validate(
            vars(seen.address) | {"since": seen.address.closed_at, "still_present": seen.still_present}
        )


class ClosedAddressPage(BaseModel):
    """Closed addresses, newest first; `next` is the cursor of those before them."""

    items: list[ClosedAddress]
    next: str | None


async def list_addresses(call: Call[Notifications]) -> Answer:
    """Answer a page of the brand's closed addresses."""
    query: PageQuery = call.query
    cursors, scope = call.resources.foundation.cursors, f"closed-addresses {call.brand}"
    before = None if query.cursor is None else cursors.read(query.cursor, scope=scope)
    act = StaffAct(call.brand, call.staff.subject)
    found = await list_closed_addresses(call.resources, ClosedPage(before, query.limit + 1), act=act, now=call.now)
    shown, more = found[: query.limit], len(found) > query.limit
    last = shown[-1].address if more else None
    return Answer(
        ClosedAddressPage(
            items=[ClosedAddress.of(one) for one in shown],
            next=None if last is None else cursors.write((last.closed_at, last.letter_id), scope=scope),
        )
    )


ENDPOINTS = [
    Endpoint(
        "GET",
        "/v1/{brand}/staff/closed-addresses",
        "list_closed_addresses",
        "Postal addresses from which a letter came back",
        list_addresses,
        Staff(("adviser",)),
        query=PageQuery,
        answer=ClosedAddressPage,
    )
]
