"""GET /v1/{brand}/staff/letter-promise: how the promise on letters is kept, and what to say of one that is required now."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, Field
from service_kit.http.endpoints import Answer, Call, Endpoint, Staff

from notifications_service.domain.letter_promise import expected_delivery
from notifications_service.domain.letter_schedule import leaves_at, next_cut_off
from notifications_service.resources import Notifications
from notifications_service.usecases.watch_promises import how_kept


class OldestLetter(BaseModel):
    """The letter that has waited for longest."""

    id: UUID
    created_at: datetime
    promised_until: datetime | None


class ExpectedDelivery(BaseModel):
    """Between which days a letter should be in the letterbox."""

    earliest: date
    latest: date


class LetterPromise(BaseModel):
    """The promise, how it was kept in the last 30 days, and with which cut-off a letter leaves that is required now."""

    promise_hours: int = Field(description="working hours within which a letter is handed over")
    inside: int = Field(description="letters that were handed over within the promise")
    late: int = Field(description="letters that were handed over later, or still wait although the promise has ended")
    waiting: int = Field(description="letters that are not handed over yet")
    oldest_waiting: OldestLetter | None
    next_cut_off: datetime
    expected_delivery: ExpectedDelivery


async def show(call: Call[Notifications]) -> Answer:
    """Answer how the brand's promise is kept."""
    notifications, rules, now = call.resources, call.resources.brands[call.brand].letters, call.now
    async with notifications.database.connection() as connection:
        kept = await how_kept(connection, call.brand, now=now)
    leaves = leaves_at(rules, notifications.settings.letters_leave, required_at=now, now=now)
    oldest, expected = kept.oldest, expected_delivery(rules, leaves)
    return Answer(
        LetterPromise(
            promise_hours=rules.promise_hours,
            inside=kept.inside,
            late=kept.late,
            waiting=kept.waiting,
            oldest_waiting=None
            if oldest is None
            else OldestLetter(id=oldest.id, created_at=oldest.created_at, promised_until=oldest.promised_until),
            next_cut_off=next_cut_off(rules, leaves).at,
            expected_delivery=ExpectedDelivery(earliest=expected.earliest, latest=expected.latest),
        )
    )


ENDPOINTS = [
    Endpoint(
        "GET",
        "/v1/{brand}/staff/letter-promise",
        "show_letter_promise",
        "How the promise to hand letters over in time is kept",
        show,
        Staff(("adviser", "back-office", "operator")),
        answer=LetterPromise,
    )
]
