"""A request is received, and decided: what came is kept as evidence, and the contract gets its last day.

Reads renewal_notices; writes terminations with their texts and steps, members, contracts and the outbox, in the caller's
transaction under the brand's lock; publishes termination.registered and member.changed.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from service_kit.database import Connection

from contracts_service.domain.termination.decision import Decision, decide
from contracts_service.domain.termination.entry import Entry
from contracts_service.domain.termination.motives import Channel
from contracts_service.domain.termination.recap import Recap
from contracts_service.event_parts import Address, TerminationHolder
from contracts_service.events import TerminationRegistered
from contracts_service.resources import Contracts
from contracts_service.store import termination_records, terminations
from contracts_service.store.termination_records import StepRow
from contracts_service.store.terminations import DecidedRow, ReceivedRow, TerminationRow
from contracts_service.termination_events import REGISTERED
from contracts_service.usecases.member_rows import MemberRows
from contracts_service.usecases.present_member import save_change
from contracts_service.usecases.termination_recap import grounds_of

STATES = {"effective": "registered", "routed": "routed", "not_open": "not_open"}


@dataclass(frozen=True)
class Step:
    """What was done with a request, and by whom: member, anybody, staff or service."""

    kind: str
    done_by: str


@dataclass(frozen=True)
class Evidence:
    """What came, to be kept as it came; `recorded_by` is who of the staff has entered it."""

    id: UUID
    brand: str
    channel: Channel
    received_at: datetime
    entry: Entry
    recap: Recap
    recorded_by: str | None = None
    secret_digest: bytes | None = None
    member_id: UUID | None = None


async def keep_evidence(service: Contracts, connection: Connection, evidence: Evidence, *, now: datetime) -> None:
    """Keep what came, with the very texts that were shown, as `received`."""
    texts = service.termination_texts[evidence.brand]
    await termination_records.keep_texts(
        connection, texts.digest, version=texts.texts.version, content=texts.content, now=now
    )
    content = {"entry": evidence.entry.model_dump(mode="json"), "recap": evidence.recap.model_dump(mode="json")}
    sealed = service.seals.termination_evidence.seal(orjson.dumps(content), context=str(evidence.id))
    row = ReceivedRow(
        id=evidence.id,
        brand=evidence.brand,
        use=evidence.recap.use,
        channel=evidence.channel,
        received_at=evidence.received_at,
        recorded_at=now,
        recorded_by=evidence.recorded_by,
        text_digest=texts.digest,
        recap_digest=evidence.recap.digest,
        evidence_sealed=sealed,
        secret_digest=evidence.secret_digest,
        state="received",
        member_id=evidence.member_id,
    )
    await terminations.add(connection, row)
    who = {"member_online": "member", "public_online": "anybody"}.get(evidence.channel, "staff")
    await add_step(service, connection, evidence.id, Step("received", who), now=now)


async def settle(
    service: Contracts, connection: Connection, rows: MemberRows, termination: TerminationRow, *, now: datetime
) -> Decision:
    """Decide what was received about the contract of `rows`, and do it. What it comes to depends on the instant of receipt.

    Kept is what it comes to by itself, also while an earlier end holds.
    """
    entry, _ = open_evidence(service, termination)
    grounds = await grounds_of(service, connection, rows)
    decision = decide(entry.request(), grounds, received_at=termination.received_at)
    end, known = decision.effective_date, rows.contract.end_date
    ends_contract = end is not None and (known is None or end < known)
    own = decision.own or decision
    await terminations.decide(
        connection,
        DecidedRow(
            id=termination.id,
            state=STATES[decision.outcome],
            member_id=rows.member.id,
            decided_at=now,
            motive=own.motive,
            requalified=own.requalified,
            effective_date=own.effective_date,
            refund_by=own.refund_by,
            reason=own.reason,
            articles=list(own.articles),
            former_end_date=known,
            ends_contract=ends_contract,
        ),
    )
    await add_step(service, connection, termination.id, Step("decided", "service"), now=now)
    if end is not None:
        event = _event(rows, termination, decision, entry)
        await service.outbox.append(connection, event, event_id=service.entropy.new_id(), occurred_at=now)
    if ends_contract:
        contract = replace(rows.contract, end_date=end)
        await save_change(service, connection, replace(rows, contract=contract), now=now)
    return decision


async def add_step(
    service: Contracts, connection: Connection, termination_id: UUID, step: Step, *, now: datetime
) -> None:
    """Keep a step of a request."""
    row = StepRow(service.entropy.new_id(), termination_id, now, step.kind, step.done_by, {})
    await termination_records.add_step(connection, row)


def open_evidence(service: Contracts, row: TerminationRow) -> tuple[Entry, Recap]:
    """Return what was entered, and the recap that was confirmed."""
    content: dict[str, Any] = orjson.loads(
        service.seals.termination_evidence.open(row.evidence_sealed, context=str(row.id))
    )
    return Entry.model_validate(content["entry"]), Recap.model_validate(content["recap"])


def _event(rows: MemberRows, termination: TerminationRow, decision: Decision, entry: Entry) -> TerminationRegistered:
    member = rows.member
    assert decision.effective_date is not None  # what the caller has asked
    return TerminationRegistered(
        version=REGISTERED,
        member_id=member.id,
        brand=member.brand,
        termination_id=termination.id,
        received_at=termination.received_at,
        effective_date=decision.effective_date,
        use="withdrawal" if decision.motive == "withdrawal" else "termination",
        requalified=decision.requalified,
        product=rows.contract.product,
        refund_by=decision.refund_by,
        email=_email_for_receipt(termination, entry),
        motive=entry.motive,  # as it was asked for: `requalified` says that it became another one
        holder=TerminationHolder(
            title=member.title,
            last_name=member.last_name,
            first_name=member.first_name,
            membership_number=member.membership_number,
            address=Address(**member.address),
        ),
    )


def _email_for_receipt(termination: TerminationRow, entry: Entry) -> str | None:
    """Return the address that was given; None of who has no account: that receipt has left, and depends on nobody's name."""
    if termination.channel == "public_online" or entry.contact is None:
        return None
    return entry.contact.email
