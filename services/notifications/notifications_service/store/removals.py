"""SQL of a recipient who leaves with all that was sent."""

from uuid import UUID

from service_kit.database import Connection

_MESSAGES = "SELECT id FROM deliveries WHERE brand = $1 AND member_id = $2"
# What points to a message leaves before it. Batches stay: they count letters and name nobody.
_REMOVALS = (
    f"DELETE FROM delivery_attempts WHERE delivery_id IN ({_MESSAGES})",  # noqa: S608 - ours
    f"DELETE FROM submitted_letters WHERE letter_id IN ({_MESSAGES})",  # noqa: S608
    f"DELETE FROM suppressed_addresses WHERE delivery_id IN ({_MESSAGES}) OR (brand = $1 AND member_id = $2)",  # noqa: S608
    f"DELETE FROM closed_addresses WHERE delivery_id IN ({_MESSAGES}) OR (brand = $1 AND member_id = $2)",  # noqa: S608
    "DELETE FROM deliveries WHERE brand = $1 AND member_id = $2",
    "DELETE FROM cancelled_terminations WHERE brand = $1 AND member_id = $2",
    "DELETE FROM declined_announcements WHERE brand = $1 AND member_id = $2",
    "DELETE FROM recipients WHERE brand = $1 AND member_id = $2",
)


async def remove_recipient(connection: Connection, *, brand: str, member_id: UUID) -> None:
    """Delete a person's addresses and every message to the person."""
    for statement in _REMOVALS:
        await connection.execute(statement, brand, member_id)
