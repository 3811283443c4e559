"""GET /v1/me/deliveries: "where is my mail, where is my letter?", for the signed-in member's own."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field
from service_kit.http.cursors import LONGEST
from service_kit.http.endpoints import Answer, Call, Endpoint, SignedIn

from notifications_service.domain.message_kinds import Purpose
from notifications_service.resources import Notifications
from notifications_service.store import timeline
from notifications_service.store.timeline import DeliveryRecord

State = Literal["planned", "batched", "possibly_sent", "sent", "handed_over", "failed"]
SHOWN: dict[str, State] = {
    "planned": "planned",
    "sending": "planned",  # a matter of seconds
    "batched": "batched",
    "possibly_sent": "possibly_sent",
    "sent": "sent",
    "handed_over": "handed_over",
    "failed": "failed",
}


class PageQuery(BaseModel):
    """Which part of the list."""

    limit: int = Field(50, ge=1, le=100)
    cursor: str | None = Field(None, max_length=LONGEST)


class Step(BaseModel):
    """What happened to a message, and when."""

    state: State
    at: datetime


class Delivery(BaseModel):
    """A message to the member. Of an e-mail address only its first letters are shown, of a postal one only the town."""

    id: UUID
    purpose: Purpose
    channel: Literal["email", "letter"]
    masked_address: str | None
    state: State
    created_at: datetime
    steps: list[Step]

    @classmethod
    def of(cls, record: DeliveryRecord) -> "Delivery":
        """Return how a record is shown."""
        return cls.model_validate(
            {
                "id": record.id,
                "purpose": record.purpose,
                "channel": record.channel,
                "masked_address": record.masked_address,
                "state": SHOWN[record.state],
                "created_at": record.created_at,
                "steps": _steps(record),
            }
        )


class DeliveryPage(BaseModel):
    """Messages, newest first; `next` is the cursor of those before them."""

    items: list[Delivery]
    next: str | None


def _steps(record: DeliveryRecord) -> list[Step]:
    done: State = "handed_over" if record.channel == "letter" else "sent"
    instants: list[tuple[State, datetime | None]] = [
        ("planned", record.created_at),
        ("batched", record.batched_at),
        ("possibly_sent", record.possibly_sent_at),
        (done, record.sent_at),
        ("failed", record.failed_at),
    ]
    return sorted((Step(state=state, at=at) for state, at in instants if at is not None), key=lambda step: step.at)


async def list_my_deliveries(call: Call[Notifications]) -> Answer:
    """Answer a page of the caller's own messages."""
    query: PageQuery = call.query
    cursors, scope = call.resources.foundation.cursors, f"deliveries {call.member.brand} {call.member.member_id}"
    before = None if query.cursor is None else cursors.read(query.cursor, scope=scope)
    async with call.resources.database.connection() as connection:
        records = await timeline.of_member(
            connection, call.member.brand, call.member.member_id, before=before, limit=query.limit + 1
        )
    shown, more = records[: query.limit], len(records) > query.limit
    return Answer(
        DeliveryPage(
            items=[Delivery.of(record) for record in shown],
            next=cursors.write((shown[-1].created_at, shown[-1].id), scope=scope) if more else None,
        )
    )


ENDPOINTS = [
    Endpoint(
        "GET",
        "/v1/me/deliveries",
        "list_my_deliveries",
        "Mails and letters to the signed-in member",
        list_my_deliveries,
        SignedIn(),
        query=PageQuery,
        answer=DeliveryPage,
    )
]
