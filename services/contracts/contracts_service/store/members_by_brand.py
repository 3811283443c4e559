"""SQL of whose members have a number: the one place that looks at more than one brand. Tells digests, and nobody outside."""

from service_kit.database import Connection


async def nir_digests(
    connection: Connection, *, brands: list[str], membership_numbers: list[str]
) -> dict[str, dict[str, bytes]]:
    """Return membership number → brand → digest of the social-security number."""
    rows = await connection.fetch(
        "SELECT membership_number, brand, nir_digest FROM members WHERE brand = ANY($1) AND membership_number = ANY($2)",
        brands,
        membership_numbers,
    )
    found: dict[str, dict[str, bytes]] = {}
    for number, brand, digest in rows:
        found.setdefault(number, {})[brand] = digest
    return found
