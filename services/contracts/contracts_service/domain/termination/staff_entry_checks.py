"""What the back office enters of requests that came by post, by another insurer or by the mutual's own decision."""

from datetime import date, datetime, time, timedelta

from service_kit.clock import PARIS
from service_kit.problems import FieldProblem

from contracts_service.domain.termination.entry import Entry, entry_faults
from contracts_service.domain.termination.entry_checks import past_day_problems
from contracts_service.domain.termination.errors import NOT_EXPECTED, NOT_OFFERED, REQUIRED
from contracts_service.domain.termination.motives import Motive, StaffChannel


def receipt_day(channel: StaffChannel, *, received_on: date | None, sent_on: date | None, today: date) -> date | None:
    """Return the day of receipt, or None where it is not said.

    What another insurer sends is presumed received on the first day after it was sent (R221-6, III). What the mutual decides
    needs no receipt: it is of today unless a day is named.
    """
    if channel == "replacement_insurer":
        return None if sent_on is None else sent_on + timedelta(days=1)
    return today if channel == "mutual" and received_on is None else received_on


def receipt_instant(day: date) -> datetime:
    """Return the first instant of a day in Paris: a letter says its day, and no hour."""
    return datetime.combine(day, time(), PARIS)


def staff_entry_problems(
    channel: StaffChannel, entry: Entry, *, received_on: date | None, today: date
) -> tuple[FieldProblem, ...]:
    """Return what is wrong with what staff have entered; `received_on` is as they have entered it."""
    texts = {"required": REQUIRED, "not-expected": NOT_EXPECTED}
    found = [FieldProblem(name, *texts[fault]) for name, fault in entry_faults(entry).items()]
    if entry.motive not in _motives(channel):
        found.append(NOT_OFFERED)
    needed: dict[str, tuple[bool, object]] = {
        "received_on": (channel not in ("replacement_insurer", "mutual"), received_on),
        "sent_on": (channel == "replacement_insurer", entry.sent_on),
        "insurer": (channel == "replacement_insurer", entry.insurer),
        "due_date": (entry.motive == "unpaid", entry.due_date),
        "formal_notice_on": (entry.motive == "unpaid", entry.formal_notice_on),
        "proof_seen": (entry.motive == "death", entry.proof_seen or None),
    }
    found += [
        FieldProblem(name, *REQUIRED) for name, (is_needed, value) in needed.items() if is_needed and value is None
    ]
    if channel == "replacement_insurer" and received_on is not None:
        found.append(FieldProblem("received_on", *NOT_EXPECTED))
    days = {"received_on": received_on, "sent_on": entry.sent_on, "formal_notice_on": entry.formal_notice_on}
    for name, day in days.items():
        found += past_day_problems(name, day, today=today)
    if entry.motive == "death":
        found += past_day_problems("event_date", entry.event_date, today=today)
    return tuple(found)


def _motives(channel: StaffChannel) -> tuple[Motive, ...]:
    # Another insurer acts for an infra-annual termination only (L221-10-2); the mutual only for what is unpaid (L221-7).
    if channel == "replacement_insurer":
        return ("infra_annual",)
    if channel == "mutual":
        return ("unpaid",)
    return (
        "annual",
        "infra_annual",
        "chatel_late_notice",
        "chatel_no_notice",
        "situation_change",
        "withdrawal",
        "death",
        "mandatory_group",
        "css",
        "other",
    )
