"""Fields of lines that come in millions: read by plain functions, much faster than by models; problems by field and code alike.

Used by `contribution_line` and `reimbursement_line`. A reader takes the JSON value and returns the field's, or raises
RefusedValueError. A field that may be null may be left out and means null; an unknown one is refused.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from service_kit.field_problems import printable_name
from service_kit.problems import FieldProblem

from contracts_service.domain.birth_date import BirthDate
from contracts_service.domain.line_problems import MOST_PROBLEMS, words_of
from contracts_service.domain.money import cents_of
from contracts_service.domain.personal_text import clean_text
from contracts_service.domain.refused_value import RefusedValueError

Reader = Callable[[Any], Any]

EARLIEST, LATEST = 1900, 2199
"""The years that a civil date may lie in: others are typing errors."""

LARGEST_NUMBER = 2**31 - 1

_MISSING = object()
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class PlainField:
    """One field of a line: its reader, and the limits that its problems name."""

    name: str
    reader: Reader
    nullable: bool = False
    limits: Mapping[str, int] = field(default_factory=dict)


def read_fields(
    decoded: Mapping[str, Any], fields: Sequence[PlainField], *, inside: str = ""
) -> tuple[list[Any], list[FieldProblem]]:
    """Return the values in the order of `fields`, and all that is wrong; `inside` is the name of the object that holds them."""
    values: list[Any] = []
    problems: list[FieldProblem] = []
    seen = 0
    for one in fields:
        value = decoded.get(one.name, _MISSING)
        seen += value is not _MISSING
        if one.nullable and (value is None or value is _MISSING):
            values.append(None)
            continue
        try:
            if value is _MISSING:
                raise RefusedValueError("required")
            values.append(one.reader(value))
        except RefusedValueError as error:
            values.append(None)
            problems.append(_problem(one, inside, error.code))
    if seen < len(decoded):
        known = {one.name for one in fields}
        problems += [problem_of(name, "unknown-field", inside=inside) for name in decoded if name not in known]
    return values, problems[:MOST_PROBLEMS]


def problem_of(name: str, code: str, *, inside: str = "", **limits: int) -> FieldProblem:
    """Return the problem of one field."""
    return FieldProblem(printable_name(inside + name), code, words_of(code).format(**limits))


def _problem(one: PlainField, inside: str, code: str) -> FieldProblem:
    return problem_of(one.name, code, inside=inside, **one.limits)


def text_field(name: str, *, max_length: int, nullable: bool = False) -> PlainField:
    """Return a field that holds a clean text of 1 to `max_length` characters."""

    @lru_cache(maxsize=4096)  # the words of acts and the names of providers come again and again
    def clean(value: str) -> str:
        return clean_text(value, max_length=max_length)

    def read(value: Any) -> str:
        text = _text(value)
        if text.isascii() and text.isprintable() and len(text) <= max_length and text == text.strip() != "":
            return text  # what the full check would say, at once
        return clean(text)

    return PlainField(name, read, nullable, {"max_length": max_length})


def choice_field(name: str, values: frozenset[str], *, nullable: bool = False) -> PlainField:
    """Return a field that holds one of a few words."""

    def read(value: Any) -> str:
        if _text(value) not in values:
            raise RefusedValueError("unknown-value")
        return str(value)

    return PlainField(name, read, nullable)


def number_field(name: str, *, least: int, most: int = LARGEST_NUMBER) -> PlainField:
    """Return a field that holds a whole number."""

    def read(value: Any) -> int:
        if type(value) is not int:  # a bool is no number
            raise RefusedValueError("number-required")
        if not least <= value <= most:
            raise RefusedValueError("too-small" if value < least else "too-large")
        return value

    return PlainField(name, read, limits={"ge": least, "le": most})


def date_field(name: str, *, nullable: bool = False) -> PlainField:
    """Return a field that holds a civil date."""
    return PlainField(name, _read_date, nullable)


def birth_date_field(name: str) -> PlainField:
    """Return a field that holds a birth date, complete or partial, as a text: it is a key, and compared as it is written."""
    return PlainField(name, _read_birth_date)


def amount_field(name: str, *, nullable: bool = False) -> PlainField:
    """Return a field that holds signed euros, read as cents."""
    return PlainField(name, _read_amount, nullable)


def _text(value: Any) -> str:
    if type(value) is not str:
        raise RefusedValueError("text-required")
    return value


def _read_amount(value: Any) -> int:
    return cents_of(_text(value))


def _read_date(value: Any) -> date:
    return _civil_date(_text(value))


def _read_birth_date(value: Any) -> str:
    return _birth_date(_text(value))


@lru_cache(maxsize=8192)
def _civil_date(text: str) -> date:
    if not _ISO_DATE.fullmatch(text):
        raise RefusedValueError("invalid-date")
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise RefusedValueError("invalid-date") from None
    if not EARLIEST <= found.year <= LATEST:
        raise RefusedValueError("date-out-of-range")
    return found


@lru_cache(maxsize=8192)
def _birth_date(text: str) -> str:
    return BirthDate(text).text
