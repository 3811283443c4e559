"""How a delivery is shown to its member: its steps in plain French, and what to do next. Staff are shown more."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field
from service_kit.http.cursors import LONGEST
from service_kit.http.endpoints import Call

from notifications_service.domain.delivery_advice import Situation, what_next
from notifications_service.domain.delivery_record import DeliveryRecord, PublicState
from notifications_service.domain.delivery_steps import sentence
from notifications_service.domain.message_kinds import Purpose
from notifications_service.domain.message_titles import TITLES
from notifications_service.resources import Notifications


class PageQuery(BaseModel):
    """Which part of the list."""

    limit: int = Field(50, ge=1, le=100)
    cursor: str | None = Field(None, max_length=LONGEST)


class Step(BaseModel):
    """What happened to a message, when, and in a French sentence (which leaves the instant to whoever shows it)."""

    state: PublicState
    at: datetime
    sentence: str


class ExpectedDelivery(BaseModel):
    """The first and the last day (Europe/Paris) on which a letter on its way should arrive."""

    earliest: date
    latest: date


class Delivery(BaseModel):
    """A message to the member. Of an e-mail address only its first letters are shown, of a postal one only the town."""

    id: UUID
    purpose: Purpose
    title: str = Field(description="what the message is, in French")
    channel: Literal["email", "letter"]
    masked_address: str | None
    state: PublicState
    created_at: datetime
    steps: list[Step] = Field(description="in the order in which they happened")
    expected_delivery: ExpectedDelivery | None = Field(description="of a letter on its way")
    what_next: str = Field(description="what to do next, in French")


def shown(call: Call[Notifications], record: DeliveryRecord) -> Delivery:
    """Return how a delivery is shown at the instant of a call."""
    situation = Situation(record, call.resources.brands[call.brand], call.now)
    return Delivery(
        id=record.id,
        purpose=record.purpose,
        title=TITLES[record.purpose].words,
        channel=record.channel,
        masked_address=record.shown_address,
        state=record.public_state,
        created_at=record.created_at,
        steps=[Step(state=state, at=at, sentence=sentence(record, state)) for state, at in record.instants()],
        expected_delivery=_expected(situation),
        what_next=what_next(situation),
    )


def _expected(situation: Situation) -> ExpectedDelivery | None:
    window = situation.expected
    return None if window is None else ExpectedDelivery(earliest=window.earliest, latest=window.latest)
