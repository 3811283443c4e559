"""A contract's end is asked for, and undone, as contracts publishes it: by the real use cases, from the draft on."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from contracts_service.domain.termination.entry import Contact, Entry, StatedPerson
from contracts_service.usecases.confirm_termination import confirm_termination
from contracts_service.usecases.decide_received_terminations import decide_received_terminations
from contracts_service.usecases.draft_termination import draft_termination
from contracts_service.usecases.public_termination import (
    Opening,
    confirm_public_termination,
    draft_public_termination,
)
from contracts_service.usecases.undo_termination import cancel_termination, contest_termination
from service_kit.access_tokens import MemberPrincipal
from service_kit.personal import Personal
from service_kit.staff_deeds import StaffAct

from tests.pacts import news_expectations as news
from tests.pacts import test_documents_hears_contracts as documents_hears
from tests.pacts.contact_expectations import FORMER
from tests.support.parts import OpenedPart

# Readers still take what contracts was first agreed to say, and no use case says any more: no holder to draw a notice for.
FIRST_AGREED: dict[str, dict[str, Any]] = {
    news.TERMINATION.expectation.state: {"email": FORMER},
    documents_hears.NAMELESS.state: {"product": None, "refund_by": None, "motive": None},
}
# state → what contracts knew of the end of the contract before
STATES: dict[str, dict[str, Any]] = {
    news.NOTICED.expectation.state: {},
    documents_hears.NOTICED.state: {},
    news.RECEIVED.expectation.state: {},
    news.ANSWERED.expectation.state: {"end_date": None, "effective_date": "2026-06-08", "renewal_date": "2027-06-30"},
    news.CONTESTED.expectation.state: {"end_date": None},
    news.CANCELLED.expectation.state: {},
    documents_hears.UNDONE.state: {},
}
ACT = StaffAct("mgas", "back-office", Personal("demande faite par erreur"))


async def make_termination_news(contracts: OpenedPart, state: str, line: dict[str, Any], member_id: UUID) -> None:
    """Bring a member of mgas, whom `line` enrolled, into `state`."""
    now = contracts.resources.foundation.clock.now()
    if state == news.RECEIVED.expectation.state:
        await _ask_without_an_account(contracts, line, now=now)
    elif state == news.ANSWERED.expectation.state:
        await _ask_without_an_account(contracts, line, now=now)
        while await decide_received_terminations(contracts.resources):
            pass
    elif state == news.CONTESTED.expectation.state:
        request_id = await _ask_without_an_account(contracts, line, now=now)
        while await decide_received_terminations(contracts.resources):
            pass
        later = contracts.resources.foundation.clock.now()
        await contest_termination(contracts.resources, _caller(member_id), request_id, now=later)
    else:
        termination_id = await _ask(contracts, member_id, now=now)
        if state in (news.CANCELLED.expectation.state, documents_hears.UNDONE.state):
            await cancel_termination(contracts.resources, ACT, termination_id, now=now)


async def _ask(contracts: OpenedPart, member_id: UUID, *, now: datetime) -> UUID:
    """End the contract of a member who gives no reason that the law knows, and an address for the receipt."""
    service, caller = contracts.resources, _caller(member_id)
    entry = Entry(nonce="n", motive="other", motive_text="Je pars.", contact=Contact(email=FORMER))
    draft = await draft_termination(service, caller, entry, now=now)
    digest = draft.preview.recap.digest.hex()
    await confirm_termination(service, caller, draft.row.id, recap_digest=digest, now=now)
    return draft.row.id


async def _ask_without_an_account(contracts: OpenedPart, line: dict[str, Any], *, now: datetime) -> UUID:
    """Ask for the end of the contract in the member's name, with an address that the mutual does not know."""
    stated = {name: line[name] for name in ("first_name", "last_name", "membership_number")}
    entry = Entry(nonce="n", motive="infra_annual", contact=Contact(email=FORMER), person=StatedPerson(**stated))
    draft, secret = await draft_public_termination(contracts.resources, "mgas", entry, now=now)
    opening, digest = Opening("mgas", draft.row.id, secret), draft.preview.recap.digest.hex()
    await confirm_public_termination(contracts.resources, opening, recap_digest=digest, now=now)
    return draft.row.id


def _caller(member_id: UUID) -> MemberPrincipal:
    return MemberPrincipal(uuid4(), member_id, "mgas", uuid4(), "pwd")
