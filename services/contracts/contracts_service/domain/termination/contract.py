"""What the law asks of a contract, and when its year ends."""

from dataclasses import dataclass
from datetime import date, timedelta

from contracts_service.domain.enrolment_line import ContractKind
from contracts_service.domain.termination.calendar_months import days_after, months_after

NOTICE_MONTHS = 2  # L221-10: the denunciation of a renewal
FIRST_YEAR_MONTHS = 12  # L221-10-2: from the first subscription


@dataclass(frozen=True)
class TerminableContract:
    """A contract as a termination sees it; `end_date` is the last day of cover that is known already."""

    kind: ContractKind
    effective_date: date
    renewal_date: date | None = None
    end_date: date | None = None

    @property
    def is_the_employers(self) -> bool:
        """Tell whether only the employer may end it (L221-10-2, second paragraph)."""
        return self.kind == "group_mandatory"

    @property
    def infra_annual_from(self) -> date:
        """Return the first day on which it can be ended at any time (L221-10-2): a year after it took effect."""
        return months_after(self.effective_date, FIRST_YEAR_MONTHS)

    def year_end_on_or_after(self, day: date) -> date:
        """Return the first échéance on `day` or later: the last day of a year of the contract.

        The day of `renewal_date`, every year. A contract without one is renewed on the anniversary of its effective date, whose
        eve is the last day of the year. Year ends lie after the effective date.
        """
        after = max(day, days_after(self.effective_date, 1))
        found = self._year_end(after.year - 1)
        for year in range(after.year, after.year + 3):
            if found >= after:
                break
            found = self._year_end(year)
        return found

    def year_end_before(self, day: date) -> date | None:
        """Return the last échéance before `day`, or None where the contract was never renewed yet."""
        for year in range(day.year + 1, day.year - 2, -1):
            found = self._year_end(year)
            if self.effective_date < found < day:
                return found
        return None

    def _year_end(self, year: int) -> date:
        if self.renewal_date is not None:
            return months_after(self.renewal_date, 12 * (year - self.renewal_date.year))
        anniversary = months_after(self.effective_date, 12 * (year - self.effective_date.year))
        return anniversary - timedelta(days=1) if anniversary > date.min else anniversary


def is_in_time_for(notified_on: date, year_end: date) -> bool:
    """Tell whether what was notified on a day comes at least two months before an échéance (L221-10).

    Two months from that day on, counted month to month, must not reach beyond it: 31 October is in time for 31 December, and
    31 December for 28 February.
    """
    return months_after(notified_on, NOTICE_MONTHS) <= year_end


def last_day_of_notice(year_end: date) -> date:
    """Return the last day that is in time for an échéance."""
    day = months_after(year_end, -NOTICE_MONTHS)
    while is_in_time_for(day + timedelta(days=1), year_end):
        day += timedelta(days=1)
    return day
