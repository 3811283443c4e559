"""A beneficiary refuses to be identified apart from the member, or takes that back (code de la mutualité, L114-2).

In the caller's transaction writes beneficiaries and autonomy_changes. Who calls has made sure who says so: staff with a document
(usecases/refuse_autonomy.py), or the person (usecases/choose_autonomy.py). `tell_autonomous_beneficiaries` tells it.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from service_kit.database import Connection
from service_kit.personal import Personal

from contracts_service.resources import Contracts
from contracts_service.store import autonomy
from contracts_service.store.autonomy import AutonomyChange


@dataclass(frozen=True)
class Said:
    """What was said: refused on a day, or (None) not any more; who recorded it, and what proves it."""

    refused_on: date | None
    recorded_by: Literal["person", "staff"]
    proof: Personal | None = None


async def record_autonomy(
    service: Contracts, connection: Connection, beneficiary_id: UUID, said: Said, *, now: datetime
) -> None:
    """Write what was said and add it to the history; the proof is sealed in both places."""
    change_id, proof = service.entropy.new_id(), None if said.proof is None else said.proof.reveal().encode()
    standing = proof if said.refused_on is not None else None
    change = AutonomyChange(
        id=change_id,
        beneficiary_id=beneficiary_id,
        refused_on=said.refused_on,
        recorded_by=said.recorded_by,
        proof_sealed=None if proof is None else service.seals.autonomy_proof.seal(proof, context=str(change_id)),
        standing_proof_sealed=(
            None if standing is None else service.seals.refusal_proof.seal(standing, context=str(beneficiary_id))
        ),
    )
    await autonomy.save(connection, change, now=now)
