"""The documents service in a test's own process: its resources, its consumer, its HTTP application; real PostgreSQL and files.

Events are sealed and encoded as on the wire; access tokens carry what identity's do.
"""

import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import aiohttp
from documents_service.app import application
from documents_service.resources import Documents, open_documents
from documents_service.settings import DocumentsSettings
from documents_service.usecases.issue_due_documents import issue_due_documents
from documents_service.worker import TOPICS
from joserfc import jwt
from joserfc.jwk import KeySet
from service_kit.broker import Verdict
from service_kit.consumer import Consumer
from service_kit.events import Envelope
from service_kit.key_material import make_key_material, make_signing_keys
from service_kit.process import listening
from service_kit.sealing import Opener, Sealer, read_keys

from tests.support.agreements import sealed_fields_of

BRANDS = Path(__file__).parents[2] / "deploy" / "brands"
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


@dataclass
class MovableClock:
    """A clock that stands still until a test moves it."""

    instant: datetime = NOW

    def now(self) -> datetime:
        """Return the present instant of the test."""
        return self.instant

    def advance(self, **duration: float) -> None:
        """Let time pass."""
        self.instant += timedelta(**duration)


@dataclass
class RunningDocuments:
    """The service, and the world that a test gives it."""

    documents: Documents
    settings: DocumentsSettings
    clock: MovableClock
    keys: Path
    accounts: dict[UUID, UUID] = field(default_factory=dict)

    def envelope(self, event_type: str, data: dict[str, Any], *, event_id: UUID | None = None) -> Envelope:
        """Return the event as contracts would publish it, its personal fields sealed."""
        sealer, sealed = Sealer(read_keys(self.settings.sealing_recipients_file)), sealed_fields_of(event_type)
        return Envelope(
            id=event_id or uuid4(),
            type=event_type,
            source="/contracts",
            time=self.clock.now(),
            subject=f"member/{data['member_id']}",
            data={name: value for name, value in data.items() if name not in sealed},
            sealed=sealer.seal(
                {name: value for name, value in data.items() if name in sealed}, recipients=("documents",)
            ),
        )

    async def hear(self, event_type: str, data: dict[str, Any], *, event_id: UUID | None = None) -> Verdict:
        """Deliver one event as the broker would, with its personal fields sealed, and return the answer."""
        heard = [one for topic in TOPICS for one in topic.subscriptions(self.documents)]
        consumer = Consumer("documents", self.documents.database, self.documents.foundation.opener, heard)
        subscription = next(one for one in heard if one.event_type == event_type)
        return await consumer.delivery(subscription)(self.envelope(event_type, data, event_id=event_id).encode(), None)

    async def issue(self) -> int:
        """Do one round of the worker's loop."""
        return await issue_due_documents(self.documents)

    async def enrol(self, number: int = 1, **changes: Any) -> dict[str, Any]:
        """Enrol a member, issue the card, and return the event's data."""
        data = member_state(number, **changes)
        await self.hear("member.enrolled.v1", data)
        await self.issue()
        return data

    async def change(self, data: dict[str, Any], **changes: Any) -> dict[str, Any]:
        """Tell the next version of a member, issue what is due, and return the event's data."""
        changed = data | {"version": data["version"] + 1} | changes
        await self.hear("member.changed.v1", changed)
        await self.issue()
        return changed

    async def told(self, *, reader: str = "notifications") -> list[dict[str, Any]]:
        """Return the data of every event in the outbox, opened as `reader` does."""
        opener = Opener(read_keys(self.keys / reader / "sealing-keys.json"))
        rows = await self.rows("SELECT data, sealed FROM outbox ORDER BY position")
        return [row["data"] | ({} if row["sealed"] is None else opener.open(row["sealed"])) for row in rows]

    async def rows(self, query: str, *arguments: Any) -> list[dict[str, Any]]:
        """Return the rows of a query on the service's database."""
        async with self.documents.database.connection() as connection:
            return [dict(row) for row in await connection.fetch(query, *arguments)]

    def stored_files(self) -> list[Path]:
        """Return every file below the storage folder."""
        return [path for path in self.settings.storage_directory.rglob("*") if path.is_file()]

    def access_token(self, member_id: UUID | str, *, brand: str = "mgas") -> str:
        """Return a member's access token (RFC 9068), such as identity signs."""
        settings, member, now = self.settings, UUID(str(member_id)), int(self.clock.now().timestamp())
        claims = {
            "iss": settings.access_token_issuer,
            "aud": settings.access_token_audience,
            "sub": str(self.accounts.setdefault(member, uuid4())),
            "iat": now,
            "exp": now + 600,
            "brand": brand,
            "member_id": str(member),
            "sid": str(uuid4()),
        }
        (key,) = KeySet.import_key_set(json.loads((self.keys / "signing-keys.json").read_text())).keys
        return jwt.encode({"alg": "EdDSA", "typ": "at+jwt", "kid": key.kid}, claims, key, algorithms=["EdDSA"])

    def environment(self) -> dict[str, str]:
        """Return the environment variables that say what the settings say, for a process of its own."""
        values = self.settings.model_dump(mode="json", exclude_none=True)
        return {f"DOCUMENTS_{name.upper()}": str(value) for name, value in values.items()}

    @asynccontextmanager
    async def served(self) -> AsyncIterator[aiohttp.ClientSession]:
        """Serve the HTTP application meanwhile; yield a client of it."""
        async with (
            listening(application(self.documents), host="127.0.0.1", port=0) as port,
            aiohttp.ClientSession(f"http://127.0.0.1:{port}") as client,
        ):
            yield client


@asynccontextmanager
async def running_documents(
    directory: Path, database_url: str, *, clock: MovableClock | None = None, **changes: Any
) -> AsyncIterator[RunningDocuments]:
    """Open the service over a migrated database; keys and stored files lie below `directory`, made where missing."""
    keys, clock = directory / "keys", clock or MovableClock()
    settings = documents_settings(directory, database_url, **changes)
    async with open_documents(settings, broker_answers=_yes, clock=clock) as documents:
        yield RunningDocuments(documents, settings, clock, keys)


def documents_settings(directory: Path, database_url: str, **changes: Any) -> DocumentsSettings:
    """Return settings of a service that lives below `directory`, and make its keys."""
    keys, public = directory / "keys", directory / "keys" / "public"
    make_key_material(keys, ["documents", "notifications"])
    make_signing_keys(keys / "signing-keys.json", public / "access-token-jwks.json")
    make_signing_keys(keys / "staff" / "signing-keys.json", public / "staff-jwks.json")
    values: dict[str, Any] = {
        "database_url": database_url,
        "database_pool_size": 4,
        "broker_url": "amqp://nobody.invalid",
        "brands_directory": BRANDS,
        "data_keys_file": keys / "documents" / "data-keys.json",
        "sealing_keys_file": keys / "documents" / "sealing-keys.json",
        "sealing_recipients_file": public / "sealing-recipients.json",
        "access_token_jwks_file": public / "access-token-jwks.json",
        "staff_jwks_file": public / "staff-jwks.json",
        "storage_directory": directory / "stored",
    }
    return DocumentsSettings(**values | changes)


def member_state(number: int = 1, **changes: Any) -> dict[str, Any]:
    """Return the data of member.enrolled: a family of MGAS; `number` decides every identifier."""
    data: dict[str, Any] = {
        "version": 1,
        "member_id": str(UUID(bytes=hashlib.sha256(f"member {number}".encode()).digest()[:16], version=4)),
        "brand": "mgas",
        "effective_date": "2024-03-01",
        "renewal_date": "2026-12-31",
        "end_date": None,
        "contract_kind": "individual",
        "product": "Essentielle",
        "responsible": True,
        "guarantees": [{"code": "HOSP", "level": "200%"}, {"code": "OPAU", "level": "250 EUR"}],
        "membership_number": f"{90_757_000 + number}",
        "nir": f"1740257519{number:03}",
        "title": "M.",
        "last_name": "Da Silva-Canarie",
        "birth_name": None,
        "first_name": "Zoëlig",
        "birth_date": "1974-02-12",
        "email": f"zoelig.{number}@example.org",
        "statement_identifier": f"{3_114_100_000 + number}",
        "address": {"street": "81 chemin de l’Église", "postal_code": "80470", "city": "Picquigny", "country": "FR"},
        "beneficiaries": [
            {
                "first_name": "Aëlys",
                "last_name": "Quimperlé",
                "birth_date": "2018-04-13",
                "birth_rank": 1,
                "relation": "child",
            }
        ],
    }
    return data | changes


def termination(number: int = 1, **changes: Any) -> dict[str, Any]:
    """Return the data of termination.registered: the member of `member_state(number)` ends the contract."""
    member = member_state(number)
    data: dict[str, Any] = {
        "version": 1,
        "member_id": member["member_id"],
        "brand": "mgas",
        "termination_id": str(UUID(bytes=hashlib.sha256(f"termination {number}".encode()).digest()[:16], version=4)),
        "received_at": "2026-11-21T08:14:03Z",
        "effective_date": "2026-12-31",
        "use": "termination",
        "requalified": False,
        "product": "Essentielle",
        "refund_by": "2027-01-30",
        "email": None,
        "motive": "annual",
        "holder": {name: member[name] for name in ("title", "last_name", "first_name", "membership_number", "address")},
    }
    return data | changes


async def _yes() -> bool:
    return True
