"""A draft as it stands now: what was entered, and what it would come to. Reads renewal_notices.

Called by whatever shows, edits or confirms one: the recap that is confirmed is made by the same lines as the one that is shown.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from service_kit.database import Connection

from contracts_service.domain.termination.contract import TerminableContract
from contracts_service.domain.termination.decision import Alternative, Decision, Grounds, decide
from contracts_service.domain.termination.entry import Entry
from contracts_service.domain.termination.explanation import explain
from contracts_service.domain.termination.motives import use_of
from contracts_service.domain.termination.recap import (
    Recap,
    RecapContract,
    RecapPerson,
    recap_decision,
    recap_motive,
)
from contracts_service.resources import Contracts
from contracts_service.store import renewal_notices
from contracts_service.store.contracts import ContractRow
from contracts_service.usecases.member_rows import MemberRows


@dataclass(frozen=True)
class Open:
    """Another way that is open, and how it is told."""

    alternative: Alternative
    text: str


@dataclass(frozen=True)
class Preview:
    """What a draft comes to if it is confirmed now; `decision` is None where nobody has signed in."""

    recap: Recap
    decision: Decision | None = None
    others: tuple[Open, ...] = ()


def terminable(contract: ContractRow) -> TerminableContract:
    """Return a contract as decisions see it."""
    return TerminableContract(contract.kind, contract.effective_date, contract.renewal_date, contract.end_date)


async def grounds_of(service: Contracts, connection: Connection, rows: MemberRows) -> Grounds:
    """Return what decisions about a member's contract are made from; notices count where the brand can prove them."""
    rules = service.brands[rows.member.brand].termination
    notices = await renewal_notices.of_member(connection, rows.member.id) if rules.notices_known else {}
    return Grounds(terminable(rows.contract), rules, notices)


async def preview(
    service: Contracts, connection: Connection, rows: MemberRows, entry: Entry, *, seen: tuple[UUID, datetime]
) -> Preview:
    """Return the recap of a member's own draft; `seen` is its id, and the instant at which it is looked at."""
    draft_id, now = seen
    texts, grounds = service.termination_texts[rows.member.brand], await grounds_of(service, connection, rows)
    decision = decide(entry.request(), grounds, received_at=now)
    words = texts.texts.acknowledgement
    recap = _recap(service, rows.member.brand, draft_id, entry).model_copy(
        update={
            # A withdrawal that comes too late is confirmed as the termination that it has become, by that button (D221-1).
            "use": use_of(decision.motive) if decision.outcome == "effective" else entry.use,
            "person": RecapPerson(
                title=rows.member.title, first_name=rows.member.first_name, last_name=rows.member.last_name
            ),
            "contract": RecapContract(
                membership_number=rows.member.membership_number, risk=texts.texts.risk, product=rows.contract.product
            ),
            "decision": recap_decision(decision, grounds.contract, texts),
            "acknowledgement": texts.say(words.member if decision.outcome == "effective" else words.no_effect),
        }
    )
    others = explain(decision, grounds.contract, texts).alternatives
    return Preview(recap, decision, tuple(map(Open, decision.alternatives, others)))


def public_preview(service: Contracts, brand: str, draft_id: UUID, entry: Entry) -> Preview:
    """Return the recap of what somebody without an account has entered: nothing of it comes from the database."""
    return Preview(_recap(service, brand, draft_id, entry))


def shown(found: Preview) -> dict[str, Any]:
    """Return what whoever confirms must have seen, as JSON: the recap, its digest, and what else is open beside it."""
    return {
        "recap": found.recap.model_dump(mode="json"),
        "recap_digest": found.recap.digest.hex(),
        "alternatives": [
            {
                "motive": one.alternative.motive,
                "effective_date": one.alternative.effective_date.isoformat(),
                "from_date": None if (day := one.alternative.from_date) is None else day.isoformat(),
                "text": one.text,
            }
            for one in found.others
        ],
    }


def _recap(service: Contracts, brand: str, draft_id: UUID, entry: Entry) -> Recap:
    texts, stated = service.termination_texts[brand], entry.person
    proof = texts.texts.motives[entry.motive].proof
    return Recap(
        id=draft_id,
        nonce=entry.nonce,
        use=entry.use,
        brand=service.brands[brand].name,
        person=RecapPerson(
            title=None,
            first_name=None if stated is None else stated.first_name,
            last_name="" if stated is None else stated.last_name,
            birth_date=None if stated is None else stated.birth_date,
        ),
        contract=RecapContract(
            membership_number="" if stated is None else stated.membership_number, risk=texts.texts.risk, product=None
        ),
        motive=recap_motive(entry, texts),
        contact=entry.contact,
        decision=None,
        proof=None if proof is None else texts.say(proof),
        acknowledgement=texts.say(texts.texts.acknowledgement.anybody),
        texts_version=texts.texts.version,
        texts_digest=texts.digest.hex(),
    )
