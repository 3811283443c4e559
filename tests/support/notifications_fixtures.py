"""Notifications for tests: open on a database of its own, with a clock to move, a real relay and a folder of letters.

`running_notifications(…)` is the whole: it gives a `RunningNotifications`, whose `notifications` is what production code gets.
Events are those of identity and contracts themselves, sealed and encoded as on the wire.
"""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import aiohttp
from contracts_service.events import MemberChanged, MemberEnrolled
from espace_embedded.staff_tokens import staff_token
from identity_service.events import LetterRequired, PostedCodeRedeemed, PostedCodeUnneeded, ResetRequested
from joserfc import jwt
from joserfc.jwk import KeySet
from notifications_service import worker
from notifications_service.app import application
from notifications_service.resources import Notifications, open_notifications
from notifications_service.settings import NotificationsSettings
from notifications_service.usecases.hand_over_letters import hand_over_letters
from notifications_service.usecases.send_due_mails import send_due_mails
from service_kit.broker import Verdict
from service_kit.consumer import Consumer
from service_kit.events import Envelope, Event
from service_kit.key_material import make_key_material, make_signing_keys
from service_kit.process import listening
from service_kit.sealing import Sealer, read_keys

BRANDS = Path(__file__).parents[2] / "deploy" / "brands"
SERVICES = ["contracts", "documents", "identity", "notifications"]
NOBODY_LISTENS = "127.0.0.1:9"


class ShiftedClock:
    """The machine's clock, moved on at will: pauses and leases end without waiting for them."""

    def __init__(self) -> None:
        self._shift = timedelta()

    def now(self) -> datetime:
        """Return the present instant of the test."""
        return datetime.now(UTC) + self._shift

    def advance(self, **duration: float) -> None:
        """Let time pass."""
        self._shift += timedelta(**duration)


@dataclass
class RunningNotifications:
    """The service, and the world that a test gives it."""

    notifications: Notifications
    settings: NotificationsSettings
    clock: ShiftedClock
    keys: Path

    async def hear(self, event: Event, *, event_id: UUID | None = None) -> Verdict:
        """Deliver one event as the broker would, with its personal fields sealed, and return the answer."""
        subscriptions = worker.background(self.notifications).subscriptions
        (subscription,) = (one for one in subscriptions if one.event_type == event.event_type)
        foundation = self.notifications.foundation
        consumer = Consumer("notifications", foundation.database, foundation.opener, subscriptions)
        return await consumer.delivery(subscription)(self.body(event, event_id=event_id or uuid4()), None)

    def body(self, event: Event, *, event_id: UUID) -> bytes:
        """Return an event as it travels."""
        data, personal = event.parts()
        sealer = Sealer(read_keys(self.settings.sealing_recipients_file))
        return Envelope(
            id=event_id,
            type=event.event_type,
            source="/test",
            time=self.clock.now(),
            subject=event.subject(),
            data=data,
            sealed=sealer.seal(personal, recipients=event.recipients) if personal else None,
        ).encode()

    async def send_mails(self) -> int:
        """Do rounds of the worker's loop for mails until nothing is due or can be sent; return how many were settled."""
        settled = 0
        while done := await send_due_mails(self.notifications):
            settled += done
        return settled

    async def hand_over(self) -> int:
        """Do one round of the worker's loop for letters."""
        return await hand_over_letters(self.notifications)

    async def rows(self, query: str, *arguments: Any) -> list[dict[str, Any]]:
        """Return the rows of a query on the service's database."""
        async with self.notifications.database.connection() as connection:
            return [dict(row) for row in await connection.fetch(query, *arguments)]

    async def delivery(self, cause: UUID) -> dict[str, Any]:
        """Return the one delivery of a cause."""
        (row,) = await self.rows("SELECT * FROM deliveries WHERE cause = $1", cause)
        return row

    async def outcomes(self, cause: UUID) -> list[str]:
        """Return what became of each attempt at a delivery, in order."""
        rows = await self.rows(
            """
            SELECT outcome FROM delivery_attempts JOIN deliveries ON deliveries.id = delivery_id
            WHERE cause = $1 ORDER BY position
            """,
            cause,
        )
        return [row["outcome"] for row in rows]

    async def published(self) -> list[dict[str, Any]]:
        """Return the data of every event in the outbox, in order."""
        return [row["data"] for row in await self.rows("SELECT data FROM outbox ORDER BY position")]

    def batches(self) -> list[Path]:
        """Return the folders in the letters' directory, finished or not."""
        root = self.settings.letters_directory
        return sorted(root.iterdir()) if root.exists() else []

    def manifests(self) -> list[dict[str, Any]]:
        """Return the manifests of the finished batches."""
        finished = [folder for folder in self.batches() if folder.suffix != ".tmp"]
        return [json.loads((folder / "manifest.json").read_text()) for folder in finished]

    def staff_token(self, role: str, *, brand: str = "safiag") -> str:
        """Return a token of a member of a brand's staff."""
        return staff_token(self.keys / "staff" / "signing-keys.json", brand=brand, role=role, now=self.clock.now())

    def access_token(self, member_id: UUID, *, brand: str = "safiag", **claims: Any) -> str:
        """Return a member's access token (RFC 9068), such as identity signs."""
        settings, now = self.settings, int(self.clock.now().timestamp())
        values = {
            "iss": settings.access_token_issuer,
            "aud": settings.access_token_audience,
            "sub": str(uuid4()),
            "iat": now,
            "exp": now + 600,
            "brand": brand,
            "member_id": str(member_id),
            "sid": str(uuid4()),
            "scope": "member",
        }
        (key,) = KeySet.import_key_set(json.loads((self.keys / "signing-keys.json").read_text())).keys
        return jwt.encode({"alg": "EdDSA", "typ": "at+jwt", "kid": key.kid}, values | claims, key, algorithms=["EdDSA"])

    @asynccontextmanager
    async def served(self) -> AsyncIterator[aiohttp.ClientSession]:
        """Serve the HTTP application meanwhile; yield a client of it."""
        async with (
            listening(application(self.notifications), host="127.0.0.1", port=0) as port,
            aiohttp.ClientSession(f"http://127.0.0.1:{port}") as client,
        ):
            yield client


@asynccontextmanager
async def running_notifications(
    directory: Path, database_url: str, smtp_url: str, *, clock: ShiftedClock | None = None, **changes: Any
) -> AsyncIterator[RunningNotifications]:
    """Open the service over a migrated database; keys and letters lie below `directory`, made where missing."""
    settings, clock = notifications_settings(directory, database_url, smtp_url, **changes), clock or ShiftedClock()
    async with open_notifications(settings, broker_answers=_yes, clock=clock) as notifications:
        yield RunningNotifications(notifications, settings, clock, directory / "keys")


def notifications_settings(directory: Path, database_url: str, smtp_url: str, **changes: Any) -> NotificationsSettings:
    """Return settings of a service that lives below `directory`, and make its keys."""
    keys, public = directory / "keys", directory / "keys" / "public"
    make_key_material(keys, SERVICES)
    make_signing_keys(keys / "signing-keys.json", public / "access-token-jwks.json")
    make_signing_keys(keys / "staff" / "signing-keys.json", public / "staff-jwks.json")
    values: dict[str, Any] = {
        "database_url": database_url,
        "broker_url": f"amqp://{NOBODY_LISTENS}",
        "brands_directory": BRANDS,
        "data_keys_file": keys / "notifications" / "data-keys.json",
        "sealing_keys_file": keys / "notifications" / "sealing-keys.json",
        "sealing_recipients_file": public / "sealing-recipients.json",
        "access_token_jwks_file": public / "access-token-jwks.json",
        "staff_jwks_file": public / "staff-jwks.json",
        "smtp_url": smtp_url,
        "smtp_client_name": "tests.example",
        "letters_directory": directory / "letters",
        "letters_leave": "at-once",
        "letter_batch_seconds": 0,
        "public_url": "https://espace.example",
    }
    return NotificationsSettings(**values | changes)


def environment_of(settings: NotificationsSettings) -> dict[str, str]:
    """Return the environment variables of a process with these settings."""
    values = settings.model_dump(mode="json", exclude_none=True)
    texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in values.items()}
    return {f"NOTIFICATIONS_{name.upper()}": text for name, text in texts.items()}


def reset_requested(**changes: Any) -> ResetRequested:
    """Return identity's event for a member of mgas with an hour to follow the link."""
    values: dict[str, Any] = {
        "version": 1,
        "reset_id": uuid4(),
        "account_id": uuid4(),
        "member_id": uuid4(),
        "brand": "mgas",
        "expires_at": datetime.now(UTC) + timedelta(hours=1),
        "email": "zoelig.nunez@example.org",
        "token": "Kanarie-7QmWl2Jq3x8yVv1m5bC9oTtZrRsE4uHgPdL",
    }
    return ResetRequested(**values | changes)


def letter_required(**changes: Any) -> LetterRequired:
    """Return identity's event for a member of safiag with 21 days to use the code."""
    values: dict[str, Any] = {
        "version": 1,
        "letter_id": uuid4(),
        "account_id": uuid4(),
        "member_id": uuid4(),
        "brand": "safiag",
        "purpose": "posted_code",
        "expires_at": datetime.now(UTC) + timedelta(days=21),
        "code": "K7NR-4WXQ-9PTC",
    }
    return LetterRequired(**values | changes)


def code_redeemed(letter: LetterRequired) -> PostedCodeRedeemed:
    """Return identity's event that the code of a letter was used."""
    return PostedCodeRedeemed(
        version=letter.version + 1,
        letter_id=letter.letter_id,
        account_id=letter.account_id,
        member_id=letter.member_id,
        brand=letter.brand,
    )


def code_unneeded(letter: LetterRequired, *, signed_in_at: datetime | None = None) -> PostedCodeUnneeded:
    """Return identity's event that the code of a letter is not needed: its member has signed in, or else it was cancelled."""
    return PostedCodeUnneeded(
        version=letter.version + 1,
        letter_id=letter.letter_id,
        account_id=letter.account_id,
        member_id=letter.member_id,
        brand=letter.brand,
        signed_in_at=signed_in_at,
    )


def member_enrolled(**changes: Any) -> MemberEnrolled:
    """Return contracts' event for a woman of safiag who lives in Le Mêle-sur-Sarthe."""
    return MemberEnrolled(**_member(changes))


def member_changed(**changes: Any) -> MemberChanged:
    """Return contracts' next event for the same woman."""
    return MemberChanged(**_member({"version": 2} | changes))


def _member(changes: dict[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {
        "version": 1,
        "member_id": uuid4(),
        "brand": "safiag",
        "effective_date": "2024-03-01",
        "contract_kind": "individual",
        "product": "Essentielle",
        "responsible": True,
        "guarantees": [{"code": "HOSP", "level": "200%"}],
        "membership_number": "90757001",
        "nir": "2740261001001",
        "title": "Mme",
        "last_name": "Núñez-Gœtz",
        "first_name": "Zoëlig",
        "birth_date": "1974-02-12",
        "email": None,
        "address": {
            "street": "81 chemin de l’Église",
            "postal_code": "61170",
            "city": "Le Mêle-sur-Sarthe",
            "country": "FR",
        },
        "beneficiaries": [],
    }
    return values | changes


async def _yes() -> bool:
    return True
