"""What the tiny service needs to run: keys, brands, an environment, tokens; in this process or in one of its own."""

import asyncio
import base64
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import aiohttp
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc.jwk import OKPKey
from service_kit.access_tokens import SIGNATURE
from service_kit.key_material import make_key_material, make_signing_keys
from service_kit.process import listening

from tests.support.tiny_endpoints import Tiny
from tests.support.tiny_service import TinySettings, application, open_tiny

ROOT = Path(__file__).parents[2]
ACCOUNT = UUID("0f0e0d0c-0b0a-4908-8706-050403020100")
MEMBER = UUID("1f0e0d0c-0b0a-4908-8706-050403020100")


@dataclass(frozen=True)
class Place:
    """The folder with everything that the tiny service reads."""

    folder: Path

    @classmethod
    def make(cls, folder: Path) -> "Place":
        """Lay out keys and two brands."""
        made = cls(folder)
        make_key_material(folder, ["tiny"])
        for kind in ("member", "staff"):
            make_signing_keys(folder / f"{kind}-keys.json", folder / f"{kind}-jwks.json")
        made.brands.mkdir(exist_ok=True)
        for brand in ("alpha", "beta"):
            (made.brands / f"{brand}.toml").write_text(f'[brand]\nname = "{brand.title()}"\n')
        return made

    @property
    def brands(self) -> Path:
        return self.folder / "brands"

    def values(self, database_url: str, broker_url: str = "amqp://127.0.0.1:1/") -> dict[str, Any]:
        """Return the settings by field."""
        return {
            "database_url": database_url,
            "broker_url": broker_url,
            "http_port": 0,
            "work_health_port": 0,
            "brands_directory": str(self.brands),
            "data_keys_file": str(self.folder / "tiny" / "data-keys.json"),
            "sealing_keys_file": str(self.folder / "tiny" / "sealing-keys.json"),
            "sealing_recipients_file": str(self.folder / "public" / "sealing-recipients.json"),
            "access_token_jwks_file": str(self.folder / "member-jwks.json"),
            "staff_jwks_file": str(self.folder / "staff-jwks.json"),
            "poll_seconds": 0.2,
        }

    def environment(self, database_url: str, broker_url: str = "amqp://127.0.0.1:1/", **more: Any) -> dict[str, str]:
        """Return the environment of a process."""
        values = {**self.values(database_url, broker_url), **more}
        return {**os.environ, **{f"TINY_{name.upper()}": str(value) for name, value in values.items()}}

    def key(self, kind: str) -> OKPKey:
        """Return the private key of `member` or `staff` tokens."""
        return OKPKey.import_key(json.loads((self.folder / f"{kind}-keys.json").read_text())["keys"][0])

    def member_token(self, *, header: dict[str, Any] | None = None, key: Any = None, **changes: Any) -> str:
        """Return a member's access token; a claim changed to None is left out."""
        claims = {
            "iss": "espace-adherent",
            "sub": str(ACCOUNT),
            "member_id": str(MEMBER),
            "brand": "alpha",
            "sid": str(uuid4()),
            "acr": "password",
        }
        return self._token("member", claims | changes, {"typ": "at+jwt"} | (header or {}), key)

    def staff_token(self, *, header: dict[str, Any] | None = None, key: Any = None, **changes: Any) -> str:
        """Return a staff token; a claim changed to None is left out."""
        claims = {"iss": "staff", "sub": "ada", "brand": "alpha", "roles": ["adviser"]}
        return self._token("staff", claims | changes, header or {}, key)

    def _token(self, kind: str, claims: dict[str, Any], header: dict[str, Any], key: Any) -> str:
        now, signer = datetime.now(UTC), self.key(kind)
        everything = {"aud": "espace-adherent", "iat": now, "exp": now + timedelta(minutes=5)} | claims
        return signed_token({"alg": SIGNATURE, "kid": signer.kid} | header, everything, key or signer)


def signed_token(header: dict[str, Any], claims: dict[str, Any], key: Any) -> str:
    """Return a JWS of any header, however odd, signed with the key's own algorithm; what is None is left out."""
    message = f"{encoded(header)}.{encoded(claims)}"
    return f"{message}.{encoded(_signature(message.encode(), key))}"


def encoded(content: object) -> str:
    """Return one part of a token."""
    if isinstance(content, dict):
        plain = {name: value for name, value in content.items() if value is not None}
        content = json.dumps(plain, default=lambda instant: int(instant.timestamp())).encode()
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _signature(message: bytes, key: Any) -> bytes:
    private = key.private_key
    if key.key_type == "OKP":
        return bytes(private.sign(message))
    if key.key_type == "RSA":
        return bytes(private.sign(message, padding.PKCS1v15(), SHA256()))
    numbers = decode_dss_signature(private.sign(message, ECDSA(SHA256())))
    return b"".join(number.to_bytes(32, "big") for number in numbers)


@dataclass(frozen=True)
class Served:
    """The tiny service, answering."""

    port: int
    client: aiohttp.ClientSession
    place: Place
    tiny: Tiny

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    async def ask(self, method: str, path: str, **more: Any) -> tuple[int, Any, Any]:
        """Return status, headers and the decoded body (None when it is empty)."""
        async with self.client.request(method, self.url(path), **more) as response:
            raw = await response.read()
            return response.status, response.headers, json.loads(raw) if raw else None

    async def talk(self, raw: bytes, *, end: str = "", within: float = 5.0) -> bytes:
        """Send raw bytes, half-close or abort the connection if `end` says so, and return all that comes back."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(raw)
            await writer.drain()
            if end == "half-close":
                writer.write_eof()
            elif end == "abort":
                writer.transport.abort()
                return b""
            received = b""
            try:
                async with asyncio.timeout(within):
                    while part := await reader.read(65536):
                        received += part
            except (TimeoutError, ConnectionError):
                pass
            return received
        finally:
            writer.close()


@asynccontextmanager
async def served(place: Place, database_url: str) -> AsyncIterator[Served]:
    """Serve in this process, on a free port."""
    settings = TinySettings(**place.values(database_url))
    async with (
        open_tiny(settings) as tiny,
        listening(application(tiny), host="127.0.0.1", port=0) as port,
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True)) as client,
    ):
        yield Served(port, client, place, tiny)


@dataclass(frozen=True)
class Running:
    """The tiny service in a process of its own."""

    process: asyncio.subprocess.Process

    async def lines_until(self, event: str, *, within: float = 20.0) -> list[dict[str, Any]]:
        """Return the log lines up to the first one with `event`."""
        assert self.process.stderr is not None
        found: list[dict[str, Any]] = []
        async with asyncio.timeout(within):
            while raw := await self.process.stderr.readline():
                found.append(json.loads(raw))
                if found[-1].get("event") == event:
                    return found
        raise AssertionError(f"the process ended before {event}: {found}")

    async def end(self, *, within: float = 25.0) -> tuple[int, str]:
        """Wait for its end; return its status and the rest of what it wrote."""
        async with asyncio.timeout(within):
            printed, errors = await self.process.communicate()
        assert self.process.returncode is not None
        return self.process.returncode, printed.decode() + errors.decode()

    def signal(self, number: int = signal.SIGTERM) -> None:
        self.process.send_signal(number)


@asynccontextmanager
async def running(*arguments: str, environment: dict[str, str]) -> AsyncIterator[Running]:
    """Run `python -m tests.support.tiny_service …`; kill it if it is still there at the end."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.support.tiny_service",
        *arguments,
        cwd=ROOT,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield Running(process)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
