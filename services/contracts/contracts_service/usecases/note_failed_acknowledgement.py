"""The acknowledgement of a termination has reached nobody: that is part of the evidence. Reads terminations; writes their steps.

A mail that fails becomes a letter by itself and is told as no failure: what is heard here is the end of all tries.
"""

from datetime import datetime
from uuid import UUID

from service_kit.database import Connection

from contracts_service.resources import Contracts
from contracts_service.store import termination_records, terminations
from contracts_service.store.termination_records import StepRow
from contracts_service.usecases.note_undeliverable import FailedDelivery

PURPOSES = ("termination_acknowledged", "termination_receipt")


async def note_failed_acknowledgement(
    service: Contracts, connection: Connection, failed: FailedDelivery, *, now: datetime
) -> None:
    """Keep the failure as a step of the termination: the one that the message was for, or the member's last with an effect."""
    if failed.purpose not in PURPOSES:
        return
    termination_id = await _told_of(connection, failed)
    if termination_id is None:
        return
    detail = {"purpose": failed.purpose, "channel": failed.channel, "failure": failed.failure}
    step = StepRow(service.entropy.new_id(), termination_id, now, "acknowledgement_failed", "service", detail)
    await termination_records.add_step(connection, step)


async def _told_of(connection: Connection, failed: FailedDelivery) -> UUID | None:
    if failed.member_id != failed.cause:
        return await terminations.find_acknowledged(connection, failed.member_id, cause=failed.cause)
    # The receipt of a request without an account is told to nobody whom notifications knows: the request's id stands for them.
    request = await terminations.find(connection, failed.cause, brand=failed.brand)
    return None if request is None else request.id
