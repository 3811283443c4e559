"""Ending at the échéance: in time (L221-10), or because the notice of the renewal came late or never (L221-10-1, loi Chatel)."""

from collections.abc import Mapping
from datetime import date, timedelta

from contracts_service.domain.termination.calendar_months import days_after
from contracts_service.domain.termination.contract import TerminableContract, is_in_time_for, last_day_of_notice
from contracts_service.domain.termination.grounds import Ground, Inapplicable, Verdict
from contracts_service.domain.termination.request import TerminationRequest

ANNUAL = ("L221-10",)
CHATEL = ("L221-10-1",)
NOTICE_BEFORE_DEADLINE = timedelta(days=15)
DAYS_AFTER_LATE_NOTICE = 20

# Échéance → the day on which the notice of that renewal was sent, where this can be proved.
RenewalNotices = Mapping[date, date]


def end_at_renewal(request: TerminationRequest, contract: TerminableContract, day: date) -> Verdict:
    """Judge a denunciation received on `day` (L221-10): the coming échéance, or the one that was asked for.

    A letter counts from its postmark.
    """
    notified = min(day, request.sent_on or day)
    wanted = contract.year_end_on_or_after(max(day, request.requested_date or day))
    if is_in_time_for(notified, wanted):
        return Ground("annual", wanted, ANNUAL)
    return Inapplicable("notice-too-short", ANNUAL)


def next_end_in_time(contract: TerminableContract, day: date) -> date:
    """Return the first échéance for which a denunciation on `day` is in time."""
    coming = contract.year_end_on_or_after(day)
    while not is_in_time_for(day, coming):
        coming = contract.year_end_on_or_after(days_after(coming, 1))
    return coming


def end_after_late_notice(
    request: TerminationRequest, contract: TerminableContract, day: date, notices: RenewalNotices
) -> Verdict:
    """Judge a denunciation within 20 days of a notice that was sent too late (L221-10-1, first paragraph).

    What we can prove comes before what the member says (`event_date`); where neither tells the day, the 20 days have not begun.
    """
    before, coming = contract.year_end_before(day), contract.year_end_on_or_after(day)
    of_the_past = before is not None and _concerns_the_past(request.event_date, before, coming, notices)
    concerned = before if before is not None and of_the_past else coming
    if concerned == coming and is_in_time_for(day, coming):
        return Ground("annual", coming, ANNUAL)
    sent = notices.get(concerned, request.event_date)
    if sent is not None and not _is_late(sent, concerned):
        return Inapplicable("renewal-notice-in-time", CHATEL)
    if sent is not None and not _is_within(sent, day):
        return Inapplicable("denunciation-late", CHATEL)
    # A renewal that has passed is undone as one that was never told: from the day after on, never backwards.
    return Ground("chatel_late_notice", coming if concerned == coming else days_after(day, 1), CHATEL)


def end_without_notice(contract: TerminableContract, day: date, notices: RenewalNotices) -> Verdict:
    """Judge a denunciation by somebody who was never told of the renewal (L221-10-1, second paragraph).

    The day after it is notified, from the renewal on. It is ours to prove that a notice was sent: without a date the member is
    believed. Before the renewal, and too late for an ordinary denunciation, it ends at the échéance.
    """
    before, coming = contract.year_end_before(day), contract.year_end_on_or_after(day)
    if before is not None:
        sent = notices.get(before)
        if sent is None or (_is_late(sent, before) and _is_within(sent, day)):
            return Ground("chatel_no_notice", days_after(day, 1), CHATEL)
    if not is_in_time_for(day, coming) and coming not in notices:
        return Ground("chatel_no_notice", coming, CHATEL)
    return Inapplicable("renewal-notice-in-time", CHATEL)


def _concerns_the_past(said: date | None, before: date, coming: date, notices: RenewalNotices) -> bool:
    """Tell whether a notice was of the renewal that has passed, not of the coming one."""
    if said is None:
        return before in notices and coming not in notices
    return abs(said - before) <= abs(coming - said)


def _is_late(sent: date, year_end: date) -> bool:
    """Tell whether a notice was sent less than 15 days before the last day of denunciation, or after it."""
    return last_day_of_notice(year_end) - sent < NOTICE_BEFORE_DEADLINE


def _is_within(sent: date, day: date) -> bool:
    return day <= days_after(sent, DAYS_AFTER_LATE_NOTICE)
