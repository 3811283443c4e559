"""The four applications behind one port, in a thread with an event loop of its own, for clients that block.

A member is known to all four: with a contract, a message and an issued card, so that there is something to answer.
"""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import orjson
from documents_service.usecases.issue_due_documents import issue_due_documents
from espace_embedded.product import OpenPart, gateway
from espace_embedded.staff_tokens import staff_token
from identity_service.security.token_signing import MEMBER_SCOPE, PASSWORD_CONTEXT, TokenSubject
from identity_service.store import sessions
from identity_service.store.sessions import Beginning
from notifications_service.usecases.hand_over_letters import hand_over_letters
from service_kit.process import listening

from tests.support.agreements import examples_of
from tests.support.members import member_line
from tests.support.parts import OpenedPart, opened_for, opened_parts
from tests.support.waiting import eventually

BRAND = "mgas"
START_SECONDS = 60.0
LIFETIME = timedelta(days=1)


@dataclass(frozen=True)
class Served:
    """Where the space is, who may call, and what there is to find."""

    url: str
    member_token: str
    leaving_token: str  # of another session of the same member, which may be ended
    staff_token: str  # of the back office
    adviser_token: str
    printing_token: str  # of a print operator
    found: dict[str, str]  # operation → an id that it finds something for

    def staff_token_for(self, operation: dict[str, Any]) -> str:
        """Return the token of somebody who may call an operation, as its document says."""
        roles = operation.get("x-roles", [])
        by_role = {"adviser": self.adviser_token, "print-operator": self.printing_token}
        return next((by_role[role] for role in roles if role in by_role), self.staff_token)


@contextmanager
def served_space(directory: Path, postgres_url: str) -> Iterator[Served]:
    """Serve until the end of the context."""
    ready, over, answers = threading.Event(), threading.Event(), list[Served | BaseException]()

    async def serve() -> None:
        async with opened_parts(directory, postgres_url) as parts:
            open_parts = [_open_part(one) for one in parts.values()]
            async with listening(gateway(open_parts, []), host="127.0.0.1", port=0) as port:
                answers.append(await _prepared(parts, f"http://127.0.0.1:{port}"))
                ready.set()
                await asyncio.to_thread(over.wait)

    def run() -> None:
        try:
            asyncio.run(serve())
        except BaseException as error:
            answers.append(error)
            raise
        finally:
            ready.set()

    thread = threading.Thread(target=run, name="served")
    thread.start()
    try:
        assert ready.wait(START_SECONDS)
        assert isinstance(answers[0], Served), answers
        yield answers[0]
    finally:
        over.set()
        thread.join()


def _open_part(one: OpenedPart) -> OpenPart:
    background = one.part.worker.background(one.resources)
    return OpenPart(one.part, one.resources.foundation, one.application(), background)


async def _prepared(parts: dict[str, OpenedPart], url: str) -> Served:
    keys = parts["identity"].world.state.staff_keys
    token, adviser, printing = (
        staff_token(keys, brand=BRAND, role=role, now=datetime.now(UTC))
        for role in ("back-office", "adviser", "print-operator")
    )
    import_id, member_id = await _import_member(parts, url, token)
    await issue_due_documents(parts["documents"].resources)
    await _announce_reset(parts["notifications"], member_id)
    kept, posted = [await _hand_over_letter(parts["notifications"], member_id) for _ in range(2)]
    of_letters = {
        "download_print_batch": kept["batch"],
        "note_posted_batch": posted["batch"],
        "note_returned_letter": posted["letter"],
    }
    document = await parts["documents"].row("SELECT id::text FROM documents WHERE member_id = $1", member_id)
    account = await parts["identity"].row("SELECT id, member_id FROM accounts WHERE member_id = $1", member_id)
    of_accounts = dict.fromkeys(("require_letter", "unlock_account", "show_account_history"), str(account["id"]))
    return Served(
        url=url,
        member_token=await _member_token(parts["identity"], account),
        leaving_token=await _member_token(parts["identity"], account),
        staff_token=token,
        adviser_token=adviser,
        printing_token=printing,
        found={"show_import": import_id, "download_document": document["id"], **of_accounts, **of_letters},
    )


async def _import_member(parts: dict[str, OpenedPart], url: str, token: str) -> tuple[str, UUID]:
    """Import one member over HTTP and let every listener hear of it; return the import's id and the member's."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/x-ndjson"}
    body = orjson.dumps(member_line(1, email="loic@courriel.example"))
    async with (
        aiohttp.ClientSession() as client,
        client.post(f"{url}/api/contracts/v1/{BRAND}/imports?kind=members", data=body, headers=headers) as response,
    ):
        answer = await response.json()
    [envelope] = await parts["contracts"].recorded()
    for service in ("identity", "notifications", "documents"):
        event: dict[str, Any] = orjson.loads(envelope.encode())
        await parts[service].hear(event | {"data": opened_for(parts[service].world, service, envelope)})
    return answer["id"], UUID(envelope.data["member_id"])


async def _announce_reset(notifications: OpenedPart, member_id: UUID) -> None:
    event = examples_of("reset.requested.v1")["ordinary.json"]
    await notifications.hear(event | {"data": event["data"] | {"member_id": str(member_id), "brand": BRAND}})


async def _hand_over_letter(notifications: OpenedPart, member_id: UUID) -> dict[str, str]:
    """Hand a letter over, in a batch of its own."""
    event, letter_id = examples_of("letter.required.v1")["ordinary.json"], str(uuid4())
    expires_at = (datetime.now(UTC) + timedelta(days=21)).isoformat()
    told = {"letter_id": letter_id, "member_id": str(member_id), "brand": BRAND, "expires_at": expires_at}
    await notifications.hear(event | {"id": str(uuid4()), "data": event["data"] | told})
    await eventually(partial(hand_over_letters, notifications.resources), bool)
    return await notifications.row(
        """
        SELECT id::text AS letter, print_batch_id::text AS batch FROM deliveries
        WHERE cause = $1 AND channel = 'letter' AND state = 'handed_over'
        """,
        UUID(letter_id),
    )


async def _member_token(identity: OpenedPart, account: dict[str, Any]) -> str:
    """Sign the member in, without the password that nobody has chosen."""
    now = datetime.now(UTC)
    subject = TokenSubject(
        account_id=account["id"],
        member_id=account["member_id"],
        brand=BRAND,
        session_id=uuid4(),
        scope=MEMBER_SCOPE,
        acr=PASSWORD_CONTEXT,
        authenticated_at=now,
    )
    beginning = Beginning(subject.session_id, subject.account_id, subject.acr, "")
    async with identity.database.transaction() as connection:
        await sessions.open_session(connection, beginning, now=now, lifetime=LIFETIME, idle=LIFETIME)
    token: str = identity.resources.signing.access_token(subject, token_id=uuid4(), now=now)
    return token
