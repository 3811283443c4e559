"""/v1/{brand}/staff/suppressions…: e-mail addresses to which nothing is sent, since nothing arrives there, and their way back.

No address is in it but masked. → `usecases/lift_suppression.py`; each listing and each lifting is a deed.
"""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel
from service_kit.http.bodies import RequestBody
from service_kit.http.endpoints import Answer, Call, Endpoint, Staff
from service_kit.http.path_ids import id_of
from service_kit.http.problems import NotFound
from service_kit.http.staff_reasons import Reason
from service_kit.staff_deeds import StaffAct

from notifications_service.http.shown_deliveries import PageQuery
from notifications_service.resources import Notifications
from notifications_service.usecases.lift_suppression import SuppressionPage, lift_suppression, list_suppressions

ADVISERS = Staff(("adviser",))


class SuppressionQuery(PageQuery):
    """Which part of the list; of one member only, if it says so."""

    member_id: UUID | None = None


class Suppression(BaseModel):
    """An address to which nothing is sent: of whom, why, by which server's status, since when."""

    id: UUID
    member_id: UUID
    masked_address: str
    reason: str
    status: str | None
    since: datetime


class SuppressedAddresses(BaseModel):
    """Addresses, newest first; `next` is the cursor of those before them."""

    items: list[Suppression]
    next: str | None


class WhyLifted(RequestBody):
    """Why mails shall go there again, such as that the member's mailbox was opened anew."""

    reason: Reason


async def list_addresses(call: Call[Notifications]) -> Answer:
    """Answer a page of the addresses to which the brand sends nothing."""
    query: SuppressionQuery = call.query
    cursors, scope = call.resources.foundation.cursors, f"suppressions {call.brand} {query.member_id}"
    before = None if query.cursor is None else cursors.read(query.cursor, scope=scope)
    page = SuppressionPage(query.member_id, before, query.limit + 1)
    found = await list_suppressions(call.resources, page, act=StaffAct(call.brand, call.staff.subject), now=call.now)
    shown, more = found[: query.limit], len(found) > query.limit
    items = [Suppression.model_validate(vars(one) | {"since": one.suppressed_at}) for one in shown]
    last = (shown[-1].suppressed_at, shown[-1].id) if more else None
    return Answer(SuppressedAddresses(items=items, next=None if last is None else cursors.write(last, scope=scope)))


async def lift(call: Call[Notifications]) -> Answer:
    """Let mails go to an address again."""
    body: WhyLifted = call.body
    act = StaffAct(call.brand, call.staff.subject, body.reason)
    await lift_suppression(call.resources, id_of(call), act=act, now=call.now)
    return Answer(status=204)


ENDPOINTS = [
    Endpoint(
        "GET",
        "/v1/{brand}/staff/suppressions",
        "list_suppressions",
        "E-mail addresses to which nothing is sent, since nothing arrives there",
        list_addresses,
        ADVISERS,
        query=SuppressionQuery,
        answer=SuppressedAddresses,
    ),
    Endpoint(
        "POST",
        "/v1/{brand}/staff/suppressions/{id}/lift",
        "lift_suppression",
        "Let mails go to an address again",
        lift,
        ADVISERS,
        body=WhyLifted,
        status=204,
        problems=(NotFound,),
        description="From the next message on: what has failed meanwhile is not sent again. Told again it changes nothing.",
    ),
]
