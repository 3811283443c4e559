"""Members, contracts and beneficiaries, as their enrolment leaves them: real seals, digests and fingerprints.

Several processes do it, with a share of the members each. Nothing is left to tell: a stock that came long ago.
"""

from datetime import date, datetime
from typing import Any

from contracts_service.domain.brand_policy import BrandPolicy
from contracts_service.domain.enrolment_line import EnrolmentLine, parse_enrolment_line
from contracts_service.security.seals import Seals
from contracts_service.usecases.member_rows import Enrolment, MemberRows, beneficiary_row, contract_row, member_row
from service_kit.brands import read_brands
from service_kit.database import Connection
from service_kit.key_rings import KeyRing

from tests.bench.contracts_stock.jobs import Job, copy, open_database
from tests.bench.contracts_stock.people import BRAND, enrolment, family, iban_of, id_of

MEMBERS_AT_ONCE = 5_000


async def fill_members(job: Job) -> int:
    """Write the members of a share, with contracts and beneficiaries; return how many people that were."""
    seals = Seals.on(KeyRing.read(job.data_keys))
    policy = read_brands(job.brands, "contracts", BrandPolicy)[BRAND]
    people, database = 0, await open_database(job)
    for some in job.share.slices(MEMBERS_AT_ONCE):
        rows = [_enrol(seals, policy, number, today=job.today) for number in range(some.first, some.first + some.size)]
        people += sum(1 + len(one.beneficiaries) for one in rows)
        async with database.transaction() as connection:
            await _copy_members(connection, rows, now=job.now)
            numbers = range(some.first, some.first + some.size)
            await copy(connection, "bank_details", [_bank_details(seals, one, now=job.now) for one in numbers])
    await database.close()
    return people


def _enrol(seals: Seals, policy: BrandPolicy, number: int, *, today: date) -> MemberRows:
    line = parse_enrolment_line(enrolment(number, today), policy.numbers, today=today)
    assert isinstance(line, EnrolmentLine), line
    enrolled = Enrolment(BRAND, id_of("member", number), id_of("contract", number), 1, line, line.email)
    ids = [one.id for one in family(number, today)]
    people = [
        beneficiary_row(seals, enrolled, place=place, beneficiary_id=person_id) for place, person_id in enumerate(ids)
    ]
    return MemberRows(member_row(seals, enrolled), contract_row(enrolled), people)


async def _copy_members(connection: Connection, rows: list[MemberRows], *, now: datetime) -> None:
    people = [person for one in rows for person in one.beneficiaries]
    told = [{"created_at": now, "look_on": _look_on(person.autonomous_from, now)} for person in people]
    await copy(connection, "members", [vars(one.member) | {"created_at": now, "changed_at": now} for one in rows])
    await copy(connection, "contracts", [vars(one.contract) for one in rows])
    await copy(connection, "beneficiaries", [vars(one) | more for one, more in zip(people, told, strict=True)])


def _bank_details(seals: Seals, number: int, *, now: datetime) -> dict[str, Any]:
    details_id, member_id = id_of("bank details", number), id_of("member", number)
    iban, owner = iban_of(number), str(details_id)
    return {
        "id": details_id,
        "brand": BRAND,
        "member_id": member_id,
        "person_id": member_id,
        "state": "in_force",
        "iban_sealed": seals.bank_iban.seal(iban.encode(), context=owner),
        "holder_sealed": seals.bank_holder.seal(f"Personne {number}".encode(), context=owner),
        "iban_digest": seals.iban_digests.of(str(member_id), iban),
        "requested_at": now,
        "in_force_on": now.date(),
        "in_force_at": now,
    }


def _look_on(autonomous_from: date, now: datetime) -> date | None:
    """Whoever is known apart from the member was told of long ago, children will be."""
    return None if autonomous_from <= now.date() else autonomous_from
