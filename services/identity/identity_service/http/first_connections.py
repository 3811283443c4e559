"""POST /v1/{brand}/first-connections: number, code, a new password twice, the terms; then sign in."""

from service_kit.http.bodies import RequestBody
from service_kit.http.endpoints import Answer, Call, Endpoint, Public
from service_kit.http.problems import TooManyRequests
from service_kit.personal import Personal

from identity_service.domain.errors import (
    ChallengeRequired,
    FirstConnectionRefused,
    PasswordRefused,
    TermsNotAccepted,
    TooBusy,
)
from identity_service.http.challenges import attempt
from identity_service.resources import Identity
from identity_service.usecases.admit import admitted
from identity_service.usecases.connect_first_time import FirstConnection, connect_first_time


class FirstConnectionBody(RequestBody):
    """What a member has: the login identifier and a code (statement identifier, or the one received by post)."""

    identifier: Personal
    code: Personal
    password: Personal
    password_confirmation: Personal
    accepted_terms: str
    challenge: str | None = None


async def connect(call: Call[Identity]) -> Answer:
    """Open the access; the member must sign in afterwards."""
    body: FirstConnectionBody = call.body
    typed = FirstConnection(
        brand=call.brand,
        identifier=body.identifier.reveal(),
        code=body.code.reveal(),
        password=body.password.reveal(),
        confirmation=body.password_confirmation.reveal(),
        accepted_terms=body.accepted_terms,
    )
    async with admitted(call.resources, attempt(call, "first-connection", body.code), now=call.now):
        await connect_first_time(call.resources, typed, now=call.now)
    return Answer()


ENDPOINTS = [
    Endpoint(
        "POST",
        "/v1/{brand}/first-connections",
        "connect_first_time",
        "Open the access with a code",
        connect,
        Public(),
        body=FirstConnectionBody,
        status=204,
        problems=(
            FirstConnectionRefused,
            PasswordRefused,
            TermsNotAccepted,
            ChallengeRequired,
            TooManyRequests,
            TooBusy,
        ),
    )
]
