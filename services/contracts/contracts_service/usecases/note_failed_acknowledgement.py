"""The acknowledgement of a termination has reached nobody: that is part of the evidence. Reads terminations; writes their steps.

A mail that fails becomes a letter by itself and is told as no failure: what is heard here is the end of all tries.
"""

from datetime import datetime

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
    termination_id = await terminations.find_acknowledged(connection, failed.member_id, cause=failed.cause)
    if termination_id is None:
        return
    detail = {"purpose": failed.purpose, "channel": failed.channel, "failure": failed.failure}
    step = StepRow(service.entropy.new_id(), termination_id, now, "acknowledgement_failed", "service", detail)
    await termination_records.add_step(connection, step)
