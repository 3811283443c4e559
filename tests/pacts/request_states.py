"""A child is asked for, and accepted or refused, as contracts publishes it: by the real use cases, with a real document."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID, uuid4

from contracts_service.usecases.decide_beneficiary_request import (
    Acceptance,
    Decision,
    Refusal,
    decide_beneficiary_request,
)
from contracts_service.usecases.receive_supporting_document import Place, receive_supporting_document
from contracts_service.usecases.request_beneficiary import request_beneficiary
from service_kit.access_tokens import MemberPrincipal
from service_kit.clock import civil_date
from service_kit.personal import Personal
from service_kit.staff_deeds import StaffAct

from tests.pacts import news_expectations as news
from tests.pacts import test_documents_hears_contracts as documents_hears
from tests.support.document_files import good_pdf
from tests.support.parts import OpenedPart

STATES = {
    news.REQUESTED.expectation.state,
    news.ACCEPTED.expectation.state,
    news.REFUSED.expectation.state,
    documents_hears.ADDED.state,
}
ACT = StaffAct("mgas", "back-office", Personal("livret de famille vérifié"))


async def make_request_news(contracts: OpenedPart, event_type: str, member_id: UUID) -> None:
    """Let a member of mgas ask for a newborn child; let the back office decide, where the event is about that."""
    service, now = contracts.resources, contracts.resources.foundation.clock.now()
    caller, today = MemberPrincipal(uuid4(), member_id, "mgas", uuid4(), "pwd"), civil_date(now)
    born = (today - timedelta(days=3)).isoformat()
    child = {"relation": "child", "first_name": "Éloi", "last_name": "Lefèvre", "birth_date": born}
    asked = await request_beneficiary(service, caller, "addition", child, now=now)
    request_id = asked.request.id
    await receive_supporting_document(service, Place(caller, request_id, "birth_certificate"), _document(), now=now)
    if event_type == "beneficiary.refused.v1":
        verdict = Refusal("L’acte de naissance n’est pas lisible.")
        await decide_beneficiary_request(service, Decision(request_id, ACT, verdict), now=now)
    elif event_type != "beneficiary.requested.v1":
        await decide_beneficiary_request(service, Decision(request_id, ACT, Acceptance(today)), now=now)


async def _document() -> AsyncIterator[bytes]:
    yield good_pdf()
