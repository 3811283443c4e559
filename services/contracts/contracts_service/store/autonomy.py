"""SQL of a beneficiary's autonomy: the refusal that stands, the own e-mail address, and the history, which is only added to."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from service_kit.database import Connection, row_as


@dataclass(frozen=True)
class HeldBeneficiary:
    """A beneficiary of a brand, locked until the transaction ends."""

    id: UUID
    member_id: UUID
    contract_id: UUID
    birth_date: str
    autonomous_from: date
    refused_on: date | None
    email: str | None


@dataclass(frozen=True)
class AutonomyChange:
    """A refusal, or (without `refused_on`) the withdrawal of one; proofs are sealed, each under its own row's id."""

    id: UUID
    beneficiary_id: UUID
    refused_on: date | None
    recorded_by: Literal["person", "staff"]
    proof_sealed: bytes | None
    standing_proof_sealed: bytes | None


async def hold(connection: Connection, *, brand: str, beneficiary_id: UUID) -> HeldBeneficiary | None:
    """Lock and return a beneficiary of `brand`."""
    row = await connection.fetchrow(
        """
        SELECT beneficiaries.id, member_id, contract_id, beneficiaries.birth_date, autonomous_from,
               autonomy_refused_on AS refused_on, beneficiaries.email
        FROM beneficiaries JOIN contracts ON contracts.id = contract_id JOIN members ON members.id = member_id
        WHERE beneficiaries.id = $1 AND brand = $2 FOR NO KEY UPDATE OF beneficiaries
        """,
        beneficiary_id,
        brand,
    )
    return row_as(HeldBeneficiary, row)


async def save(connection: Connection, change: AutonomyChange, *, now: datetime) -> None:
    """Write the refusal that stands from now on, or none, and add the change to the history; the person is looked at anew."""
    await connection.execute(
        """
        UPDATE beneficiaries SET autonomy_refused_on = $2, autonomy_refusal_proof_sealed = $3, look_on = '-infinity' WHERE id = $1
        """,
        change.beneficiary_id,
        change.refused_on,
        change.standing_proof_sealed,
    )
    await connection.execute(
        """
        INSERT INTO autonomy_changes (id, at, beneficiary_id, refused, refused_on, recorded_by, proof_sealed)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        """,
        change.id,
        now,
        change.beneficiary_id,
        change.refused_on is not None,
        change.refused_on,
        change.recorded_by,
        change.proof_sealed,
    )


async def other_emails(connection: Connection, person: HeldBeneficiary) -> list[str]:
    """Return the addresses of the others on the person's contract, the member's included."""
    rows = await connection.fetch(
        """
        SELECT email FROM members WHERE id = $1 AND email IS NOT NULL
        UNION ALL SELECT email FROM beneficiaries WHERE contract_id = $2 AND id <> $3 AND email IS NOT NULL
        """,
        person.member_id,
        person.contract_id,
        person.id,
    )
    return [row["email"] for row in rows]


async def save_email(connection: Connection, beneficiary_id: UUID, email: str | None) -> None:
    """Write a beneficiary's own address; the person is looked at anew."""
    await connection.execute(
        "UPDATE beneficiaries SET email = $2, look_on = '-infinity' WHERE id = $1", beneficiary_id, email
    )


async def follow_account(connection: Connection, beneficiary_id: UUID, *, account_version: int) -> bool:
    """Note that an event of the person's account was heard; return False when one as new or newer was heard before."""
    return bool(
        await connection.fetchval(
            "UPDATE beneficiaries SET account_version = $2 WHERE id = $1 AND account_version < $2 RETURNING true",
            beneficiary_id,
            account_version,
        )
    )
