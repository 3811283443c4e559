"""The day by which statements are listed: fixed when a statement is first seen, so that pages neither repeat nor skip one."""

import re
from datetime import date

# D202509: the year and the month stand in the identifier, and no other digits.
_MONTH = re.compile(r"[^0-9]*((?:19|20|21)[0-9]{2})[-/]?(0[1-9]|1[0-2])[^0-9]*")


def statement_day(identifier: str, *, paid_on: date | None, care_date: date) -> date:
    """Return the first of the month that `identifier` names, otherwise the day of payment or of care of its first known line."""
    found = _MONTH.fullmatch(identifier)
    return date(int(found[1]), int(found[2]), 1) if found else paid_on or care_date
