"""SQL of the people on a contract: the member first, then those beside the member, today's before the former ones."""

from uuid import UUID

from service_kit.database import Connection

from contracts_service.domain.covered_person import CoveredPerson


async def of_contract(connection: Connection, contract_id: UUID) -> list[CoveredPerson]:
    """Return everybody whom a contract covers or has covered; former ones, the last to leave first, come after the others."""
    rows = await connection.fetch(
        """
        SELECT members.id, 'member' AS relation, first_name, last_name, birth_date, NULL::integer AS birth_rank,
               created_at AS heard_at, NULL::timestamptz AS removed_at, NULL::date AS autonomous_from,
               NULL::date AS autonomy_refused_on, NULL::date AS decided_from, NULL::date AS decided_until, -1 AS place
        FROM contracts JOIN members ON members.id = member_id WHERE contracts.id = $1
        UNION ALL
        SELECT beneficiaries.id, relation, first_name, last_name, birth_date, birth_rank, created_at, removed_at,
               autonomous_from, autonomy_refused_on, decided.first_day, decided.last_day, place
        FROM beneficiaries JOIN contracts ON contracts.id = contract_id LEFT JOIN LATERAL (
            SELECT max(effective_date) FILTER (WHERE change = 'addition') AS first_day,
                max(effective_date) FILTER (WHERE change = 'removal') AS last_day
            FROM beneficiary_requests AS request
            WHERE request.member_id = contracts.member_id AND request.beneficiary_id = beneficiaries.id
                AND applied_at IS NOT NULL
        ) AS decided ON true
        WHERE contract_id = $1
        ORDER BY removed_at DESC NULLS FIRST, place, id
        """,
        contract_id,
    )
    return [CoveredPerson(*list(row.values())[:-1]) for row in rows]


async def member_of(connection: Connection, person_id: UUID, *, brand: str) -> UUID | None:
    """Return the member of `brand` who is that person, or on whose contract the person is or was."""
    found: UUID | None = await connection.fetchval(
        """
        SELECT id FROM members WHERE id = $1 AND brand = $2
        UNION ALL
        SELECT members.id FROM beneficiaries JOIN contracts ON contracts.id = contract_id
            JOIN members ON members.id = member_id
        WHERE beneficiaries.id = $1 AND brand = $2
        """,
        person_id,
        brand,
    )
    return found
