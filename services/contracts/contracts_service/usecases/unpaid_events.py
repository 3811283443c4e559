"""Contributions that have become unpaid, as the events that tell it. Writes the outbox, in the caller's transaction."""

from datetime import datetime
from uuid import UUID

from service_kit.database import Connection
from service_kit.events import Event
from service_kit.tracing import current_traceparent

from contracts_service.domain.money import euros
from contracts_service.events import ContributionUnpaid
from contracts_service.resources import Contracts
from contracts_service.store import insured_people
from contracts_service.store.contributions import ContributionRow


async def publish_unpaid(
    service: Contracts, connection: Connection, rows: list[ContributionRow], *, brand: str, now: datetime
) -> None:
    """Record contribution.unpaid for each of `rows`; nobody owes a credit."""
    told = [row for row in rows if row.amount > 0]
    if not told:
        return
    members = await insured_people.members_of(connection, [row.contract_id for row in told])
    trace = current_traceparent()
    events: list[tuple[UUID, Event, str | None]] = []
    for row in told:
        event = ContributionUnpaid(
            version=row.version,
            member_id=members[row.contract_id],
            brand=brand,
            contribution_id=row.id,
            unpaid_id=service.entropy.new_id(),
            due_date=row.due_date,
            period_start=row.period_start,
            period_end=row.period_end,
            # Where the file names no method: what is said of a transfer, that it has not come, is true of any.
            method=row.method or "transfer",
            amount=euros(row.amount),
        )
        events.append((service.entropy.new_id(), event, trace))
    await service.outbox.append_all(connection, events, occurred_at=now)
