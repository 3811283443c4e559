"""Whether the member of a contract is who somebody without an account says to be: name and number, accents and capitals aside.

Both are known to many people: what follows is told to the member by the known channel, and can be undone.
"""

from datetime import date

from contracts_service.domain.personal_text import fold
from contracts_service.domain.termination.entry import StatedPerson


def is_same_person(
    said: StatedPerson, *, last_name: str, birth_name: str | None, first_name: str | None, birth_date: str
) -> bool:
    """Tell whether the member's names and birth date (YYYY-MM-DD, maybe incomplete) are those that were stated."""
    last_names = {fold(name) for name in (last_name, birth_name) if name}
    return (
        fold(said.last_name) in last_names
        and (first_name is None or fold(said.first_name) == fold(first_name))
        and (said.birth_date is None or _fits(said.birth_date, birth_date))
    )


def _fits(said: date, known: str) -> bool:
    year, month, day = (int(part) for part in known.split("-"))
    # A month beyond 12 or 00, and a day 00, say that the record does not know it (domain/birth_date.py).
    if said.year != year:
        return False
    if not 1 <= month <= 12:
        return True
    return said.month == month and day in (0, said.day)
