"""What a member states to get an access or to find its address again, judged before anybody is looked up: form only.

Nothing is said here of a number's form: the answer never tells which of two numbers was wrong (product row S10).
"""

import calendar
import re

from email_validator import EmailNotValidError, validate_email
from service_kit.problems import FieldProblem

from identity_service.domain.login_identifiers import letters_and_digits, normalise_email, tidy_email

LONGEST_NUMBER = 40  # a membership number; brands' own are shorter
LONGEST_ADDRESS = 254  # characters (RFC 5321, 4.5.3.1, errata 1690)

WORDS = {
    "required": "Cette information est obligatoire.",
    "too-long": "Cette information est trop longue.",
    "invalid-email": "Cette adresse e-mail n’est pas valable.",
    "confirmation-differs": "Les deux adresses e-mail saisies sont différentes.",
    "invalid-date": "La date doit s’écrire AAAA-MM-JJ, par exemple 1958-02-17.",
}


def creation_problems(*, membership_number: str, email: str, confirmation: str) -> list[FieldProblem]:
    """Return what is wrong with what is stated for an access of one's own."""
    return number_problems(membership_number) + address_problems(email=email, confirmation=confirmation)


def address_problems(*, email: str, confirmation: str) -> list[FieldProblem]:
    """Return what is wrong with an address that is typed twice."""
    if address_to_keep(email) is None:
        return [_problem("email", "invalid-email")]
    same = normalise_email(email) == normalise_email(confirmation)
    return [] if same else [_problem("email_confirmation", "confirmation-differs")]


def lookup_problems(*, membership_number: str, birth_date: str) -> list[FieldProblem]:
    """Return what is wrong with what is stated to find an address again."""
    found = number_problems(membership_number)
    return found if is_birth_date(birth_date) else [*found, _problem("birth_date", "invalid-date")]


def number_problems(membership_number: str) -> list[FieldProblem]:
    """Return what is wrong with a membership number of any brand."""
    length = len(letters_and_digits(membership_number))
    codes = ["required"] if length == 0 else ["too-long"] if length > LONGEST_NUMBER else []
    return [_problem("membership_number", code) for code in codes]


def address_to_keep(typed: str) -> str | None:
    """Return an address as it is written to: as typed, its domain in small letters and in Unicode; None for what is none."""
    try:
        # As contracts checks it, who keeps it too. `test_environment` lets a test bed's `.test` domains through.
        found = validate_email(tidy_email(typed), check_deliverability=False, strict=True, test_environment=True)
    except EmailNotValidError:
        return None
    return found.normalized if len(found.normalized) <= LONGEST_ADDRESS else None


def is_birth_date(text: str) -> bool:
    """Tell whether `text` is YYYY-MM-DD: 00 for what is unknown, or a month of 20 to 99 as contracts may have it."""
    written = re.fullmatch(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", text)
    if written is None:
        return False
    year, month, day = (int(part) for part in written.groups())
    last = calendar.monthrange(year, month)[1] if year and 1 <= month <= 12 else 31
    return year > 0 and not 13 <= month <= 19 and day <= last


def _problem(field: str, code: str) -> FieldProblem:
    return FieldProblem(field, code, WORDS[code])
