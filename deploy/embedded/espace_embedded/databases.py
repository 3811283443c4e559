"""Four databases and four roles on one PostgreSQL: no service can connect to another's."""

from urllib.parse import quote, urlsplit

import asyncpg


async def prepare_databases(admin_url: str, passwords: dict[str, str]) -> dict[str, str]:
    """Create what is missing and return service → address of its own database with its own role."""
    connection = await asyncpg.connect(admin_url, timeout=10)
    try:
        for service, password in passwords.items():
            await _prepare(connection, service, password)
    finally:
        await connection.close()
    return {service: service_url(admin_url, service, password) for service, password in passwords.items()}


def service_url(admin_url: str, service: str, password: str) -> str:
    """Return the address of a service's database on the server of `admin_url`."""
    parts = urlsplit(admin_url)
    place = f"{service}:{quote(password, safe='')}@{parts.hostname}:{parts.port or 5432}"
    return parts._replace(netloc=place, path=f"/{service}").geturl()


async def _prepare(connection: asyncpg.Connection, service: str, password: str) -> None:
    # Names are ours; a password is letters, digits, - and _ (see state.py), so that nothing needs escaping.
    if not await connection.fetchval("SELECT true FROM pg_roles WHERE rolname = $1", service):
        await connection.execute(f"CREATE ROLE \"{service}\" LOGIN PASSWORD '{password}'")
    if not await connection.fetchval("SELECT true FROM pg_database WHERE datname = $1", service):
        await connection.execute(f'CREATE DATABASE "{service}" OWNER "{service}"')
        await connection.execute(f'REVOKE CONNECT ON DATABASE "{service}" FROM PUBLIC')
