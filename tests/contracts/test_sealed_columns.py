"""No sealed column and no keyed digest is forgotten by an exchange of the data key."""

import asyncpg
from contracts_service.security.sealed_columns import EXCUSED, PASSING, RENEWED, SEALED

BINARY = """
    SELECT table_name || '.' || column_name AS place FROM information_schema.columns
    WHERE table_schema = 'public' AND data_type = 'bytea' AND table_name !~ '_([0-9]{4}|[0-9]{8}|before|after)$'
"""


async def binary_columns(database_url: str) -> set[str]:
    connection = await asyncpg.connect(database_url)
    try:
        return {row["place"] for row in await connection.fetch(BINARY)}
    finally:
        await connection.close()


async def test_every_binary_column_is_walked_or_there_is_a_reason_why_not(contracts_database: str) -> None:
    walked = [column.place for column in SEALED]
    digests = [f"{column.table}.{column.digest.column}" for column in SEALED if column.digest]
    named = [*walked, *digests, *PASSING, *RENEWED, *EXCUSED]

    assert sorted(named) == sorted(await binary_columns(contracts_database)), (
        "contracts_service.security.sealed_columns"
    )
