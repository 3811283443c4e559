"""SQL of the address that one mail has had suppressed."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service_kit.database import Connection, row_as


@dataclass(frozen=True)
class LostAddress:
    """An address, by its digest, and when the mail was planned that did not arrive there."""

    suppression_id: UUID
    address_digest: bytes
    planned_at: datetime


async def find(connection: Connection, delivery_id: UUID) -> LostAddress | None:
    """Return the address that is suppressed because of a mail."""
    row = await connection.fetchrow(
        """
        SELECT suppressed.id AS suppression_id, suppressed.address_digest, delivery.created_at AS planned_at
        FROM deliveries AS delivery JOIN suppressed_addresses AS suppressed ON
            suppressed.brand = delivery.brand AND suppressed.address_digest = delivery.address_digest
            AND suppressed.delivery_id = delivery.id AND suppressed.lifted_at IS NULL
        WHERE delivery.id = $1
        """,
        delivery_id,
    )
    return row_as(LostAddress, row)
