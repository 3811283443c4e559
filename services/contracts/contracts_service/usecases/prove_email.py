"""Somebody has shown that the present e-mail address is read: it is good for another year.

Reads and writes members; publishes member.changed.

Called in the caller's transaction, under the lock of the brand's members, by whoever brings a proof: the member who confirms the
address, and identity, whose code or link was answered.
"""

from datetime import datetime
from uuid import UUID

from service_kit.clock import civil_date
from service_kit.database import Connection

from contracts_service.domain.delivery_preference import Delivery, effective_delivery
from contracts_service.domain.email_checks import next_check_on
from contracts_service.resources import Contracts
from contracts_service.store import contact_details, email_checks
from contracts_service.usecases.present_member import load_member, save_change


async def prove_email(
    service: Contracts, connection: Connection, *, brand: str, member_id: UUID, now: datetime
) -> None:
    """Note the proof, and tell it where the member is told by e-mail again."""
    before = await told_by(connection, member_id)
    await note_proof(service, connection, brand=brand, member_id=member_id, now=now)
    await tell_if_changed(service, connection, before, brand=brand, member_id=member_id, now=now)


async def note_proof(service: Contracts, connection: Connection, *, brand: str, member_id: UUID, now: datetime) -> None:
    """Note the proof; the caller publishes the member's next version anyway."""
    months = service.brands[brand].contact.email_check_months
    check_on = next_check_on(now, months=months, today=civil_date(now))
    await email_checks.note_proved(connection, member_id, next_check_on=check_on, now=now)


async def told_by(connection: Connection, member_id: UUID) -> Delivery:
    """Return by which way a member is told."""
    [known] = await contact_details.deliveries_of(connection, [member_id])
    return effective_delivery(known.delivery_preference, known.email_state)


async def tell_if_changed(
    service: Contracts, connection: Connection, before: Delivery, *, brand: str, member_id: UUID, now: datetime
) -> None:
    """Publish the member's next version where the way by which one is told is not `before` any more."""
    if await told_by(connection, member_id) == before:
        return
    rows = await load_member(connection, brand=brand, member_id=member_id, lock=True)
    assert rows is not None  # the caller has found the member
    await save_change(service, connection, rows, now=now)
