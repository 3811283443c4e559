"""Somebody without an account asks for the end of a contract. Writes termination_drafts, terminations, the outbox.

Nothing here looks who it is: the answer and its time are the same for a member and for nobody, and so is the receipt at the
address that was typed (termination.received). Behind the answer `decide_received_terminations.py` looks. An unguessable id and a
secret open the request; the secret is kept by its digest.
"""

import hmac
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from service_kit.database import Connection
from service_kit.http.preconditions import Seen
from service_kit.http.problems import NotFound

from contracts_service.domain.termination.entry import Entry
from contracts_service.domain.termination.errors import RecapChanged
from contracts_service.events import TerminationReceived
from contracts_service.resources import Contracts
from contracts_service.store import termination_drafts, terminations
from contracts_service.store.termination_drafts import DraftRow
from contracts_service.termination_events import RECEIVED
from contracts_service.usecases.draft_termination import Change, OwnDraft, check_entry, open_entry, seal_entry
from contracts_service.usecases.register_termination import Evidence, keep_evidence
from contracts_service.usecases.termination_recap import public_preview, shown

PUBLIC_DRAFT = timedelta(days=1)


@dataclass(frozen=True)
class Opening:
    """What opens a request of somebody without an account."""

    brand: str
    id: UUID
    secret: str


@dataclass(frozen=True)
class PublicReceipt:
    """That a request was received, and when: the same for everybody."""

    id: UUID
    received_at: datetime
    recap_digest: bytes


async def draft_public_termination(
    service: Contracts, brand: str, entry: Entry, *, now: datetime
) -> tuple[OwnDraft, str]:
    """Keep `entry` for a day; return it with the secret that opens it. Raises InvalidRequest."""
    check_entry(service, brand, entry, now=now, signed_in=False)
    draft_id, secret = service.entropy.new_id(), service.entropy.new_token()
    row = DraftRow(
        id=draft_id,
        brand=brand,
        member_id=None,
        secret_digest=service.seals.termination_secrets.of(str(draft_id), secret),
        version=1,
        entry_sealed=seal_entry(service, draft_id, entry),
        created_at=now,
        changed_at=now,
        lapses_at=now + PUBLIC_DRAFT,
    )
    async with service.database.transaction() as connection:
        await termination_drafts.keep(connection, row)
    return OwnDraft(row, entry, public_preview(service, brand, draft_id, entry)), secret


async def edit_public_termination(
    service: Contracts, opening: Opening, change: Change, *, seen: tuple[Seen, datetime]
) -> OwnDraft:
    """Change what was entered; raise NotFound, ChangedMeanwhile and InvalidRequest."""
    matching, now = seen
    async with service.database.transaction() as connection:
        found = await _load(service, connection, opening, now=now)
        if found is None:
            raise NotFound
        matching.require(found.preview.recap.digest.hex())
        entry = change(found.entry)
        check_entry(service, opening.brand, entry, now=now, signed_in=False)
        sealed = seal_entry(service, opening.id, entry)
        row = replace(found.row, version=found.row.version + 1, entry_sealed=sealed, changed_at=now)
        await termination_drafts.save(connection, row)
    return OwnDraft(row, entry, public_preview(service, opening.brand, opening.id, entry))


async def show_public_termination(service: Contracts, opening: Opening, *, now: datetime) -> OwnDraft | PublicReceipt:
    """Return the draft, or that it was received; raise NotFound."""
    async with service.database.transaction() as connection:
        return await _load(service, connection, opening, now=now) or await _receipt(service, connection, opening)


async def confirm_public_termination(
    service: Contracts, opening: Opening, *, recap_digest: str, now: datetime
) -> PublicReceipt:
    """Receive what was entered: `now` is the receipt, also when somebody has to find out first whose contract it is.

    Raises NotFound; RecapChanged when `recap_digest` is not the digest of the present recap. Twice is once.
    """
    async with service.database.transaction() as connection:
        draft = await _load(service, connection, opening, now=now)
        if draft is None:
            return await _receipt(service, connection, opening)
        if draft.preview.recap.digest.hex() != recap_digest:
            raise RecapChanged(shown(draft.preview))
        evidence = Evidence(
            id=draft.row.id,
            brand=opening.brand,
            channel="public_online",
            received_at=now,
            entry=draft.entry,
            recap=draft.preview.recap,
            secret_digest=draft.row.secret_digest,
        )
        await keep_evidence(service, connection, evidence, now=now)
        event_id = service.entropy.new_id()
        await service.outbox.append(connection, _received(evidence), event_id=event_id, occurred_at=now)
        await termination_drafts.delete(connection, draft.row.id)
    service.foundation.wake.call()
    return PublicReceipt(draft.row.id, now, draft.preview.recap.digest)


def _received(evidence: Evidence) -> TerminationReceived:
    contact = evidence.entry.contact
    return TerminationReceived(
        version=RECEIVED,
        brand=evidence.brand,
        termination_id=evidence.id,
        received_at=evidence.received_at,
        use=evidence.entry.use,
        email=None if contact is None else contact.email,
    )


async def _load(service: Contracts, connection: Connection, opening: Opening, *, now: datetime) -> OwnDraft | None:
    row = await termination_drafts.find(connection, opening.id, brand=opening.brand, now=now)
    if row is None or not _opens(service, opening, row.secret_digest):
        return None
    entry = open_entry(service, row)
    return OwnDraft(row, entry, public_preview(service, opening.brand, opening.id, entry))


async def _receipt(service: Contracts, connection: Connection, opening: Opening) -> PublicReceipt:
    row = await terminations.find(connection, opening.id, brand=opening.brand)
    if row is None or not _opens(service, opening, row.secret_digest):
        raise NotFound
    return PublicReceipt(row.id, row.received_at, row.recap_digest)


def _opens(service: Contracts, opening: Opening, digest: bytes | None) -> bool:
    given = service.seals.termination_secrets.all_of(str(opening.id), opening.secret)
    return digest is not None and any(hmac.compare_digest(one, digest) for one in given)
