"""POST /v1/{brand}/staff/renewal-notices: when the notices of a renewal were sent (L221-10-1), so that it can be proved."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field
from service_kit.clock import civil_date
from service_kit.http.bodies import RequestBody
from service_kit.http.endpoints import Answer, Call, Endpoint, Staff
from service_kit.http.problems import InvalidRequest
from service_kit.http.staff_reasons import Reason
from service_kit.staff_deeds import StaffAct

from contracts_service.domain.termination.entry_checks import past_day_problems
from contracts_service.http.termination_bodies import Number
from contracts_service.resources import Contracts
from contracts_service.usecases.record_renewal_notices import SentNotices, record_renewal_notices


class RenewalNoticesBody(RequestBody):
    """Notices of the renewal on `renewal_date` (the échéance) that were sent on one day, to up to 1,000 members."""

    renewal_date: date
    sent_on: date
    membership_numbers: Annotated[list[Number], Field(min_length=1, max_length=1000)]
    reason: Reason | None = None


class RecordedNotices(BaseModel):
    """How many members it was noted for, and the numbers that nobody has."""

    recorded: int
    unknown: list[str]


async def record(call: Call[Contracts]) -> Answer:
    """Note the day; a later record of the same renewal corrects it."""
    body: RenewalNoticesBody = call.body
    if problems := past_day_problems("sent_on", body.sent_on, today=civil_date(call.now)):
        raise InvalidRequest(fields=problems)
    numbers = [number.reveal().strip() for number in body.membership_numbers]
    act = StaffAct(call.brand, call.staff.subject, body.reason)
    sent = SentNotices(body.renewal_date, body.sent_on, numbers)
    recorded, unknown = await record_renewal_notices(call.resources, act, sent, now=call.now)
    return Answer(RecordedNotices(recorded=recorded, unknown=unknown))


ENDPOINTS = [
    Endpoint(
        "POST",
        "/v1/{brand}/staff/renewal-notices",
        "record_renewal_notices",
        "Note when notices of a renewal were sent",
        record,
        Staff(("back-office",)),
        body=RenewalNoticesBody,
        answer=RecordedNotices,
        once=True,
    ),
]
