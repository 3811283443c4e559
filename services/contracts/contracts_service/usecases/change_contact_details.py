"""A person changes the own contact details: one that was seen, and nobody's change is lost.

Reads and writes members (or the beneficiary's own row), under the brand's lock; publishes member.changed and
contact-details.changed. What the member chooses stays until the file says something else (ADR 0012).
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from service_kit.access_tokens import MemberPrincipal
from service_kit.clock import civil_date
from service_kit.database import Connection
from service_kit.http.preconditions import Seen
from service_kit.http.problems import InvalidRequest, NotFound
from service_kit.problems import FieldProblem

from contracts_service.domain.chosen_parts import Part
from contracts_service.domain.email_checks import next_check_on
from contracts_service.domain.enrolment_fields import Reading
from contracts_service.domain.line_problems import TEXTS
from contracts_service.domain.phone_number import PhoneNumberError, normalise_phone_number
from contracts_service.domain.postal_form import AddressRefused, Named, patched_address
from contracts_service.event_parts import Address
from contracts_service.events import Changeable, ContactDetailsChanged
from contracts_service.resources import Contracts
from contracts_service.store import contact_details, members
from contracts_service.store.contact_details import ContactFacts
from contracts_service.usecases.chosen_parts import chosen_with
from contracts_service.usecases.member_rows import MemberRows
from contracts_service.usecases.present_contact import FormerWay, PresentContact, former_way, present_contact
from contracts_service.usecases.present_member import load_member, save_change
from contracts_service.usecases.recognise_viewer import recognise_viewer
from contracts_service.usecases.take_turns import turn_of

PARTS: tuple[Part, Part] = ("phone", "address")  # that a file brings, too
CHANGEABLE: tuple[Changeable, ...] = ("phone", "address", "delivery_preference")
NOT_HERS = FieldProblem(
    "address", "members-only", "L’adresse postale est celle du contrat\u202f: seul l’adhérent peut la changer."
)

# Field of the contact details → what it becomes: a merge patch (RFC 7396), null takes a telephone number away.
Patch = Mapping[str, Any]


async def change_contact_details(
    service: Contracts, caller: MemberPrincipal, patch: Patch, *, seen: Seen, now: datetime
) -> PresentContact:
    """Change what `patch` names, and return what there is then.

    Raises NotFound, ChangedMeanwhile, and InvalidRequest for what cannot be kept or printed.
    """
    async with turn_of(service, caller) as connection:
        viewer = await recognise_viewer(connection, caller, now=now)
        if viewer.role == "member":
            await members.lock_brand_briefly(connection, viewer.brand)
        else:
            await contact_details.lock_beneficiary(connection, viewer.person_id)
        present = await present_contact(service, connection, viewer)
        seen.require(present.tag)
        wanted = _wanted(service, present, patch, today=civil_date(now))
        changed = [name for name, value in wanted.items() if value != getattr(present.facts, name)]
        if changed:
            way = await former_way(service, connection, present, now=now, address_changes="address" in changed)
            await _save(service, connection, present, {name: wanted[name] for name in changed}, now=now)
            await _tell(service, connection, present, way, changed, now=now)
            present = await present_contact(service, connection, viewer)
    service.foundation.wake.call()
    return present


def _wanted(service: Contracts, present: PresentContact, patch: Patch, *, today: date) -> dict[str, Any]:
    """Return what the named fields are to be, read and checked: all that is wrong is said at once."""
    wanted, problems = dict(patch), []
    if patch.get("phone") is not None:
        try:
            wanted["phone"] = normalise_phone_number(patch["phone"])
        except PhoneNumberError as error:
            problems.append(FieldProblem("phone", error.code, TEXTS[error.code]))
    if "address" in patch and present.viewer.role != "member":
        problems.append(NOT_HERS)
    elif "address" in patch:
        try:
            wanted["address"] = _address(service, present, patch["address"], today=today)
        except AddressRefused as error:
            problems += error.problems
    if problems:
        raise InvalidRequest(fields=tuple(problems))
    return wanted


def _address(service: Contracts, present: PresentContact, patch: Patch, *, today: date) -> dict[str, Any]:
    reading = Reading(service.brands[present.viewer.brand].numbers, today)
    return patched_address(present.facts.address, patch, named(present.facts), reading)


def named(facts: ContactFacts) -> Named:
    """Return whom letters are for."""
    return Named(facts.title, facts.last_name, facts.first_name)


async def _save(
    service: Contracts, connection: Connection, present: PresentContact, wanted: Patch, *, now: datetime
) -> None:
    viewer, facts = present.viewer, present.facts
    preference = wanted.get("delivery_preference", facts.delivery_preference)
    if viewer.role != "member":
        phone = wanted.get("phone", facts.phone)
        await contact_details.save_of_beneficiary(connection, viewer.person_id, phone=phone, preference=preference)
        return
    if preference != facts.delivery_preference:
        months = service.brands[viewer.brand].contact.email_check_months
        check_on = next_check_on(facts.email_verified_at, months=months, today=civil_date(now))
        await contact_details.save_preference(connection, viewer.member_id, preference, email_check_on=check_on)
    rows = await load_member(connection, brand=viewer.brand, member_id=viewer.member_id, lock=True)
    if rows is None:
        raise NotFound
    await save_change(service, connection, _chosen(service, rows, wanted), now=now)


def _chosen(service: Contracts, rows: MemberRows, wanted: Patch) -> MemberRows:
    for part in PARTS:
        if part in wanted:
            chosen = chosen_with(service.seals, rows, part)
            rows = replace(rows, member=replace(rows.member, chosen=chosen, **{part: wanted[part]}))
    return rows


async def _tell(
    service: Contracts,
    connection: Connection,
    present: PresentContact,
    way: FormerWay,
    changed: list[str],
    *,
    now: datetime,
) -> None:
    event = ContactDetailsChanged(
        version=1,
        member_id=present.viewer.person_id,
        brand=present.viewer.brand,
        change_id=service.entropy.new_id(),
        changed_at=now,
        changed=[part for part in CHANGEABLE if part in changed],
        by_post=way.by_post,
        former_address=None if way.former_address is None else Address(**way.former_address),
    )
    await service.outbox.append(connection, event, event_id=service.entropy.new_id(), occurred_at=now)
