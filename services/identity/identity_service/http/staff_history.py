"""GET /v1/{brand}/staff/accounts/{id}/history: what was done to an account, by whom and why; reading it is a deed, too."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field
from service_kit.http.cursors import LONGEST
from service_kit.http.endpoints import Answer, Call, Endpoint

from identity_service.domain.deeds import Actor, Kind
from identity_service.http.staff_accounts import ADVISERS, account_in, act_of
from identity_service.resources import Identity
from identity_service.usecases.read_history import PastDeed, read_history


class HistoryQuery(BaseModel):
    """Which part of the history."""

    limit: int = Field(50, ge=1, le=100)
    cursor: str | None = Field(None, max_length=LONGEST)


class HistoryItem(BaseModel):
    """What was done, when, by whom and why. `staff` and `reason` are of advisers only."""

    id: UUID
    at: datetime
    kind: Kind
    actor: Actor
    details: dict[str, Any]
    staff: str | None
    reason: str | None

    @classmethod
    def of(cls, past: PastDeed) -> "HistoryItem":
        """Return how a deed is shown."""
        deed = past.deed
        return cls(
            id=past.id,
            at=past.occurred_at,
            kind=deed.kind,
            actor=deed.actor,
            details=deed.details,
            staff=deed.staff,
            reason=deed.reason,
        )


class History(BaseModel):
    """Deeds, newest first; `next` is the cursor of those before them."""

    items: list[HistoryItem]
    next: str | None


async def show_history(call: Call[Identity]) -> Answer:
    """Answer a page of the history."""
    query: HistoryQuery = call.query
    account_id = account_in(call)
    cursors, scope = call.resources.foundation.cursors, f"history {call.brand} {account_id}"
    before = None if query.cursor is None else cursors.read(query.cursor, scope=scope)
    found = await read_history(
        call.resources, account_id, act_of(call), before=before, limit=query.limit + 1, now=call.now
    )
    shown, more = found[: query.limit], len(found) > query.limit
    last = shown[-1] if shown else None
    return Answer(
        History(
            items=[HistoryItem.of(one) for one in shown],
            next=cursors.write((last.occurred_at, last.id), scope=scope) if more and last else None,
        )
    )


ENDPOINTS = [
    Endpoint(
        "GET",
        "/v1/{brand}/staff/accounts/{id}/history",
        "show_account_history",
        "What was done to an account, by whom and why",
        show_history,
        ADVISERS,
        query=HistoryQuery,
        answer=History,
    )
]
