"""The four services as operators run them: a process for each `serve` and `work`, configured by environment variables.

Used by journeys, fault tests and benches. Everything lives below one directory and ends with the context.
"""

import asyncio
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
import orjson
from espace_embedded.databases import service_url
from espace_embedded.staff_tokens import staff_token
from service_kit.key_material import make_key_material, make_key_ring, make_signing_keys

from tests.support import servers

ROOT = Path(__file__).parents[2]
SERVICES = ("identity", "contracts", "notifications", "documents")
READY_SECONDS = 40.0


@dataclass
class Deployment:
    """A running deployment: addresses, processes and files."""

    directory: Path
    databases: dict[str, str]
    ports: dict[str, int]
    environment: dict[str, str]
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def url(self, service: str) -> str:
        """Return the address of a service's own root."""
        return f"http://127.0.0.1:{self.ports[f'{service} serve']}"

    def log(self, name: str) -> Path:
        """Return the log file of a process such as `identity work`."""
        return self.directory / f"{name.replace(' ', '-')}.log"

    @property
    def letters(self) -> Path:
        """Return the folder of print batches."""
        return self.directory / "letters"

    def start(self, service: str, verb: str) -> None:
        """Start (again) one process."""
        name = f"{service} {verb}"
        with self.log(name).open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, "-m", f"{service}_service", verb], env=self.environment, stdout=log, stderr=log
            )

    def kill(self, name: str) -> None:
        """End a process without warning (SIGKILL)."""
        process = self.processes[name]
        process.kill()
        process.wait()

    def stop(self) -> None:
        """End every process (SIGTERM, then SIGKILL)."""
        for process in self.processes.values():
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.processes.values():
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def staff_token(self, brand: str, role: str = "back-office") -> str:
        """Return a staff token as the brand's provider would issue it."""
        keys = self.directory / "keys" / "staff" / "signing-keys.json"
        return staff_token(keys, brand=brand, role=role, now=datetime.now(UTC))

    async def import_members(self, client: aiohttp.ClientSession, brand: str, lines: list[dict[str, object]]) -> None:
        """Import members through the HTTP API and wait until all are taken."""
        headers = {"Authorization": f"Bearer {self.staff_token(brand)}", "Content-Type": "application/x-ndjson"}
        body = b"\n".join(orjson.dumps(line) for line in lines)
        root = f"{self.url('contracts')}/v1/{brand}/imports"
        async with client.post(f"{root}?kind=members", data=body, headers=headers) as response:
            answer = await response.json(content_type=None)
            assert response.status in (200, 201, 202), answer
        while answer["state"] not in ("done", "failed"):
            await asyncio.sleep(0.3)
            async with client.get(f"{root}/{answer['id']}", headers=headers) as response:
                answer = await response.json()
        assert (answer["accepted"] + answer["unchanged"], answer["refused"]) == (len(lines), 0), answer


@asynccontextmanager
async def deployment(
    directory: Path, *, postgres_url: str, rabbitmq_url: str, smtp_url: str, **extra: str
) -> AsyncIterator[Deployment]:
    """Create four databases and roles, migrate, start `serve` and `work` of each service, and wait until all are ready."""
    passwords = {service: secrets.token_urlsafe(12) for service in SERVICES}
    names = {service: servers.unique_name(service) for service in SERVICES}
    databases = {}
    for service in SERVICES:
        databases[service] = await _own_database(postgres_url, names[service], passwords[service])
    running = Deployment(directory, databases, _free_ports(), {})
    running.environment.update(_environment(running, rabbitmq_url, smtp_url) | extra)
    try:
        for service in SERVICES:
            migration = [sys.executable, "-m", f"{service}_service", "migrate"]
            subprocess.run(migration, env=running.environment, check=True, capture_output=True)
            for verb in ("serve", "work"):
                running.start(service, verb)
        await _wait_until_ready(running)
        yield running
    finally:
        running.stop()
        for name in names.values():
            await servers.drop_database(postgres_url, name)
            await servers.execute(postgres_url, f'DROP ROLE IF EXISTS "{name}"')


async def _own_database(admin_url: str, name: str, password: str) -> str:
    await servers.execute(admin_url, f"CREATE ROLE \"{name}\" LOGIN PASSWORD '{password}'")
    await servers.create_database(admin_url, name)
    await servers.execute(admin_url, f'ALTER DATABASE "{name}" OWNER TO "{name}"')
    await servers.execute(admin_url, f'REVOKE CONNECT ON DATABASE "{name}" FROM PUBLIC')
    return service_url(admin_url, name, password)


def _environment(running: Deployment, rabbitmq_url: str, smtp_url: str) -> dict[str, str]:
    keys = running.directory / "keys"
    make_key_material(keys, list(SERVICES))
    make_key_ring(keys / "identity" / "pepper.json")
    make_signing_keys(keys / "identity" / "access-token-keys.json", keys / "public" / "access-token-jwks.json")
    make_signing_keys(keys / "staff" / "signing-keys.json", keys / "public" / "staff-jwks.json")
    values = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    for service in SERVICES:
        common = {
            "DATABASE_URL": running.databases[service],
            "BROKER_URL": rabbitmq_url,
            "HTTP_PORT": str(running.ports[f"{service} serve"]),
            "WORK_HEALTH_PORT": str(running.ports[f"{service} work"]),
            "BRANDS_DIRECTORY": str(ROOT / "deploy" / "brands"),
            "DATA_KEYS_FILE": str(keys / service / "data-keys.json"),
            "SEALING_KEYS_FILE": str(keys / service / "sealing-keys.json"),
            "SEALING_RECIPIENTS_FILE": str(keys / "public" / "sealing-recipients.json"),
            "ACCESS_TOKEN_JWKS_FILE": str(keys / "public" / "access-token-jwks.json"),
            "STAFF_JWKS_FILE": str(keys / "public" / "staff-jwks.json"),
        }
        values |= {f"{service.upper()}_{name}": value for name, value in common.items()}
    return values | {
        "IDENTITY_PEPPER_FILE": str(keys / "identity" / "pepper.json"),
        "IDENTITY_HASHING_MEMORY_KIB": "19456",  # the least that is allowed: a test waits for each hash
        "IDENTITY_ACCESS_TOKEN_KEYS_FILE": str(keys / "identity" / "access-token-keys.json"),
        "NOTIFICATIONS_SMTP_URL": smtp_url,
        "NOTIFICATIONS_PUBLIC_URL": "https://espace.example",
        "NOTIFICATIONS_LETTERS_DIRECTORY": str(running.letters),
        "NOTIFICATIONS_LETTERS_LEAVE": "at-once",
        "DOCUMENTS_STORAGE_DIRECTORY": str(running.directory / "documents"),
    }


def _free_ports() -> dict[str, int]:
    names = [f"{service} {verb}" for service in SERVICES for verb in ("serve", "work")]
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in names]
    ports = {name: one.getsockname()[1] for name, one in zip(names, sockets, strict=True)}
    for one in sockets:
        one.close()
    return ports


async def _wait_until_ready(running: Deployment) -> None:
    async with aiohttp.ClientSession() as client:
        deadline = asyncio.get_running_loop().time() + READY_SECONDS
        for name, port in running.ports.items():
            while not await _is_ready(client, port):
                ended = running.processes[name].poll()
                assert ended is None, f"{name} ended with status {ended}: {running.log(name).read_text()[-800:]}"
                assert asyncio.get_running_loop().time() < deadline, f"{name} is not ready: see {running.log(name)}"
                await asyncio.sleep(0.1)


async def _is_ready(client: aiohttp.ClientSession, port: int) -> bool:
    try:
        async with client.get(f"http://127.0.0.1:{port}/health/ready") as response:
            return response.status == 200 and (await response.json())["status"] == "ready"
    except (aiohttp.ClientError, OSError):
        return False


async def until_rows(url: str, count: str, wanted: int, *, seconds: float = 60) -> None:
    """Wait until the query `count` gives at least `wanted`."""
    connection = await asyncpg.connect(url)
    try:
        async with asyncio.timeout(seconds):
            while await connection.fetchval(count) < wanted:  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.2)
    finally:
        await connection.close()


def read_manifests(letters: Path) -> list[dict[str, Any]]:
    """Return every letter of every finished batch, with the path of its PDF as `path`."""
    found = []
    for manifest in sorted(letters.glob("*/manifest.json")):
        if manifest.parent.suffix != ".tmp":
            content = json.loads(manifest.read_text())
            found += [{**letter, "path": manifest.parent / letter["file"]} for letter in content["letters"]]
    return found
