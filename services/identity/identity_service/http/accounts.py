"""POST /v1/{brand}/accounts: « Je crée mon espace », for members whose address nobody knows.

→ `usecases/request_activation.py` → outbox → notifications mails a link → `POST …/password-resets/redeem`.
"""

from pydantic import BaseModel
from service_kit.http.bodies import RequestBody
from service_kit.http.endpoints import Answer, Call, Endpoint, Public
from service_kit.http.problems import NotFound, TooManyRequests
from service_kit.personal import Personal

from identity_service.domain.errors import (
    AccountCreationRefused,
    ChallengeRequired,
    StatedFactsRefused,
    TermsNotAccepted,
)
from identity_service.http.challenges import attempt
from identity_service.http.sign_in_policy import Help
from identity_service.resources import Identity
from identity_service.usecases.admit import admitted
from identity_service.usecases.recognise_by_numbers import Numbers
from identity_service.usecases.request_activation import Creation, request_activation


class CreationBody(RequestBody):
    """The numbers on the member's card, and the address to sign in with, twice. The number is taken with its key, too."""

    membership_number: Personal
    nir: Personal
    email: Personal
    email_confirmation: Personal
    accepted_terms: str
    challenge: str | None = None


class ActivationPromise(BaseModel):
    """When the mail comes, and how long its link is good."""

    email_minutes: int
    link_hours: int


class ActivationPromised(BaseModel):
    """What happens next."""

    promise: ActivationPromise
    help: Help


async def create_account(call: Call[Identity]) -> Answer:
    """Have the activation link mailed."""
    body: CreationBody = call.body
    policy = call.resources.brands[call.brand]
    if policy.login_identifier != "email":
        raise NotFound  # members sign in with a number that they have: there is nothing to create
    typed = Creation(
        numbers=Numbers(call.brand, body.membership_number.reveal(), body.nir.reveal()),
        email=body.email.reveal(),
        email_confirmation=body.email_confirmation.reveal(),
        accepted_terms=body.accepted_terms,
    )
    async with admitted(call.resources, attempt(call, "account-creation"), now=call.now):
        await request_activation(call.resources, typed, now=call.now)
    promise = ActivationPromise(email_minutes=policy.email_minutes, link_hours=policy.activation_link_hours)
    return Answer(ActivationPromised(promise=promise, help=Help.of(policy)), status=202)


ENDPOINTS = [
    Endpoint(
        "POST",
        "/v1/{brand}/accounts",
        "create_account",
        "Create the access of a member whose address nobody knows",
        create_account,
        Public(),
        body=CreationBody,
        answer=ActivationPromised,
        status=202,
        problems=(
            StatedFactsRefused,
            TermsNotAccepted,
            AccountCreationRefused,
            ChallengeRequired,
            TooManyRequests,
            NotFound,
        ),
        once=True,
        description="A mailed link leads to choosing a password (POST /v1/{brand}/password-resets/redeem).",
    )
]
