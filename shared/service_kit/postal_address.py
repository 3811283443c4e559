"""The address block of a letter, by the norm NF Z 10-011 (January 2013).

Place in the flow: a letter's recipient (names and a structured address) comes in, the lines to print
come out, or an error for the back office. Nothing is ever cut in silence: a misdelivered letter
hands a member's code to somebody else.

The six lines of the norm, and the fields they come from:
1 the person · 2 `complement` (flat, floor, "chez …") · 3 `building` (residence, building, entrance) ·
4 `street` (number and street) · 5 `locality` (hamlet, BP) · 6 `postal_code` and `city` ·
7 `country`, abroad only. `recipient` is line 1 where it names the person, the line below where it does not.
"""

import re
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from service_kit.forms_of_address import NO_FIRST_NAME
from service_kit.postal_abbreviations import (
    BUILDING_WORDS,
    SAINTS,
    STREET_TITLES,
    STREET_TYPES,
    abbreviate_phrases,
    abbreviate_street_type,
    routing_labels,
    without_articles,
)
from service_kit.postal_capitals import (
    NotPostalLettersError,
    postal_capitals,
    printable_words,
)
from service_kit.postal_countries import UnknownCountryError, country_line

LINE_LIMIT = 38
STREET_LIMIT = 32  # the street's name without its number; longer ones are abbreviated
LINES_AT_HOME = 6
LINES_ABROAD = 7

_HOUSE_NUMBER = re.compile(r"^[0-9]+(?: (?:BIS|TER|QUATER|QUINQUIES|[A-Z]))?(?= )")
_POSTAL_CODE = re.compile(r"[0-9]{5}")
_SHORT_TITLES = {"MONSIEUR": "M.", "MADAME": "Mme", "MADEMOISELLE": "Mme"}

Field = Literal["name", "recipient", "complement", "building", "street", "locality", "postal_code", "city", "country"]
Reason = Literal["too_long", "too_many_lines", "missing", "malformed"]


class AddressDoesNotFit(Exception):
    """The address cannot be printed within the norm: the back office must correct the named field.

    It carries the field's name and the reason, never the content.
    """

    code = "address-does-not-fit"

    def __init__(self, field: Field, reason: Reason) -> None:
        super().__init__(f"{self.code}: {field} ({reason})")
        self.field: Field = field
        self.reason: Reason = reason


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class PostalAddress:
    """Where a person receives letters, as the insurer's file says it. `country`: ISO 3166 code or name."""

    recipient: str | None = None
    complement: str | None = None
    building: str | None = None
    street: str | None = None
    locality: str | None = None
    postal_code: str
    city: str
    country: str | None = None


def address_lines(title: str | None, last_name: str, first_name: str | None, address: PostalAddress) -> list[str]:
    """Lay out the address block, person first, blank lines dropped.

    Gives 2 to 6 lines (7 abroad) of 1 to 38 characters; lines 4 to 7 are unaccented capitals without
    punctuation. Raises AddressDoesNotFit for the first field that does not fit (NF Z 10-011).
    """
    country = _country(address.country)
    lines = [
        *_people(title, last_name, first_name, address.recipient),
        _building("complement", address.complement),
        _building("building", address.building),
        _street(address.street),
        _locality(address.locality),
        _town(address, abroad=country is not None),
        country or "",
    ]
    printed = [line for line in lines if line]
    if len(printed) > (LINES_ABROAD if country else LINES_AT_HOME):
        raise AddressDoesNotFit("recipient", "too_many_lines")
    return printed


def _people(title: str | None, last_name: str, first_name: str | None, recipient: str | None) -> list[str]:
    """Name the person, then who receives the person's mail if that is somebody else (a guardian, a home)."""
    if not printable_words(last_name):
        raise AddressDoesNotFit("name", "missing")
    candidates = list(_person_forms(title, last_name, first_name))
    stated = printable_words(recipient)
    if stated and _names(stated, last_name):
        return _one_line_or_two("recipient", [stated, *candidates])
    person = _one_line_or_two("name", candidates)
    return [*person, *_one_line_or_two("recipient", [stated])] if stated else person


def _one_line_or_two(field: Field, candidates: list[str]) -> list[str]:
    """Write who it is on one line, or between two words on two: a name is never cut, and many are longer than a line."""
    for lines in (1, 2):
        for candidate in candidates:
            wrapped = textwrap.wrap(candidate, LINE_LIMIT, break_long_words=False)
            if len(wrapped) <= lines and all(len(line) <= LINE_LIMIT for line in wrapped):
                return wrapped
    raise AddressDoesNotFit(field, "too_long")


def _person_forms(title: str | None, last_name: str, first_name: str | None) -> Iterable[str]:
    """Give the ways to write a person on one line, the fullest first; the last name is never shortened."""
    full_title, last, first = printable_words(title), printable_words(last_name), printable_words(first_name)
    if first.upper() in NO_FIRST_NAME:
        first = ""
    short_title = _SHORT_TITLES.get(full_title.upper(), full_title)
    for words in (full_title, first), (short_title, first), (short_title, _initials(first)):
        yield " ".join(word for word in (*words, last) if word)


def _initials(first_name: str) -> str:
    """Shorten each part of a first name to its initial: Jean-François gives J.-F."""
    return "".join(part if part in {" ", "-"} else f"{part[0]}." for part in re.split(r"([ -])", first_name) if part)


def _names(stated: str, last_name: str) -> bool:
    try:
        return f" {postal_capitals(last_name)} " in f" {postal_capitals(stated)} "
    except NotPostalLettersError:
        return False


def _building(field: Literal["complement", "building"], value: str | None) -> str:
    typed = printable_words(value)
    if len(typed) <= LINE_LIMIT:
        return typed
    plain = _capitals(field, typed)
    shorter = abbreviate_phrases(plain, BUILDING_WORDS)
    return _first_that_fits(field, [plain, shorter, *without_articles(shorter)])


def _street(value: str | None) -> str:
    plain = _capitals("street", printable_words(value))
    number = _HOUSE_NUMBER.match(plain)
    prefix = f"{number.group()} " if number else ""
    name = plain.removeprefix(prefix)
    forms = [prefix + form for form in _street_name_forms(name)]
    within_norm = [form for form in forms if len(form) - len(prefix) <= STREET_LIMIT]
    return _first_that_fits("street", [*within_norm, *reversed(forms)])


def _street_name_forms(name: str) -> Iterable[str]:
    yield name
    short_type = abbreviate_street_type(name, STREET_TYPES)
    yield short_type
    short_titles = abbreviate_phrases(short_type, STREET_TITLES)
    yield short_titles
    yield from without_articles(short_titles)


def _locality(value: str | None) -> str:
    plain = _capitals("locality", printable_words(value))
    shorter = abbreviate_phrases(plain, BUILDING_WORDS | SAINTS)
    return _first_that_fits("locality", [plain, shorter, *without_articles(shorter)])


def _town(address: PostalAddress, *, abroad: bool) -> str:
    code = printable_words(address.postal_code).upper()
    if not abroad:
        code = code.replace(" ", "")
        if not _POSTAL_CODE.fullmatch(code):
            raise AddressDoesNotFit("postal_code", "malformed" if code else "missing")
    town = _capitals("city", printable_words(address.city))
    if not town:
        raise AddressDoesNotFit("city", "missing")
    return _first_that_fits("city", [f"{code} {label}".strip() for label in routing_labels(town)])


def _country(value: str | None) -> str | None:
    try:
        return country_line(printable_words(value))
    except (UnknownCountryError, NotPostalLettersError):
        raise AddressDoesNotFit("country", "malformed") from None


def _capitals(field: Field, value: str) -> str:
    try:
        return postal_capitals(value)
    except NotPostalLettersError:
        raise AddressDoesNotFit(field, "malformed") from None


def _first_that_fits(field: Field, candidates: Iterable[str]) -> str:
    for candidate in candidates:
        if len(candidate) <= LINE_LIMIT:
            return candidate
    raise AddressDoesNotFit(field, "too_long")
