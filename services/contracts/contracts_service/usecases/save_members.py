"""Members as lines tell them: new ones are enrolled, known ones change or stay as they are.

Reads members and beneficiaries; writes members, contracts, beneficiaries and the outbox; publishes member.enrolled and
member.changed. In the caller's transaction.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service_kit.database import Connection
from service_kit.events import Event
from service_kit.tracing import current_traceparent

from contracts_service.domain.enrolment_line import EnrolmentLine
from contracts_service.domain.known_beneficiaries import recognise
from contracts_service.resources import Contracts
from contracts_service.store import beneficiaries, contracts, members
from contracts_service.usecases.member_events import event_of
from contracts_service.usecases.member_rows import Enrolment, beneficiary_row, contract_row, member_row

SEALED_AT_ONCE = 20  # events; sealing takes the processor, and others on this event loop wait meanwhile


@dataclass(frozen=True)
class Saved:
    """How many lines were written, and how many said what was known."""

    accepted: int
    unchanged: int


async def save_members(
    service: Contracts, connection: Connection, *, brand: str, lines: list[EnrolmentLine], now: datetime
) -> Saved:
    """Write what is new in `lines`, in their order: of two lines about one member, the later one stays."""
    await members.lock_brand(connection, brand)
    accepted = 0
    for some in _without_repetition(lines):
        enrolments = await _compare(service, connection, brand=brand, lines=some)
        if enrolments:
            await _write(service, connection, enrolments, now=now)
            await _publish(service, connection, enrolments, now=now)
        accepted += len(enrolments)
    return Saved(accepted, len(lines) - accepted)


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
) -> list[Enrolment]:
    """Return what is to be written: lines about unknown members, and those that say something new."""
    numbers = [line.membership_number for line in lines]
    known = await members.find_all(connection, brand=brand, membership_numbers=numbers)
    found = []
    for line in lines:
        member = known.get(line.membership_number)
        if member is None:
            found.append(Enrolment(brand, service.entropy.new_id(), service.entropy.new_id(), 1, line))
        elif not service.seals.is_fingerprint(member.fingerprint, brand, line):
            found.append(Enrolment(brand, member.id, member.contract_id, member.version + 1, line))
    return found


async def _write(service: Contracts, connection: Connection, enrolments: list[Enrolment], *, now: datetime) -> None:
    await members.save_all(connection, [member_row(service.seals, one) for one in enrolments], now=now)
    await contracts.save_all(connection, [contract_row(one) for one in enrolments])
    contract_ids = [one.contract_id for one in enrolments]
    known = await beneficiaries.known_of(connection, contract_ids)
    rows = [
        beneficiary_row(service.seals, one, place=place, beneficiary_id=beneficiary_id or service.entropy.new_id())
        for one in enrolments
        for place, beneficiary_id in enumerate(recognise(known[one.contract_id], one.line.beneficiaries))
    ]
    await beneficiaries.replace_all(connection, rows, contract_ids=contract_ids, now=now)


async def _publish(service: Contracts, connection: Connection, enrolments: list[Enrolment], *, now: datetime) -> None:
    trace = current_traceparent()
    events: list[tuple[UUID, Event, str | None]] = [
        (service.entropy.new_id(), event_of(one), trace) for one in enrolments
    ]
    for first in range(0, len(events), SEALED_AT_ONCE):
        await service.outbox.append_all(connection, events[first : first + SEALED_AT_ONCE], occurred_at=now)
