"""What had ended before there was anything to tell stays untold after the upgrade; what ends later is told."""

import shutil
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import asyncpg
from contracts_service.resources import MIGRATIONS, SERVICE
from contracts_service.store import ended_contracts
from service_kit.clock import civil_date
from service_kit.migrate import migrate

BEFORE = ("0001_members.sql", "0002_imports.sql", "0003_chosen_emails.sql")


async def a_contract(connection: asyncpg.Connection, end_date: date | None) -> None:
    member_id = uuid4()
    await connection.execute(
        """
        INSERT INTO members (id, brand, membership_number, version, fingerprint, nir_sealed, nir_digest, last_name,
            birth_date, address, created_at, changed_at)
        VALUES ($1, 'mgas', $2, 1, '', '', '', 'Canari', '1969-05-17', '{}', '2020-01-01', '2020-01-01')
        """,
        member_id,
        member_id.hex[:8],
    )
    await connection.execute(
        """
        INSERT INTO contracts (id, member_id, product, kind, effective_date, end_date, responsible, guarantees)
        VALUES ($1, $1, 'Essentielle', 'individual', '2019-06-08', $2, true, '[]')
        """,
        member_id,
        end_date,
    )


async def test_only_ends_after_the_upgrade_are_to_be_told(
    tmp_path: Path, new_database: Callable[..., Awaitable[str]]
) -> None:
    url, today = await new_database(SERVICE), civil_date(datetime.now(UTC))
    for name in BEFORE:
        shutil.copy(MIGRATIONS / name, tmp_path / name)
    await migrate(url, service=SERVICE, directory=tmp_path)
    connection = await asyncpg.connect(url)
    try:
        for end_date in (today - timedelta(days=400), today - timedelta(days=1), today, None):
            await a_contract(connection, end_date)
        await migrate(url, service=SERVICE, directory=MIGRATIONS)
        found = await ended_contracts.take(connection, today=today + timedelta(days=1), limit=10)
    finally:
        await connection.close()

    assert [one.end_date for one in found] == [today]
