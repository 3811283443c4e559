"""Months counted from day to day, as the code counts its delays: 31 January and one month is the last day of February."""

import calendar
from datetime import MAXYEAR, date, timedelta


def months_after(day: date, months: int) -> date:
    """Return the day of the same number `months` later (or earlier, when negative); the month's last day where there is none."""
    count = day.year * 12 + day.month - 1 + months
    year, month = divmod(count, 12)
    if not 1 <= year <= MAXYEAR:
        return date.max if year > MAXYEAR else date.min
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def end_of_month(day: date) -> date:
    """Return the last day of the month that `day` lies in."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def days_after(day: date, days: int) -> date:
    """Return the day `days` later, and the last day that there is where that is beyond it."""
    return day + timedelta(days=min(days, (date.max - day).days))
