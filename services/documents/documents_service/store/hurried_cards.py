"""SQL of members whose next card is awaited: the news may come before the member's version that it is about."""

from service_kit.database import Connection

from documents_service.domain.documents import Holder


async def expect(connection: Connection, holder: Holder, *, version: int) -> None:
    """Remember that the member's card of this version, or of a later one, goes ahead of all others."""
    await connection.execute(
        """
        INSERT INTO hurried_cards (brand, member_id, member_version) VALUES ($1, $2, $3)
        ON CONFLICT (brand, member_id) DO UPDATE SET member_version = least(hurried_cards.member_version, $3)
        """,
        holder.brand,
        holder.member_id,
        version,
    )


async def take(connection: Connection, holder: Holder, *, version: int) -> bool:
    """Tell whether the card of this version is awaited, and forget it: it has come."""
    return bool(
        await connection.fetchval(
            "DELETE FROM hurried_cards WHERE brand = $1 AND member_id = $2 AND member_version <= $3 RETURNING true",
            holder.brand,
            holder.member_id,
            version,
        )
    )
