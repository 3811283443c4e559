"""What a member has chosen, held against what a file says. Reads members, contracts and beneficiaries.

Called by `save_members` for members who have chosen something, and by every use case in which one chooses.
"""

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from service_kit.database import Connection

from contracts_service.domain.chosen_parts import (
    Part,
    said_of_address,
    said_of_beneficiaries,
    said_of_phone,
)
from contracts_service.domain.enrolment_line import EnrolmentLine
from contracts_service.security.seals import Seals
from contracts_service.store.beneficiaries import BeneficiaryRow
from contracts_service.usecases.member_rows import MemberRows
from contracts_service.usecases.present_member import load_member


def chosen_with(seals: Seals, rows: MemberRows, part: Part) -> dict[str, str]:
    """Return `members.chosen` for a member who chooses `part` now; call it with the rows as they were before.

    A part that was chosen before keeps the digest of what the file had said then.
    """
    chosen = rows.member.chosen
    return (
        chosen
        if part in chosen
        else {**chosen, part: seals.file_part(rows.member.id, part, _said_by(seals, rows, part))}
    )


def still_chosen(seals: Seals, chosen: Mapping[str, str], member_id: UUID, line: EnrolmentLine) -> dict[str, str]:
    """Return the choices of which `line` says what the file had said before: they stay, marked under the current data key."""
    said = _said_by_line(line)
    return {
        part: seals.file_part(member_id, part, said[part])
        for part, mark in chosen.items()
        if seals.is_file_part(mark, member_id, part, said[part])
    }


async def keep_chosen(connection: Connection, told: MemberRows) -> MemberRows:
    """Return the rows that a file tells, with the present values of the parts in `told.member.chosen`."""
    present = await load_member(connection, brand=told.member.brand, member_id=told.member.id, lock=True)
    assert present is not None  # whoever has chosen something is there
    chosen, member, people = told.member.chosen, told.member, told.beneficiaries
    if "phone" in chosen:
        member = replace(member, phone=present.member.phone)
    if "address" in chosen:
        member = replace(member, address=present.member.address)
    if "beneficiaries" in chosen:
        people = present.beneficiaries
    return MemberRows(member, told.contract, people)


def _said_by(seals: Seals, rows: MemberRows, part: Part) -> bytes:
    if part == "phone":
        return said_of_phone(rows.member.phone)
    if part == "address":
        return said_of_address(rows.member.address)
    return said_of_beneficiaries([_person(seals, row) for row in rows.beneficiaries])


def _said_by_line(line: EnrolmentLine) -> dict[str, bytes]:
    people = [
        (
            one.first_name,
            one.last_name,
            one.birth_date.text,
            one.birth_rank,
            one.relation,
            None if one.nir is None else one.nir.number13,
        )
        for one in line.beneficiaries
    ]
    return {
        "phone": said_of_phone(line.phone),
        "address": said_of_address(line.address.model_dump(mode="json")),
        "beneficiaries": said_of_beneficiaries(people),
    }


def _person(seals: Seals, row: BeneficiaryRow) -> tuple[str | None, str, str, int, str, str | None]:
    sealed = row.nir_sealed
    nir = None if sealed is None else seals.beneficiary_nir.open(sealed, context=str(row.id)).decode()
    return row.first_name, row.last_name, row.birth_date, row.birth_rank, row.relation, nir
