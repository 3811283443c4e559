"""SQL of beneficiaries. Rows are never deleted: who has gone may come back and be the same person."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from service_kit.database import Connection

from contracts_service.domain.enrolment_line import Relation
from contracts_service.domain.known_beneficiaries import KnownBeneficiary


@dataclass(frozen=True)
class BeneficiaryRow:
    """A beneficiary, in the order of the statement's columns; `place` is the order on the contract."""

    id: UUID
    contract_id: UUID
    place: int
    first_name: str | None
    last_name: str
    birth_date: str
    birth_rank: int
    relation: Relation
    nir_sealed: bytes | None
    nir_digest: bytes | None
    autonomous_from: date


@dataclass(frozen=True)
class KnownNumber:
    """The number of somebody who is, or was, on a contract."""

    sealed: bytes
    digest: bytes | None


async def known_of(connection: Connection, contract_ids: list[UUID]) -> dict[UUID, list[KnownBeneficiary]]:
    """Return contract → everybody whom it covers, or has covered, those of today first."""
    rows = await connection.fetch(
        """
        SELECT contract_id, id, birth_date, birth_rank, first_name, last_name FROM beneficiaries
        WHERE contract_id = ANY($1) ORDER BY removed_at DESC NULLS FIRST, place
        """,
        contract_ids,
    )
    known: dict[UUID, list[KnownBeneficiary]] = {contract_id: [] for contract_id in contract_ids}
    for row in rows:
        contract_id, *columns = row.values()
        known[contract_id].append(KnownBeneficiary(*columns))
    return known


async def number_of(connection: Connection, beneficiary_id: UUID) -> KnownNumber | None:
    """Return somebody's number, locked so that it is still the same when the row is written; None where none is known."""
    row = await connection.fetchrow(
        "SELECT nir_sealed, nir_digest FROM beneficiaries WHERE id = $1 FOR NO KEY UPDATE", beneficiary_id
    )
    return None if row is None or row["nir_sealed"] is None else KnownNumber(*row.values())


async def covered_by(connection: Connection, contract_id: UUID, *, lock: bool = False) -> list[BeneficiaryRow]:
    """Return whom a contract covers today, in the contract's order; with `lock`, nobody else changes the rows meanwhile."""
    locking = "FOR NO KEY UPDATE" if lock else ""
    rows = await connection.fetch(
        f"""
        SELECT id, contract_id, place, first_name, last_name, birth_date, birth_rank, relation, nir_sealed, nir_digest,
               autonomous_from
        FROM beneficiaries WHERE contract_id = $1 AND removed_at IS NULL ORDER BY place {locking}
        """,  # noqa: S608 - ours
        contract_id,
    )
    return [BeneficiaryRow(**dict(row)) for row in rows]


async def replace_all(
    connection: Connection, rows: list[BeneficiaryRow], *, contract_ids: list[UUID], now: datetime
) -> None:
    """Let `rows` be all whom `contract_ids` cover: new ones, known ones, and known ones who are back.

    Everybody is looked at anew (store/autonomous_news.py): what is told of them holds the contract's dates and the address, too.
    """
    await connection.execute(
        """
        UPDATE beneficiaries SET removed_at = $3, look_on = '-infinity'
        WHERE contract_id = ANY($1) AND removed_at IS NULL AND id <> ALL($2)
        """,
        contract_ids,
        [row.id for row in rows],
        now,
    )
    await connection.executemany(
        """
        INSERT INTO beneficiaries (
            id, contract_id, place, first_name, last_name, birth_date, birth_rank, relation, nir_sealed, nir_digest,
            autonomous_from, look_on, created_at
        ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, $12)
        ON CONFLICT (id) DO UPDATE SET
            place = $3, first_name = $4, last_name = $5, birth_date = $6, birth_rank = $7, relation = $8,
            nir_sealed = $9, nir_digest = $10, autonomous_from = $11, removed_at = NULL,
            look_on = CASE WHEN beneficiaries.told_version > 0 THEN '-infinity' ELSE $11 END
        """,
        [(*vars(row).values(), now) for row in rows],
    )
