"""Phone numbers: read as French people write them, kept in E.164.

Only the length is checked against the numbering plan of the country: ranges open faster than the library's tables
follow, and a line is not refused for that.
"""

import re

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat

from contracts_service.domain.refused_value import RefusedValueError

LONGEST_TEXT = 40

_WRITTEN = re.compile(r"[+＋]?[\d().\-/\u2010-\u2015]+")
_FRANCE = 33
# Nine digits behind the zero or +33 are all that the plan asks for: nearly every number of a file is told at once.
_PLAIN_FRENCH = re.compile(r"(?:\+33|0)([1-9][0-9]{8})")

# The first four digits of a national number that is dialled in France but belongs to another calling code (ARCEP's
# numbering plan). 06 39 98 belongs to no one: it is kept for films.
_OVERSEAS = {
    "0590": "GP", "0690": "GP", "0691": "GP",
    "0594": "GF", "0694": "GF",
    "0596": "MQ", "0696": "MQ", "0697": "MQ",
    "0262": "RE", "0263": "RE", "0692": "RE", "0693": "RE",
    "0269": "YT", "0639": "YT",
}  # fmt: skip


class PhoneNumberError(RefusedValueError):
    """The text is no phone number; `code` is `invalid-phone`."""

    def __init__(self) -> None:
        super().__init__("invalid-phone")


def normalise_phone_number(text: str) -> str:
    """Return the number in E.164 (`+33612345678`), from international or French national notation.

    Raises PhoneNumberError.
    """
    compact = "".join(text[: LONGEST_TEXT + 1].split())
    if len(text) > LONGEST_TEXT or not _WRITTEN.fullmatch(compact):
        raise PhoneNumberError
    plain = _PLAIN_FRENCH.fullmatch(compact)
    if plain is not None and compact[:4] not in _OVERSEAS:
        return f"+{_FRANCE}{plain[1]}"
    number = _overseas(compact) or _read(compact, "FR")
    if not phonenumbers.is_possible_number(number) or _has_a_zero_too_many(number):
        raise PhoneNumberError
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _overseas(compact: str) -> PhoneNumber | None:
    region = _OVERSEAS.get(re.sub(r"\D", "", compact)[:4])
    number = _read(compact, region) if region else None
    return number if number and phonenumbers.is_valid_number(number) else None


def _has_a_zero_too_many(number: PhoneNumber) -> bool:
    # `06 12 34 56 7`: one digit short, the trunk zero would be taken for a part of the number.
    return number.country_code == _FRANCE and bool(number.italian_leading_zero)


def _read(compact: str, region: str) -> PhoneNumber:
    try:
        return phonenumbers.parse(compact, region)
    except NumberParseException as error:
        raise PhoneNumberError from error
