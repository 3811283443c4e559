"""POST /v1/{brand}/identifier-lookups: « Adresse e-mail oubliée ? », by three facts; the address is told of it."""

from pydantic import BaseModel
from service_kit.http.bodies import RequestBody
from service_kit.http.endpoints import Answer, Call, Endpoint, Public
from service_kit.http.problems import NotFound, TooManyRequests
from service_kit.personal import Personal

from identity_service.domain.errors import ChallengeRequired, NoMatch, StatedFactsRefused
from identity_service.http.challenges import attempt
from identity_service.resources import Identity
from identity_service.usecases.admit import admitted
from identity_service.usecases.look_up_identifier import look_up_identifier
from identity_service.usecases.recognise_by_numbers import Numbers


class LookupBody(RequestBody):
    """The numbers on the member's card, and the birth date as YYYY-MM-DD."""

    membership_number: Personal
    nir: Personal
    birth_date: Personal
    challenge: str | None = None


class FoundIdentifier(BaseModel):
    """The address to sign in with: in full, or its first letters, as the brand decides."""

    email: str


async def find_identifier(call: Call[Identity]) -> Answer:
    """Show the address."""
    body: LookupBody = call.body
    if call.resources.brands[call.brand].login_identifier != "email":
        raise NotFound  # members sign in with a number that they have
    stated = Numbers(call.brand, body.membership_number.reveal(), body.nir.reveal(), body.birth_date.reveal())
    async with admitted(call.resources, attempt(call, "identifier-lookup"), now=call.now):
        email = await look_up_identifier(call.resources, stated, now=call.now)
    return Answer(FoundIdentifier(email=email))


ENDPOINTS = [
    Endpoint(
        "POST",
        "/v1/{brand}/identifier-lookups",
        "find_identifier",
        "Find a forgotten address again",
        find_identifier,
        Public(),
        body=LookupBody,
        answer=FoundIdentifier,
        problems=(StatedFactsRefused, NoMatch, ChallengeRequired, TooManyRequests, NotFound),
        description="Every answer of 200 is told to the address that it shows.",
    )
]
