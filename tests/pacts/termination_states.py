"""A member ends the contract, as contracts publishes it: by the real use cases, from the draft to the confirmation."""

from typing import Any
from uuid import UUID, uuid4

from contracts_service.domain.termination.entry import Contact, Entry
from contracts_service.usecases.confirm_termination import confirm_termination
from contracts_service.usecases.draft_termination import draft_termination
from service_kit.access_tokens import MemberPrincipal

from tests.pacts import news_expectations as news
from tests.pacts import test_documents_hears_contracts as documents_hears
from tests.pacts.contact_expectations import FORMER
from tests.support.parts import OpenedPart

EVENT = "termination.registered.v1"
# Readers still take what contracts was first agreed to say, and no use case says any more: no holder to draw a notice for.
FIRST_AGREED: dict[str, dict[str, Any]] = {
    news.TERMINATION.expectation.state: {"email": FORMER},
    documents_hears.NAMELESS.state: {"product": None, "refund_by": None, "motive": None},
}
STATES = {news.NOTICED.expectation.state, documents_hears.NOTICED.state}


async def make_termination_news(contracts: OpenedPart, member_id: UUID) -> None:
    """End the contract of a member of mgas who gives no reason that the law knows, and an address for the receipt."""
    service, now = contracts.resources, contracts.resources.foundation.clock.now()
    caller = MemberPrincipal(uuid4(), member_id, "mgas", uuid4(), "pwd")
    entry = Entry(nonce="n", motive="other", motive_text="Je pars.", contact=Contact(email=FORMER))
    draft = await draft_termination(service, caller, entry, now=now)
    digest = draft.preview.recap.digest.hex()
    await confirm_termination(service, caller, draft.row.id, recap_digest=digest, now=now)
