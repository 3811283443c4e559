"""SQL of what an account shows to its own member."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service_kit.database import Connection, row_as


@dataclass(frozen=True)
class KeptProfile:
    """When the password was chosen, and which terms were accepted last."""

    password_changed_at: datetime | None
    accepted_version: str | None
    accepted_at: datetime | None


async def find(connection: Connection, account_id: UUID) -> KeptProfile | None:
    """Return what is kept of an account for its member."""
    row = await connection.fetchrow(
        """
        SELECT password_changed_at, terms_version AS accepted_version, accepted_at
        FROM accounts LEFT JOIN LATERAL (
            SELECT terms_version, accepted_at FROM terms_acceptances WHERE account_id = accounts.id
            ORDER BY accepted_at DESC LIMIT 1
        ) AS latest ON true
        WHERE id = $1
        """,
        account_id,
    )
    return row_as(KeptProfile, row)
