"""POST /v1/account/terms-acceptances: a signed-in member accepts the terms that are in force now."""

from datetime import datetime

from pydantic import BaseModel
from service_kit.http.bodies import RequestBody
from service_kit.http.endpoints import Answer, Call, Endpoint, SignedIn

from identity_service.domain.errors import TermsNotAccepted
from identity_service.resources import Identity
from identity_service.usecases.accept_terms import accept_terms


class TermsAcceptanceBody(RequestBody):
    """The version that the member has read."""

    version: str


class TermsAcceptance(BaseModel):
    """Which version is accepted, and since when."""

    version: str
    accepted_at: datetime


async def accept_current_terms(call: Call[Identity]) -> Answer:
    """Record the acceptance; one that is there already stays as it was."""
    body: TermsAcceptanceBody = call.body
    accepted = await accept_terms(call.resources, call.member, body.version, now=call.now)
    shown = TermsAcceptance(version=accepted.version, accepted_at=accepted.accepted_at)
    return Answer(shown, status=201 if accepted.fresh else 200)


ENDPOINTS = [
    Endpoint(
        "POST",
        "/v1/account/terms-acceptances",
        "accept_terms",
        "Accept the terms of use in force",
        accept_current_terms,
        SignedIn(),
        body=TermsAcceptanceBody,
        answer=TermsAcceptance,
        status=201,
        other_statuses=(200,),
        problems=(TermsNotAccepted,),
        once=True,
    )
]
