"""The inbox: an event that was handled is remembered in the transaction that handled it, so it is handled once."""

from service_kit.database import Connection
from service_kit.events import Envelope


async def remember(connection: Connection, envelope: Envelope) -> bool:
    """Note the event; return False when it was handled before. Concurrent copies wait here for the first one's commit."""
    noted = await connection.fetchval(
        """
        INSERT INTO inbox (event_day, event_id, event_type) VALUES (($1::timestamptz AT TIME ZONE 'UTC')::date, $2, $3)
        ON CONFLICT DO NOTHING RETURNING true
        """,
        envelope.time,
        envelope.id,
        envelope.type,
    )
    return bool(noted)
