"""Instants as members read them: Europe/Paris, French, no line break inside a figure."""

from datetime import date, datetime, timedelta

from service_kit.clock import PARIS, civil_date

_DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)
_NO_BREAK = "\u00a0"


def moment_in_words(instant: datetime) -> str:
    """Return the day and the minute, such as `samedi 21 novembre 2026 à 15 h 04`."""
    there = instant.astimezone(PARIS)
    date = _NO_BREAK.join((_day(there.day), _MONTHS[there.month - 1], str(there.year)))
    return f"{_DAYS[there.weekday()]} {date} à {_NO_BREAK.join((str(there.hour), 'h', f'{there.minute:02}'))}"


def deadline_in_words(instant: datetime) -> str:
    """Return until when: as `moment_in_words`, but midnight ends the day before, as `mardi 24 novembre 2026 à minuit`."""
    there = instant.astimezone(PARIS)
    if (there.hour, there.minute) != (0, 0):
        return moment_in_words(instant)
    day = last_whole_day(instant)
    return f"{_DAYS[day.weekday()]} {date_in_words(day)} à minuit"


def day_in_words(day: date) -> str:
    """Return a day of the weeks around, such as `mardi 24 novembre`: nobody asks which year."""
    return f"{_DAYS[day.weekday()]} {_day(day.day)}{_NO_BREAK}{_MONTHS[day.month - 1]}"


def date_in_words(day: date) -> str:
    """Return a date whose year matters, such as `31 décembre 2026`."""
    return _NO_BREAK.join((_day(day.day), _MONTHS[day.month - 1], str(day.year)))


def last_whole_day(expires_at: datetime) -> date:
    """Return the last day on which something holds until midnight: whoever reads "until the 12th" comes on the 12th."""
    return civil_date(expires_at) - timedelta(days=1)


def _day(number: int) -> str:
    return "1er" if number == 1 else str(number)
