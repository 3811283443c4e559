"""The kinds of field of an enrolment line, as pydantic types: each reads one text, or refuses it by a code.

Used by `enrolment_line`; the rules themselves are in the modules imported here.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainValidator, ValidationInfo
from pydantic_core import PydanticKnownError

from contracts_service.domain.birth_date import BirthDate, parse_birth_date
from contracts_service.domain.countries import COUNTRIES
from contracts_service.domain.email_address import LONGEST_EMAIL, normalise_email_address
from contracts_service.domain.line_problems import refusal
from contracts_service.domain.personal_text import check_name, clean_text
from contracts_service.domain.phone_number import normalise_phone_number
from contracts_service.domain.refused_value import RefusedValueError
from contracts_service.domain.social_security_number import SocialSecurityNumber, parse_social_security_number

_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class BrandRules:
    """What a brand says of its own numbers: patterns that the whole text matches."""

    membership_number: re.Pattern[str]
    statement_identifier: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Reading:
    """What the validators are told: the brand's rules, and the civil date (Europe/Paris) of the import."""

    rules: BrandRules
    today: date


def _field(read: Callable[[str, Reading], object], *, max_length: int) -> PlainValidator:
    """Build the validator of a field: a clean text of at most `max_length` characters, then `read`."""

    def validate(value: Any, info: ValidationInfo) -> object:
        if not isinstance(value, str):
            raise PydanticKnownError("string_type")
        try:
            return read(clean_text(value, max_length=max_length), _reading(info))
        except RefusedValueError as error:
            limits = {"max_length": max_length} if error.code == "too-long" else {}
            raise refusal(error.code, **limits) from None

    return PlainValidator(validate, json_schema_input_type=str)


def at_most(most: int) -> BeforeValidator:
    """Build the validator of a list's length: pydantic's own counts only after it has validated every element."""

    def check(value: Any) -> Any:
        if isinstance(value, list) and len(value) > most:
            raise refusal("too-many", most=most)
        return value

    return BeforeValidator(check)


def _reading(info: ValidationInfo) -> Reading:
    if not isinstance(info.context, Reading):
        raise TypeError("validate with context=Reading(…)")
    return info.context


def _read_text(text: str, _: Reading) -> str:
    return text


def _read_name(text: str, _: Reading) -> str:
    return check_name(text)


def _read_nir(text: str, _: Reading) -> SocialSecurityNumber:
    return parse_social_security_number(text)


def _read_birth_date(text: str, reading: Reading) -> BirthDate:
    return parse_birth_date(text, today=reading.today)


def _read_email(text: str, _: Reading) -> str:
    return normalise_email_address(text)


def _read_phone(text: str, _: Reading) -> str:
    return normalise_phone_number(text)


def _read_date(text: str, _: Reading) -> date:
    if not _ISO_DATE.fullmatch(text):
        raise RefusedValueError("invalid-date")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise RefusedValueError("invalid-date") from None


def _read_country(text: str, _: Reading) -> str:
    if text not in COUNTRIES:
        raise RefusedValueError("unknown-country")
    return text


def _read_membership_number(text: str, reading: Reading) -> str:
    if not reading.rules.membership_number.fullmatch(text):
        raise RefusedValueError("invalid-membership-number")
    return text


def _read_statement_identifier(text: str, reading: Reading) -> str:
    if not reading.rules.statement_identifier.fullmatch(text):
        raise RefusedValueError("invalid-statement-identifier")
    return text


# Where no length is a rule of its own, the reader's own code tells more than "too long" does.
_READABLE = 100

MembershipNumber = Annotated[str, _field(_read_membership_number, max_length=_READABLE)]
StatementIdentifier = Annotated[str, _field(_read_statement_identifier, max_length=_READABLE)]
Nir = Annotated[SocialSecurityNumber, _field(_read_nir, max_length=_READABLE)]
PersonName = Annotated[str, _field(_read_name, max_length=100)]
PartialBirthDate = Annotated[BirthDate, _field(_read_birth_date, max_length=_READABLE)]
CivilDate = Annotated[date, _field(_read_date, max_length=_READABLE)]
EmailAddress = Annotated[str, _field(_read_email, max_length=LONGEST_EMAIL)]
PhoneNumber = Annotated[str, _field(_read_phone, max_length=_READABLE)]
Country = Annotated[str, _field(_read_country, max_length=_READABLE)]
Line = Annotated[str, _field(_read_text, max_length=100)]
ShortText = Annotated[str, _field(_read_text, max_length=20)]
