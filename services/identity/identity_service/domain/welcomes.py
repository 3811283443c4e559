"""Who is welcomed by mail on the effective date: members who join, and those who give an address later (product row S9)."""

from datetime import date


def joins_now(effective_from: date, *, first_heard_on: date, within_days: int) -> bool:
    """Tell whether a member was new when identity first heard of them.

    The first file of a brand brings everybody at once: whoever has been a member for long is not told of an access today.
    """
    return (first_heard_on - effective_from).days <= within_days
