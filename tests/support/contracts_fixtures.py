"""The contracts service on a database of its own, behind a real socket; lines to import, and tokens to call with."""

import io
import json
import random
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import asyncpg
from contracts_service.app import application
from contracts_service.resources import MIGRATIONS, SERVICE, Contracts, open_contracts
from contracts_service.settings import ContractsSettings
from espace_embedded.staff_tokens import staff_token
from joserfc import jwt
from joserfc.jwk import OKPKey
from service_kit.clock import Clock
from service_kit.events import Envelope
from service_kit.key_material import make_key_material, make_signing_keys
from service_kit.migrate import migrate
from service_kit.process import listening
from service_kit.sealing import Opener, read_keys

BRANDS = Path(__file__).parents[2] / "deploy" / "brands"
SERVICES = ["identity", "contracts", "notifications", "documents"]
NDJSON = "application/x-ndjson"


def enrolment_line(number: int = 412307, **changes: Any) -> dict[str, Any]:
    """Return a good line of `kind=members` for brands with 8 and 10 digits: a woman in Corsica and her son."""
    return {
        "membership_number": f"{number:08}",
        "nir": f"2690599{number // 999 % 1000:03}{number % 999 + 1:03}",
        "title": "Mme",
        "last_name": "Canariensis-d’Arc",
        "birth_name": "Œuvrard-Canari",
        "first_name": "Maëlys-Canarine",
        "birth_date": "1969-05-17",
        "email": f"maelys.canari.{number}@example.org",
        "phone": "06 12 34 56 78",
        "address": {
            "recipient": None,
            "complement": "Appartement 12",
            "building": "Résidence du Canari",
            "street": "2 bis, rue des Écoles Canari",
            "locality": None,
            "postal_code": "20217",
            "city": "Canari",
            "country": "FR",
        },
        "statement_identifier": f"{number:010}",
        "contract": {
            "product": "Sérénité",
            "kind": "individual",
            "effective_date": "2019-06-08",
            "renewal_date": "2026-12-31",
            "end_date": None,
            "responsible": True,
            "guarantees": [{"code": "HOSP", "level": "200 %"}, {"code": "OPTI", "level": "250 EUR"}],
        },
        "beneficiaries": [
            {
                "first_name": "Loïc-Canari",
                "last_name": "Canariensis-d’Arc",
                "birth_date": "2008-01-13",
                "birth_rank": 1,
                "relation": "child",
                "nir": "108012B033051",
            }
        ],
        **changes,
    }


def ndjson(lines: Iterable[dict[str, Any]]) -> bytes:
    """Return lines as a file."""
    return b"".join(json.dumps(line, ensure_ascii=False).encode() + b"\n" for line in lines)


def many_lines(count: int, *, seed: int = 2) -> list[dict[str, Any]]:
    """Return good lines of `count` members, no two of the same birth."""
    chance = random.Random(seed)
    return [
        enrolment_line(
            number, birth_date=f"{chance.randint(1930, 2005)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
        )
        for number in range(1, count + 1)
    ]


class TokenSigner:
    """Makes access tokens (RFC 9068) such as identity signs them."""

    def __init__(self, settings: ContractsSettings, keys: Path) -> None:
        (self._key,) = json.loads((keys / "identity" / "access-token-keys.json").read_text())["keys"]
        self._settings = settings

    def __call__(
        self,
        member_id: UUID,
        *,
        now: datetime,
        brand: str = "mgas",
        scope: str = "member",
        signed_in_minutes_ago: float = 0,
    ) -> str:
        """Return a token of ten minutes for a person."""
        issued_at = int(now.timestamp())
        claims = {
            "iss": self._settings.access_token_issuer,
            "aud": self._settings.access_token_audience,
            "sub": str(uuid4()),
            "iat": issued_at,
            "exp": issued_at + 600,
            "brand": brand,
            "member_id": str(member_id),
            "sid": str(uuid4()),
            "scope": scope,
            "auth_time": issued_at - round(signed_in_minutes_ago * 60),
        }
        header = {"alg": "EdDSA", "typ": "at+jwt", "kid": self._key["kid"]}
        return jwt.encode(header, claims, OKPKey.import_key(self._key), algorithms=["EdDSA"])


@dataclass
class OpenContracts:
    """The service, its address, a client, and the keys of everybody."""

    service: Contracts
    url: str
    client: aiohttp.ClientSession
    keys: Path

    def staff(self, brand: str = "mgas", role: str = "back-office") -> dict[str, str]:
        """Return the Authorization header of a member of staff."""
        keys = self.keys / "staff" / "signing-keys.json"
        return {"Authorization": f"Bearer {staff_token(keys, brand=brand, role=role, now=self._now())}"}

    def member(
        self, member_id: UUID, brand: str = "mgas", *, scope: str = "member", signed_in_minutes_ago: float = 0
    ) -> dict[str, str]:
        """Return the Authorization header of a signed-in person; identity gives the scope `member.read` to ex-members."""
        sign = TokenSigner(self.service.settings, self.keys)
        token = sign(member_id, now=self._now(), brand=brand, scope=scope, signed_in_minutes_ago=signed_in_minutes_ago)
        return {"Authorization": f"Bearer {token}"}

    def _now(self) -> datetime:
        return self.service.foundation.clock.now()

    async def send(
        self, body: Any, brand: str = "mgas", *, kind: str = "members", headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, Any]]:
        """Upload a file and return status and answer."""
        every = {"Content-Type": NDJSON, **self.staff(brand), **(headers or {})}
        url = f"{self.url}/v1/{brand}/imports?kind={kind}"
        data = io.BytesIO(body) if isinstance(body, bytes) else body
        async with self.client.post(url, data=data, headers=every) as response:
            return response.status, await response.json(content_type=None)

    async def report(self, import_id: str, brand: str = "mgas") -> tuple[int, dict[str, Any]]:
        """Return status and answer of GET …/imports/{id}."""
        return await self.get(f"/v1/{brand}/imports/{import_id}", self.staff(brand))

    async def get(self, path: str, headers: dict[str, str] | None = None) -> tuple[int, dict[str, Any]]:
        """Return status and answer of a GET."""
        async with self.client.get(self.url + path, headers=headers) as response:
            return response.status, await response.json(content_type=None)

    async def fetch(self, query: str, *arguments: Any) -> list[asyncpg.Record]:
        """Return rows of the service's database."""
        async with self.service.database.connection() as connection:
            rows: list[asyncpg.Record] = await connection.fetch(query, *arguments)
            return rows

    async def execute(self, statement: str, *arguments: Any) -> None:
        """Change the service's database."""
        async with self.service.database.connection() as connection:
            await connection.execute(statement, *arguments)

    async def envelopes(self) -> list[Envelope]:
        """Return what is in the outbox, in the order of its recording."""
        rows = await self.fetch("SELECT * FROM outbox ORDER BY position")
        return [
            Envelope(
                row["id"], row["type"], "/contracts", row["occurred_at"], row["subject"], row["data"], row["sealed"]
            )
            for row in rows
        ]

    def opener(self, recipient: str) -> Opener:
        """Return what opens sealed parts as `recipient` does."""
        return Opener(read_keys(self.keys / recipient / "sealing-keys.json"))


def contracts_settings(database_url: str, keys: Path, **own: Any) -> ContractsSettings:
    """Make every key below `keys` and return settings that use them."""
    make_key_material(keys, SERVICES)
    make_signing_keys(keys / "identity" / "access-token-keys.json", keys / "public" / "access-token-jwks.json")
    make_signing_keys(keys / "staff" / "signing-keys.json", keys / "public" / "staff-jwks.json")
    common: dict[str, Any] = {
        "database_url": database_url,
        "broker_url": "amqp://127.0.0.1:1/",
        "brands_directory": BRANDS,
        "data_keys_file": keys / SERVICE / "data-keys.json",
        "sealing_keys_file": keys / SERVICE / "sealing-keys.json",
        "sealing_recipients_file": keys / "public" / "sealing-recipients.json",
        "access_token_jwks_file": keys / "public" / "access-token-jwks.json",
        "staff_jwks_file": keys / "public" / "staff-jwks.json",
        "wake_by_notify": False,
        "poll_seconds": 0.1,
    }
    return ContractsSettings(**{**common, **own})


@asynccontextmanager
async def open_contracts_service(
    database_url: str, directory: Path, *, clock: Clock | None = None, **settings: Any
) -> AsyncIterator[OpenContracts]:
    """Migrate the database at `database_url` and serve contracts on a free port; nothing works in the background."""
    keys = directory / "keys"
    own = contracts_settings(database_url, keys, **settings)
    await migrate(database_url, service=SERVICE, directory=MIGRATIONS)
    async with (
        open_contracts(own, broker_answers=_nobody_answers, clock=clock) as service,
        listening(application(service), host="127.0.0.1", port=0) as port,
        aiohttp.ClientSession() as client,
    ):
        yield OpenContracts(service, f"http://127.0.0.1:{port}", client, keys)


async def _nobody_answers() -> bool:
    return False


class FixedClock:
    """Always the same instant."""

    def __init__(self, instant: datetime = datetime(2026, 11, 21, 9, tzinfo=UTC)) -> None:
        self.instant = instant

    def now(self) -> datetime:
        """Return it."""
        return self.instant
