"""Cursors of lists by day: the kit's, which are of lists by instant, with the day's first instant in UTC."""

from datetime import UTC, date, datetime, time
from uuid import UUID

from service_kit.http.endpoints import Call

from contracts_service.domain.day_pages import DayPosition
from contracts_service.resources import Contracts


def position_of(call: Call[Contracts], *, scope: str) -> DayPosition | None:
    """Return where the page begins that the call asks for; raise InvalidRequest for the cursor of another list or filter."""
    if call.query.cursor is None:
        return None
    instant, line_id = call.resources.foundation.cursors.read(call.query.cursor, scope=scope)
    return instant.date(), line_id


def next_cursor(call: Call[Contracts], days: list[tuple[date, UUID]], *, scope: str) -> str | None:
    """Return the cursor of what follows the page, where one line more than `limit` was found."""
    limit = call.query.limit
    if len(days) <= limit:
        return None
    day, line_id = days[limit - 1]
    return call.resources.foundation.cursors.write((datetime.combine(day, time(), UTC), line_id), scope=scope)
