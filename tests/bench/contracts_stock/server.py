"""A PostgreSQL of the bench's own, on disk: quick while it is filled, as durable as in production while it is measured."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
from espace_embedded.postgres_server import PostgresServer

# Of a small server; the rest is PostgreSQL's own default: fsync and synchronous_commit are on.
MEASURED = {
    "shared_buffers": "4GB",
    "effective_cache_size": "12GB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",  # of solid-state disks
}
FILLING = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
}


@contextmanager
def bench_server(directory: Path, *, filling: bool) -> Iterator[str]:
    """Run the cluster of `directory`, made the first time; yield the superuser's address."""
    directory.mkdir(parents=True, exist_ok=True)
    directory.chmod(0o711)
    server = PostgresServer.start(directory, port=None)
    try:
        server = _with_settings(server, directory, MEASURED | FILLING if filling else MEASURED)
        yield server.url
    finally:
        server.stop()


def _with_settings(server: PostgresServer, directory: Path, settings: dict[str, str]) -> PostgresServer:
    import asyncio

    asyncio.run(_set(server.url, settings))
    server.stop()
    return PostgresServer.start(directory, port=None)


async def _set(url: str, settings: dict[str, str]) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("ALTER SYSTEM RESET ALL")
        for name, value in settings.items():
            await connection.execute(f"ALTER SYSTEM SET {name} = '{value}'")
    finally:
        await connection.close()
