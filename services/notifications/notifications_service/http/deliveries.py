"""GET /v1/me/deliveries: "where is my mail, where is my letter?", for the signed-in member's own."""

from pydantic import BaseModel
from service_kit.http.endpoints import Answer, Call, Endpoint, SignedIn

from notifications_service.http.shown_deliveries import Delivery, PageQuery, shown
from notifications_service.resources import Notifications
from notifications_service.usecases.list_deliveries import list_own_deliveries

# Of a contract in force, and of one that has ended: its member reads on.
READERS = ("member", "member.read")


class DeliveryPage(BaseModel):
    """Messages, newest first; `next` is the cursor of those before them."""

    items: list[Delivery]
    next: str | None


async def list_my_deliveries(call: Call[Notifications]) -> Answer:
    """Answer a page of the caller's own messages."""
    query: PageQuery = call.query
    member = call.member
    cursors, scope = call.resources.foundation.cursors, f"deliveries {member.brand} {member.member_id}"
    before = None if query.cursor is None else cursors.read(query.cursor, scope=scope)
    found = await list_own_deliveries(
        call.resources, member.brand, member.member_id, before=before, limit=query.limit + 1
    )
    records = [entry.record for entry in found[: query.limit]]
    more = len(found) > query.limit
    return Answer(
        DeliveryPage(
            items=[shown(call, record) for record in records],
            next=cursors.write((records[-1].created_at, records[-1].id), scope=scope) if more else None,
        )
    )


ENDPOINTS = [
    Endpoint(
        "GET",
        "/v1/me/deliveries",
        "list_my_deliveries",
        "Mails and letters to the signed-in member",
        list_my_deliveries,
        SignedIn(READERS),
        query=PageQuery,
        answer=DeliveryPage,
    )
]
