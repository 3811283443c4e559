"""What is wrong with what was entered, field by field, before anything is kept."""

from collections.abc import Collection
from datetime import date, timedelta

from service_kit.problems import FieldProblem

from contracts_service.domain.email_address import EmailAddressError, normalise_email_address
from contracts_service.domain.phone_number import PhoneNumberError, normalise_phone_number
from contracts_service.domain.termination.calendar_months import months_after
from contracts_service.domain.termination.entry import Contact, Entry, entry_faults
from contracts_service.domain.termination.errors import (
    IN_FUTURE,
    IN_PAST,
    NO_EMAIL,
    NO_PHONE,
    NOT_EXPECTED,
    NOT_OFFERED,
    ONE_CONTACT,
    REQUIRED,
    TOO_FAR,
)
from contracts_service.domain.termination.motives import MOTIVES, Motive
from contracts_service.domain.termination.rules import TerminationRules

FARTHEST_MONTHS = 24
OLDEST_MONTHS = 120


def offered_motives(rules: TerminationRules, *, today: date, signed_in: bool) -> tuple[Motive, ...]:
    """Return the motives to choose from on line: the mutual's own is not, and nobody signs in to tell the own death."""
    left_out = {"unpaid"}
    if signed_in:
        left_out.add("death")
    if today < rules.withdrawal_online_from:
        left_out.add("withdrawal")
    return tuple(one for one in MOTIVES if one not in left_out)


def entry_problems(entry: Entry, *, offered: Collection[Motive], today: date) -> tuple[FieldProblem, ...]:
    """Return what is wrong with an entry on `today`."""
    found = [] if entry.motive in offered else [NOT_OFFERED]
    texts = {"required": REQUIRED, "not-expected": NOT_EXPECTED}
    found += [FieldProblem(name, *texts[fault]) for name, fault in entry_faults(entry).items()]
    if entry.event_date is not None and not _is_near(entry.event_date, today):
        found.append(FieldProblem("event_date", *TOO_FAR))
    if entry.requested_date is not None and entry.requested_date < today:
        found.append(FieldProblem("requested_date", *IN_PAST))
    elif entry.requested_date is not None and not _is_near(entry.requested_date, today):
        found.append(FieldProblem("requested_date", *TOO_FAR))
    return tuple(found)


def past_day_problems(name: str, day: date | None, *, today: date) -> tuple[FieldProblem, ...]:
    """Return what is wrong with a day that must have come."""
    if day is None or months_after(today, -OLDEST_MONTHS) <= day <= today:
        return ()
    return (FieldProblem(name, *(IN_FUTURE if day > today else TOO_FAR)),)


def normalised_contact(
    *, email: str | None, phone: str | None, postal: list[str] | None
) -> tuple[Contact | None, tuple[FieldProblem, ...]]:
    """Return the means of contact in the form in which it is kept, and what is wrong with it."""
    given = [one for one in (email, phone, postal) if one is not None]
    if not given:
        return None, ()
    if len(given) > 1:
        return None, (ONE_CONTACT,)
    try:
        if email is not None:
            return Contact(email=normalise_email_address(email)), ()
        if phone is not None:
            return Contact(phone=normalise_phone_number(phone)), ()
    except EmailAddressError:
        return None, (NO_EMAIL,)
    except PhoneNumberError:
        return None, (NO_PHONE,)
    return Contact(postal=postal), ()


def _is_near(day: date, today: date) -> bool:
    return months_after(today, -OLDEST_MONTHS) <= day <= months_after(today, FARTHEST_MONTHS) + timedelta(days=1)
