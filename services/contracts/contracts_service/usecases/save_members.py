"""Members as lines tell them: new ones are enrolled, known ones change or stay as they are.

Reads members, beneficiaries and terminations; writes members, contracts, beneficiaries and the outbox; publishes
member.enrolled and member.changed. In the caller's transaction.
"""

from collections.abc import Iterator
from datetime import datetime

from service_kit.database import Connection
from service_kit.time_slices import TimeSlices

from contracts_service.domain.enrolment_line import EnrolmentLine
from contracts_service.domain.known_beneficiaries import recognise
from contracts_service.domain.present_email import email_after_import
from contracts_service.resources import Contracts
from contracts_service.store import beneficiaries, contracts, members
from contracts_service.store.members import KnownMember, RenewedDigests
from contracts_service.usecases.chosen_parts import keep_chosen, still_chosen
from contracts_service.usecases.left_members import numbers_that_left
from contracts_service.usecases.member_events import publish_members
from contracts_service.usecases.member_rows import Enrolment, MemberRows, beneficiary_row, contract_row, member_row
from contracts_service.usecases.saved_lines import NumberedLine, Saved
from contracts_service.usecases.standing_terminations import keep_standing_ends


async def save_members(
    service: Contracts,
    connection: Connection,
    *,
    brand: str,
    lines: list[NumberedLine[EnrolmentLine]],
    now: datetime,
) -> Saved:
    """Write what is new in `lines`, in their order: of two lines about one member, the later one stays."""
    await members.lock_brand(connection, brand)
    accepted = 0
    for some in _without_repetition([one.line for one in lines]):
        enrolments, renewals = await _compare(service, connection, brand=brand, lines=some)
        if renewals:
            await members.renew_digests(connection, renewals)
        if enrolments:
            rows = await _rows(service, connection, enrolments)
            await _write(connection, rows, now=now)
            await publish_members(service, connection, rows, now=now)
        accepted += len(enrolments)
    return Saved(accepted, len(lines) - accepted, refused=[])


def _without_repetition(lines: list[EnrolmentLine]) -> Iterator[list[EnrolmentLine]]:
    """Cut `lines` so that no part holds two lines about the same member."""
    part: dict[str, EnrolmentLine] = {}
    for line in lines:
        if line.membership_number in part:
            yield list(part.values())
            part = {}
        part[line.membership_number] = line
    yield list(part.values())


async def _compare(
    service: Contracts, connection: Connection, *, brand: str, lines: list[EnrolmentLine]
) -> tuple[list[Enrolment], list[RenewedDigests]]:
    """Return what is to be written: lines about unknown members, and those that say something new.

    And the digests of members about whom a line says what was known, where a former data key made them.
    """
    numbers = [line.membership_number for line in lines]
    known = await members.find_all(connection, brand=brand, membership_numbers=numbers)
    found, renewals, slices = [], [], TimeSlices()
    unknown = [one for one in lines if one.membership_number not in known]
    left = await numbers_that_left(service, connection, brand=brand, lines=unknown)
    for line in lines:
        await slices.pause()
        member = known.get(line.membership_number)
        if line.membership_number in left:
            continue
        if member is None:
            found.append(Enrolment(brand, service.entropy.new_id(), service.entropy.new_id(), 1, line, line.email))
        elif not service.seals.is_fingerprint(member.fingerprint, brand, line):
            email = _present_email(service, member, line)
            chosen = still_chosen(service.seals, member.chosen, member.id, line) if member.chosen else {}
            found.append(Enrolment(brand, member.id, member.contract_id, member.version + 1, line, email, chosen))
        elif not service.seals.is_current_fingerprint(member.fingerprint):
            renewals.append(_renew(service, member, brand, line))
    return found, renewals


def _renew(service: Contracts, member: KnownMember, brand: str, line: EnrolmentLine) -> RenewedDigests:
    seals = service.seals
    return RenewedDigests(
        member.id,
        seals.fingerprint(brand, line),
        None if member.file_email_digest is None else seals.file_email_digest(member.id, line.email),
        still_chosen(seals, member.chosen, member.id, line),
    )


def _present_email(service: Contracts, member: KnownMember, line: EnrolmentLine) -> str | None:
    digest = member.file_email_digest
    told_before = digest is not None and service.seals.is_file_email(digest, member.id, line.email)
    return email_after_import(present=member.email, told=line.email, told_before=told_before)


async def _rows(service: Contracts, connection: Connection, enrolments: list[Enrolment]) -> list[MemberRows]:
    known = await beneficiaries.known_of(connection, [one.contract_id for one in enrolments])
    told, slices = [], TimeSlices()
    for one in enrolments:
        people = [
            beneficiary_row(service.seals, one, place=place, beneficiary_id=known_id or service.entropy.new_id())
            for place, known_id in enumerate(recognise(known[one.contract_id], one.line.beneficiaries))
        ]
        told.append(MemberRows(member_row(service.seals, one), contract_row(one), people))
        await slices.pause()
    told = [await keep_chosen(connection, one) if one.member.chosen else one for one in told]
    return await keep_standing_ends(connection, told)


async def _write(connection: Connection, rows: list[MemberRows], *, now: datetime) -> None:
    await members.save_all(connection, [one.member for one in rows], now=now)
    await contracts.save_all(connection, [one.contract for one in rows])
    people = [person for one in rows for person in one.beneficiaries]
    await beneficiaries.replace_all(connection, people, contract_ids=[one.contract.id for one in rows], now=now)
