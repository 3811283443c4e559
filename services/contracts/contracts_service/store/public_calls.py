"""SQL of how often networks call what is open to everybody, hour by hour. Networks are kept by a keyed digest."""

from datetime import datetime

from service_kit.database import Connection


async def count(connection: Connection, networks: list[bytes], *, hour: datetime) -> list[int]:
    """Count a call on each network, and return how many each has made in this hour, in their order."""
    rows = await connection.fetch(
        """
        WITH counted AS (
            INSERT INTO public_calls AS kept (network, hour, calls)
            SELECT network, $2, 1 FROM unnest($1::bytea[]) AS asked (network) ORDER BY network
            ON CONFLICT (network, hour) DO UPDATE SET calls = kept.calls + 1
            RETURNING network, calls
        )
        SELECT calls FROM unnest($1::bytea[]) WITH ORDINALITY AS asked (network, place) JOIN counted USING (network)
        ORDER BY place
        """,
        networks,
        hour,
    )
    return [row["calls"] for row in rows]


async def forget(connection: Connection, *, before: datetime) -> None:
    """Delete what was counted in hours that have passed."""
    await connection.execute("DELETE FROM public_calls WHERE hour < $1", before)
