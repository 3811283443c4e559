"""Contracts that a termination had ended before what files say was kept beside it."""

import shutil
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
from contracts_service.resources import MIGRATIONS, SERVICE
from contracts_service.store import contracts
from service_kit.migrate import migrate

NEW = "0016_ends_that_files_say.sql"
FILE_END, ENDED = date(2027, 6, 30), date(2026, 12, 21)


async def a_contract(connection: asyncpg.Connection, end_date: date | None) -> UUID:
    member_id = uuid4()
    await connection.execute(
        """
        INSERT INTO members (id, brand, membership_number, version, fingerprint, nir_sealed, nir_digest, last_name,
            birth_date, address, chosen, created_at, changed_at)
        VALUES ($1, 'mgas', $2, 1, '', '', '', 'Canari', '1969-05-17', '{}', '{"end_date": "", "phone": ""}',
            '2020-01-01', '2020-01-01')
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
    return member_id


async def a_termination(connection: asyncpg.Connection, member_id: UUID, former: date | None) -> None:
    await connection.execute(
        """
        INSERT INTO terminations (id, brand, use, channel, received_at, recorded_at, recap_digest, evidence_sealed, state,
            member_id, decided_at, motive, effective_date, former_end_date, ends_contract)
        VALUES ($1, 'mgas', 'termination', 'letter', '2026-11-21', '2026-11-21', '', '', 'registered', $2, '2026-11-21',
            'infra_annual', $3, $4, true)
        """,
        uuid4(),
        member_id,
        ENDED,
        former,
    )


async def test_what_the_file_had_said_is_known_after_the_upgrade(
    tmp_path: Path, new_database: Callable[..., Awaitable[str]]
) -> None:
    url = await new_database(SERVICE)
    for path in MIGRATIONS.glob("*.sql"):
        if path.name < NEW:
            shutil.copy(path, tmp_path / path.name)
    await migrate(url, service=SERVICE, directory=tmp_path)
    connection = await asyncpg.connect(url)
    try:
        by_file, by_request, overtaken = [await a_contract(connection, end) for end in (FILE_END, ENDED, ENDED)]
        await a_termination(connection, by_request, None)
        await a_termination(connection, overtaken, FILE_END)
        await migrate(url, service=SERVICE, directory=MIGRATIONS)
        found = [(await contracts.find(connection, one)).file_end_date for one in (by_file, by_request, overtaken)]
        marks = await connection.fetch("SELECT DISTINCT chosen::text AS chosen FROM members")
    finally:
        await connection.close()

    assert found == [FILE_END, None, FILE_END]
    assert [row["chosen"] for row in marks] == ['{"phone": ""}']
