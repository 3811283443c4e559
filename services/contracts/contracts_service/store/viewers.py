"""SQL of who looks: one statement, since every call of a signed-in person begins with it."""

from datetime import date
from uuid import UUID

from service_kit.database import Connection

from contracts_service.domain.viewer import Viewer


async def find(connection: Connection, *, brand: str, person_id: UUID, today: date) -> Viewer | None:
    """Return the member or the autonomous beneficiary of `brand` whose id is `person_id`, and whom that person sees on `today`.

    The member sees those who are not autonomous, also after they have left the contract; a beneficiary sees nobody else.
    """
    row = await connection.fetchrow(
        """
        WITH viewer AS (
            SELECT members.id AS member_id, contracts.id AS contract_id, true AS is_member
            FROM members JOIN contracts ON contracts.member_id = members.id
            WHERE members.id = $1 AND brand = $2
            UNION ALL
            SELECT members.id, contracts.id, false
            FROM beneficiaries JOIN contracts ON contracts.id = contract_id JOIN members ON members.id = member_id
            WHERE beneficiaries.id = $1 AND brand = $2 AND autonomous_from <= $3 AND autonomy_refused_on IS NULL
        )
        SELECT member_id, contract_id, is_member, ARRAY(
            SELECT id FROM beneficiaries
            WHERE is_member AND beneficiaries.contract_id = viewer.contract_id
                AND (autonomous_from > $3 OR autonomy_refused_on IS NOT NULL)
            ORDER BY place, id
        ) AS dependants
        FROM viewer
        """,
        person_id,
        brand,
        today,
    )
    if row is None:
        return None
    return Viewer(
        person_id=person_id,
        member_id=row["member_id"],
        contract_id=row["contract_id"],
        brand=brand,
        role="member" if row["is_member"] else "beneficiary",
        sees=(person_id, *row["dependants"]),
    )
