"""When letters leave: with the print provider's cut-off of a working day, in batches that are closed some time before it.

A letter that is required up to the closing leaves with that cut-off, a later one with the next. What misses its cut-off (nobody
worked then, or it could not be read) waits for the next closing: the provider does nothing before, one that speaks HTTP refuses
letters after its hour, and a letter that has not left can still be stopped.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from service_kit.clock import PARIS, civil_date

from notifications_service.domain.working_days import ONE_DAY, Region, is_working_day, working_days_from

# `at-once` is for demonstrations and tests: letters are collected for some seconds, whatever the hour.
Leave = Literal["cut-off", "at-once"]

# A folder that the print provider fetches, or one that speaks HTTP in the shape of Maileva's API: it is told the postage, too.
Channel = Literal["folder", "maileva"]
Postage = Literal["URGENT", "FAST", "ECONOMIC"]  # J+2, J+3, J+4

# Batches should have left by then; from then on somebody must act. So they are closed earlier.
LEFT_BEFORE = timedelta(hours=1)


def _without_offset(clock: time) -> time:
    if clock.tzinfo is not None:
        raise ValueError("an hour on a clock in Paris, without an offset")
    return clock


class LetterRules(BaseModel):
    """What a brand has agreed with its print provider, and promises: `[notifications.letters]` of its file."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    cut_off: Annotated[time, AfterValidator(_without_offset)] = time(14)
    lead_minutes: int = Field(default=90, gt=LEFT_BEFORE // timedelta(minutes=1), le=12 * 60)
    region: Region = "metropole"
    promise_hours: int = Field(default=48, ge=1, le=10 * 24)
    channel: Channel = "folder"
    postage: Postage = "FAST"

    @property
    def promise(self) -> timedelta:
        """Return the working time within which each letter is handed over."""
        return timedelta(hours=self.promise_hours)


@dataclass(frozen=True)
class CutOff:
    """A collection of the print provider: letters that were required until `closes_at` are handed over before `at`."""

    closes_at: datetime
    at: datetime

    @property
    def left_before(self) -> datetime:
        """Return by when its letters should have left: who is told then has an hour to act."""
        return self.at - LEFT_BEFORE


def next_cut_off(rules: LetterRules, after: datetime) -> CutOff:
    """Return the first cut-off after an instant; its batches may be closed already."""
    return next(_cut_offs_after(rules, after))


def last_cut_off(rules: LetterRules, until: datetime) -> CutOff:
    """Return the last cut-off up to an instant."""
    day = civil_date(until)
    while not is_working_day(day, rules.region) or _cut_off_on(rules, day).at > until:
        day -= ONE_DAY
    return _cut_off_on(rules, day)


def open_cut_off(rules: LetterRules, now: datetime) -> CutOff | None:
    """Return the cut-off whose batches are being closed and handed over now; None most of the day."""
    following = next_cut_off(rules, now)
    return following if following.closes_at <= now else None


def cut_off_that_takes(rules: LetterRules, required_at: datetime) -> CutOff:
    """Return the cut-off with which a letter leaves that is required at an instant."""
    return next(one for one in _cut_offs_after(rules, required_at) if required_at <= one.closes_at)


def leaves_at(rules: LetterRules, leave: Leave, *, required_at: datetime, now: datetime) -> datetime:
    """Return when a letter that waits now is handed over, as far as it can be foreseen."""
    being_closed = open_cut_off(rules, now)
    if leave == "at-once" or (being_closed is not None and required_at <= being_closed.closes_at):
        return now
    return cut_off_that_takes(rules, now).closes_at


def _cut_offs_after(rules: LetterRules, instant: datetime) -> Iterator[CutOff]:
    days = working_days_from(civil_date(instant), rules.region)
    return (one for one in (_cut_off_on(rules, day) for day in days) if one.at > instant)


def _cut_off_on(rules: LetterRules, day: date) -> CutOff:
    at = datetime.combine(day, rules.cut_off, PARIS).astimezone(UTC)
    return CutOff(at - timedelta(minutes=rules.lead_minutes), at)
