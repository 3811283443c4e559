"""Rows of members as the events that tell them: the whole state, the personal part to be sealed. Writes the outbox.

Whatever made a new version of a member, a line of a file or the member, is told from the same rows in the same words.
"""

from datetime import datetime
from uuid import UUID

from service_kit.database import Connection
from service_kit.events import Event
from service_kit.time_slices import TimeSlices
from service_kit.tracing import current_traceparent

from contracts_service.domain.delivery_preference import Delivery, effective_delivery
from contracts_service.event_parts import Address, Beneficiary, Guarantee
from contracts_service.events import MemberChanged, MemberEnrolled, MemberState
from contracts_service.resources import Contracts
from contracts_service.security.seals import Seals
from contracts_service.store import contact_details
from contracts_service.store.beneficiaries import BeneficiaryRow
from contracts_service.usecases.member_rows import MemberRows


async def publish_members(service: Contracts, connection: Connection, rows: list[MemberRows], *, now: datetime) -> None:
    """Record the event of each member's new version in the caller's transaction."""
    trace = current_traceparent()
    ways = {
        known.id: effective_delivery(known.delivery_preference, known.email_state)
        for known in await contact_details.deliveries_of(connection, [one.member.id for one in rows])
    }
    events: list[tuple[UUID, Event, str | None]] = []
    slices = TimeSlices()
    for one in rows:
        events.append((service.entropy.new_id(), event_of(service.seals, one, ways[one.member.id]), trace))
        await slices.pause()
    await service.outbox.append_all(connection, events, occurred_at=now)


def event_of(seals: Seals, rows: MemberRows, delivery: Delivery) -> MemberState:
    """Return member.enrolled for a member's first version, member.changed for any later one."""
    member, contract, owner = rows.member, rows.contract, str(rows.member.id)
    model: type[MemberState] = MemberEnrolled if member.version == 1 else MemberChanged
    statement = member.statement_identifier_sealed
    return model(
        version=member.version,
        member_id=member.id,
        brand=member.brand,
        effective_date=contract.effective_date,
        renewal_date=contract.renewal_date,
        end_date=contract.end_date,
        contract_kind=contract.kind,
        product=contract.product,
        responsible=contract.responsible,
        guarantees=[Guarantee(**one) for one in contract.guarantees],
        delivery_preference=delivery,
        membership_number=member.membership_number,
        nir=seals.member_nir.open(member.nir_sealed, context=owner).decode(),
        title=member.title,
        last_name=member.last_name,
        birth_name=member.birth_name,
        first_name=member.first_name,
        birth_date=member.birth_date,
        email=member.email,
        statement_identifier=(
            None if statement is None else seals.statement_identifier.open(statement, context=owner).decode()
        ),
        address=Address(**member.address),
        beneficiaries=[_beneficiary(row) for row in rows.beneficiaries],
    )


def _beneficiary(row: BeneficiaryRow) -> Beneficiary:
    return Beneficiary(
        first_name=row.first_name,
        last_name=row.last_name,
        birth_date=row.birth_date,
        birth_rank=row.birth_rank,
        relation=row.relation,
    )
