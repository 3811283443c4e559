"""What is told of requests about beneficiaries. Writes the outbox.

Publishes beneficiary.requested, beneficiary.accepted, beneficiary.refused and beneficiary.added.
"""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from service_kit.database import Connection
from service_kit.events import Event

from contracts_service.events import BeneficiaryAccepted, BeneficiaryAdded, BeneficiaryRefused, BeneficiaryRequested
from contracts_service.resources import Contracts
from contracts_service.store.beneficiary_requests import BeneficiaryRequest


async def tell_submission(
    service: Contracts, connection: Connection, request: BeneficiaryRequest, *, now: datetime
) -> None:
    """Acknowledge a request that is complete."""
    await _tell(service, connection, BeneficiaryRequested(**_of(request), requested_at=now), now=now)


async def tell_acceptance(
    service: Contracts, connection: Connection, request: BeneficiaryRequest, *, effective_date: date, now: datetime
) -> None:
    """Tell from which day on a change holds: who is removed is covered until the day before it."""
    first_day = effective_date if request.change == "addition" else effective_date + timedelta(days=1)
    event = BeneficiaryAccepted(**_of(request), decided_at=now, effective_date=first_day)
    await _tell(service, connection, event, now=now)


async def tell_refusal(
    service: Contracts, connection: Connection, request: BeneficiaryRequest, *, reason: str, now: datetime
) -> None:
    """Tell why a request is refused."""
    await _tell(service, connection, BeneficiaryRefused(**_of(request), decided_at=now, reason=reason), now=now)


async def tell_addition(
    service: Contracts,
    connection: Connection,
    request: BeneficiaryRequest,
    *,
    beneficiary_id: UUID,
    member_version: int,
    now: datetime,
) -> None:
    """Tell that somebody is covered from now on; the member's version is the sequence."""
    event = BeneficiaryAdded(
        version=member_version,
        member_id=request.member_id,
        brand=request.brand,
        beneficiary_id=beneficiary_id,
        member_version=member_version,
    )
    await _tell(service, connection, event, now=now)


def _of(request: BeneficiaryRequest) -> dict[str, Any]:
    return {
        "version": request.version,
        "member_id": request.member_id,
        "brand": request.brand,
        "request_id": request.id,
        "change": request.change,
        "first_name": request.first_name,
        "last_name": request.last_name,
    }


async def _tell(service: Contracts, connection: Connection, event: Event, *, now: datetime) -> None:
    await service.outbox.append(connection, event, event_id=service.entropy.new_id(), occurred_at=now)
