"""Identity for tests: open on a database of its own, with a clock to set, members to enrol and events to read.

`opened_identity(…)` is the whole: it gives an `OpenedIdentity`, whose `identity` is what production code gets.
"""

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import asyncpg
from identity_service import app
from identity_service.consumers import beneficiaries, members
from identity_service.resources import MIGRATIONS, Identity, open_identity
from identity_service.settings import IdentitySettings
from identity_service.usecases.account_holders import AutonomousBeneficiary, EnrolledMember
from identity_service.usecases.decide_resets import decide_due_resets
from service_kit.database import Connection
from service_kit.key_material import make_key_material, make_key_ring, make_signing_keys
from service_kit.migrate import migrate
from service_kit.process import listening
from service_kit.sealing import Opener, read_keys
from service_kit.subscriptions import EventContext

from tests.support import servers

BRANDS = Path(__file__).parents[2] / "deploy" / "brands"
START = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
TERMS = "2026-1"

_numbers = itertools.count(1)


class SettableClock:
    """A clock that stands still until a test moves it."""

    def __init__(self, instant: datetime = START) -> None:
        self._instant = instant

    def now(self) -> datetime:
        """Return the instant that was set."""
        return self._instant

    def set(self, instant: datetime) -> None:
        """Put the clock to an aware instant."""
        self._instant = instant.astimezone(UTC)

    def advance(self, **parts: float) -> None:
        """Move the clock by `timedelta(**parts)`."""
        self._instant += timedelta(**parts)


@dataclass(frozen=True)
class PublishedEvent:
    """An outbox row: its type, and its readable and opened fields together."""

    type: str
    data: dict[str, Any]
    sealed_fields: frozenset[str]


@dataclass
class OpenedIdentity:
    """Identity, and what a test does from outside."""

    identity: Identity
    clock: SettableClock
    notifications: Opener
    database_url: str
    _read_events: int = field(default=0)

    async def enrol(self, **changes: Any) -> dict[str, Any]:
        """Enrol a member as contracts would tell it, through the real handler; return the member's fields."""
        member = a_member(**changes)
        await self.hear(member)
        return member

    async def hear(self, member: dict[str, Any], *, event: str = "member.enrolled.v1") -> None:
        """Let identity hear of a member's whole state."""
        (subscription,) = (one for one in members.subscriptions(self.identity) if one.event_type == event)
        context = EventContext(uuid4(), event, self.clock.now())
        async with self.identity.database.transaction() as connection:
            await subscription.handle(connection, EnrolledMember.model_validate(member), context)

    async def tell(self, member: dict[str, Any], **changes: Any) -> dict[str, Any]:
        """Tell of somebody who is known apart from `member`, as contracts would; return the person's fields."""
        person = a_beneficiary(member, **changes)
        await self.hear_of(person)
        return person

    async def hear_of(self, person: dict[str, Any]) -> None:
        """Let identity hear of an autonomous person's whole state."""
        (subscription,) = beneficiaries.subscriptions(self.identity)
        context = EventContext(uuid4(), subscription.event_type, self.clock.now())
        async with self.identity.database.transaction() as connection:
            await subscription.handle(connection, AutonomousBeneficiary.model_validate(person), context)

    async def decide(self) -> int:
        """Decide the resets that are due."""
        return await decide_due_resets(self.identity)

    async def new_events(self, *types: str) -> list[PublishedEvent]:
        """Return the events since the last call (of `types`, if any), in order, opened with notifications' private key."""
        async with self.identity.database.connection() as connection:
            rows = await connection.fetch(
                "SELECT position, type, data, sealed FROM outbox WHERE position > $1 ORDER BY position",
                self._read_events,
            )
        self._read_events = max((row["position"] for row in rows), default=self._read_events)
        return [self._opened(row) for row in rows if not types or row["type"] in types]

    async def account(self, person: dict[str, Any]) -> asyncpg.Record:
        """Return the row of a member's or a beneficiary's account."""
        person_id = UUID(person.get("beneficiary_id") or person["member_id"])
        async with self.identity.database.connection() as connection:
            return await connection.fetchrow("SELECT * FROM accounts WHERE member_id = $1", person_id)

    async def value(self, query: str, *arguments: Any) -> Any:
        """Return one value of the database."""
        async with self.identity.database.connection() as connection:
            return await connection.fetchval(query, *arguments)

    def _opened(self, row: asyncpg.Record) -> PublishedEvent:
        personal = self.notifications.open(row["sealed"]) if row["sealed"] else {}
        return PublishedEvent(row["type"], row["data"] | personal, frozenset(personal))


async def make_template(postgres_url: str) -> str:
    """Make a migrated database to copy from, and return its name."""
    name = servers.unique_name("identity_template")
    url = await servers.create_database(postgres_url, name)
    await migrate(url, service="identity", directory=MIGRATIONS)
    return name


def identity_settings(directory: Path, database_url: str, **changes: Any) -> IdentitySettings:
    """Return settings with fresh key files below `directory` (kept when they are there)."""
    make_key_material(directory, ["identity", "notifications", "contracts"])
    make_key_ring(directory / "identity" / "pepper.json")
    public = directory / "public"
    make_signing_keys(directory / "identity" / "access-token-keys.json", public / "access-token-jwks.json")
    make_signing_keys(directory / "staff" / "signing-keys.json", public / "staff-jwks.json")
    values = {
        "database_url": database_url,
        "broker_url": "amqp://127.0.0.1:1/",  # nobody listens there: identity decides without a broker
        "brands_directory": BRANDS,
        "data_keys_file": directory / "identity" / "data-keys.json",
        "sealing_keys_file": directory / "identity" / "sealing-keys.json",
        "sealing_recipients_file": public / "sealing-recipients.json",
        "access_token_jwks_file": public / "access-token-jwks.json",
        "staff_jwks_file": public / "staff-jwks.json",
        "pepper_file": directory / "identity" / "pepper.json",
        "access_token_keys_file": directory / "identity" / "access-token-keys.json",
        "passkey_origins": ("https://espace.example", "https://adherents.espace.example"),
        "hashing_memory_kib": 19_456,  # the least that is allowed: a test waits for each hash
    }
    return IdentitySettings(**(values | changes))


@asynccontextmanager
async def opened_identity(directory: Path, database_url: str, **settings: Any) -> AsyncIterator[OpenedIdentity]:
    """Open identity on a migrated database, with a clock that stands at START."""
    clock = SettableClock()
    async with open_identity(identity_settings(directory, database_url, **settings), clock=clock) as identity:
        opener = Opener(read_keys(directory / "notifications" / "sealing-keys.json"))
        yield OpenedIdentity(identity, clock, opener, database_url)


@asynccontextmanager
async def http_client(identity: Identity) -> AsyncIterator[aiohttp.ClientSession]:
    """Serve identity on a free port and give a client of it."""
    async with (
        listening(app.application(identity), host="127.0.0.1", port=0) as port,
        aiohttp.ClientSession(f"http://127.0.0.1:{port}") as client,
    ):
        yield client


def a_member(**changes: Any) -> dict[str, Any]:
    """Return a member as in member.enrolled.v1, nobody's double; `changes` replace fields."""
    number = next(_numbers)
    return {
        "version": 1,
        "member_id": str(uuid4()),
        "brand": "mgas",
        "effective_date": str(date(2020, 1, 1)),
        "end_date": None,
        "membership_number": f"{70_000_000 + number}",
        "nir": f"25802{number:08d}",
        "birth_date": "1958-02-17",
        "last_name": "Lefèvre-Guégan",
        "birth_name": "Castaing",
        "first_name": "Françoise",
        "email": f"francoise.{number}@courriel.example",
        "statement_identifier": f"{9_000_000_000 + number}",
        **changes,
    }


def a_beneficiary(member: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return somebody whom a member's contract covers as in beneficiary.autonomous.v1; `changes` replace fields."""
    return {
        "version": 1,
        "beneficiary_id": str(uuid4()),
        "member_id": member["member_id"],
        "brand": member["brand"],
        "effective_date": member["effective_date"],
        "end_date": None,
        "autonomous": True,
        "membership_number": member["membership_number"],
        "nir": f"16703{next(_numbers):08d}",
        "last_name": "Le Goff",
        "first_name": "Yves",
        "birth_date": "1967-03-02",
        "email": None,
        **changes,
    }


async def set_password(connection: Connection, account_id: UUID, password_hash: str, now: datetime) -> None:
    """Give an account a password without a journey, where the journey is not what is tested."""
    await connection.execute(
        "UPDATE accounts SET password_hash = $2, password_changed_at = $3 WHERE id = $1", account_id, password_hash, now
    )
