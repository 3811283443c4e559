"""The six-digit passwords that nobody may choose: about a tenth of the million, and what people choose first."""

import itertools
import re
from functools import lru_cache

from zxcvbn.frequency_lists import FREQUENCY_LISTS


@lru_cache(maxsize=1)
def guessable_six_digits() -> frozenset[str]:
    """Return every date, runs, repeats, keypad shapes, and what is known from leaks."""
    return frozenset(_dates() | _runs() | _repeats() | _keypad_shapes() | _leaked())


def _runs() -> set[str]:
    digits = "0123456789"
    wheels = (digits * 2, digits[::-1] * 2, "13579" * 3, "02468" * 3, "97531" * 3, "86420" * 3)
    return {wheel[start : start + 6] for wheel in wheels for start in range(len(wheel) - 5)}


def _repeats() -> set[str]:
    pairs = {f"{a}{b}" for a in range(10) for b in range(10)}
    halves = {f"{number:03}" for number in range(1000)}
    doubled = {f"{a}{a}{b}{b}{c}{c}" for a in range(10) for b in range(10) for c in range(10)}
    mirrored = {half + half[::-1] for half in halves}
    tripled = {f"{a}{a}{a}{b}{b}{b}" for a in range(10) for b in range(10)}
    return {pair * 3 for pair in pairs} | {half * 2 for half in halves} | doubled | mirrored | tripled


def _keypad_shapes() -> set[str]:
    rows, columns = ("123", "456", "789"), ("147", "258", "369")
    lines = [*rows, *columns, *(line[::-1] for line in (*rows, *columns)), "159", "951", "357", "753"]
    return {first + second for first, second in itertools.product(lines, lines)}


def _dates() -> set[str]:
    days, months = [f"{day:02}" for day in range(1, 32)], [f"{month:02}" for month in range(1, 13)]
    years = [f"{year:02}" for year in range(100)]
    orders = ((days, months, years), (years, months, days), (months, days, years))
    return {"".join(parts) for order in orders for parts in itertools.product(*order)}


def _leaked() -> set[str]:
    return {known for known in FREQUENCY_LISTS["passwords"] if re.fullmatch(r"[0-9]{6}", known)}
