"""From when on a person whom a contract covers is known apart from the member (code de la mutualité, L114-2).

From 16 years on, whoever the member's contract covers is identified apart from the member and receives what is theirs, unless
they have refused it expressly. Spouses and partners are people of 16 or more like any other.
"""

from datetime import MAXYEAR, date

from contracts_service.domain.birth_date import BirthDate

AUTONOMOUS_AT = 16  # years


def autonomous_from(birth_date: BirthDate) -> date:
    """Return the first day of autonomy, a civil day in Paris.

    Of an incomplete birth date it is the first day that the record allows: better a child's year hidden from the parents than
    the care of somebody who is 16 shown to them.
    """
    born = birth_date.earliest
    if born.year + AUTONOMOUS_AT > MAXYEAR:
        return date.max
    try:
        return born.replace(year=born.year + AUTONOMOUS_AT)
    except ValueError:  # born on 29 February, and no such day 16 years later (2100): the day after it would have been
        return date(born.year + AUTONOMOUS_AT, 3, 1)
