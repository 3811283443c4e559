"""Databases are what the migrations make of them: applied once, by a role without special rights, the same for copies."""

from collections.abc import AsyncIterator, Awaitable, Callable

import asyncpg
import pytest
from espace_embedded.catalogue import commands_of
from espace_embedded.databases import prepare_databases
from espace_embedded.state import SERVICES
from service_kit.migrate import KIT_MIGRATIONS, MigrationRefused, migrate, read_migrations

from tests.support import servers

SCHEMA = """
    SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name !~ '_[0-9]{8}$'
    UNION ALL
    SELECT conrelid::regclass::text, conname, contype::text, pg_get_constraintdef(oid), NULL FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text !~ '_[0-9]{8}$'
    UNION ALL
    SELECT tablename, indexname, 'index', indexdef, NULL FROM pg_indexes
    WHERE schemaname = 'public' AND tablename !~ '_[0-9]{8}$'
    ORDER BY 1, 2, 3, 4
"""


@pytest.fixture(params=SERVICES, scope="module")
async def migrated(request: pytest.FixtureRequest, postgres_url: str) -> AsyncIterator[tuple[str, str, list[str]]]:
    """A service, the address of its database, and the files that were applied to it, by its own role."""
    service, name = request.param, servers.unique_name(request.param)
    urls = await prepare_databases(postgres_url, {name: "password"})
    applied = await migrate(urls[name], service=service, directory=commands_of(service).migrations)
    yield service, urls[name], applied
    await servers.drop_database(postgres_url, name)
    await servers.execute(postgres_url, f'DROP ROLE "{name}"')


async def rows(url: str, query: str) -> list[tuple[object, ...]]:
    connection = await asyncpg.connect(url)
    try:
        return [tuple(row) for row in await connection.fetch(query)]
    finally:
        await connection.close()


async def test_every_file_is_applied_once_and_in_order(migrated: tuple[str, str, list[str]]):
    service, url, applied = migrated
    directory = commands_of(service).migrations
    files = [*read_migrations("kit", KIT_MIGRATIONS), *read_migrations(service, directory)]

    assert applied == [one.name for one in files]
    assert await migrate(url, service=service, directory=directory) == []
    assert await rows(
        url, "SELECT source, name, digest FROM schema_migrations ORDER BY source = 'kit' DESC, number"
    ) == [(one.source, one.name, one.digest) for one in files]


async def test_a_copy_of_a_template_has_the_same_tables_as_the_migrations_make(
    migrated: tuple[str, str, list[str]], new_database: Callable[..., Awaitable[str]], postgres_url: str
):
    service, url, _ = migrated
    template = servers.unique_name(f"{service}_template")
    address = await servers.create_database(postgres_url, template)
    await migrate(address, service=service, directory=commands_of(service).migrations)
    copy = await new_database(service, template=template)
    await servers.drop_database(postgres_url, template)

    assert len(await rows(url, SCHEMA)) > 20
    assert await rows(copy, SCHEMA) == await rows(url, SCHEMA)


async def test_a_changed_file_is_refused(migrated: tuple[str, str, list[str]], tmp_path):
    service, url, _ = migrated
    for file in commands_of(service).migrations.glob("*.sql"):
        (tmp_path / file.name).write_text(file.read_text() + "\n-- changed afterwards\n")

    with pytest.raises(MigrationRefused):
        await migrate(url, service=service, directory=tmp_path)
