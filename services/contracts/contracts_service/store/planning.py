"""How statements of a chunk of lines are planned."""

from service_kit.database import Connection


async def plan_for_growth(connection: Connection) -> None:
    """Let the transaction's statements be planned for the tables as they are: an import may have filled an empty one since."""
    await connection.execute("SET LOCAL plan_cache_mode = force_custom_plan; SET LOCAL enable_seqscan = off")
