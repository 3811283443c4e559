"""POST /v1/{brand}/passkey-sessions/options and POST /v1/{brand}/passkey-sessions: signing in with a passkey."""

from uuid import UUID

from pydantic import BaseModel
from service_kit.http.bodies import RequestBody
from service_kit.http.endpoints import Answer, Call, Endpoint, Public
from service_kit.http.problems import NotFound, TooManyRequests

from identity_service.domain.device_labels import device_label
from identity_service.domain.errors import ChallengeRequired, WrongCredentials
from identity_service.http.challenges import attempt
from identity_service.http.credentials import AssertedCredential
from identity_service.http.sessions import Tokens, tokens_of
from identity_service.resources import Identity
from identity_service.usecases.admit import admitted
from identity_service.usecases.sign_in_with_passkey import PasskeySignIn, ask_for_passkey, sign_in_with_passkey


class RequestOptions(BaseModel):
    """PublicKeyCredentialRequestOptionsJSON, for `PublicKeyCredential.parseRequestOptionsFromJSON`, and the challenge's id.

    No credential is named, so that nobody learns who has any: the authenticator offers those that it has.
    """

    challenge_id: UUID
    challenge: str
    timeout: int
    rpId: str
    allowCredentials: list[dict[str, str]]
    userVerification: str


class PasskeyCredentials(RequestBody):
    """What the browser made of the options; `challenge` is the solution of a proof of work, where one was asked."""

    challenge_id: UUID
    credential: AssertedCredential
    challenge: str | None = None


async def ask(call: Call[Identity]) -> Answer:
    """Answer what an authenticator is to sign."""
    challenge_id, options = await ask_for_passkey(call.resources, brand=call.brand, now=call.now)
    return Answer({"challenge_id": str(challenge_id), **options})


async def open_session(call: Call[Identity]) -> Answer:
    """Sign in."""
    body: PasskeyCredentials = call.body
    shown = PasskeySignIn(
        brand=call.brand,
        challenge_id=body.challenge_id,
        assertion=body.credential.assertion(),
        device=device_label(call.request.headers.get("User-Agent", "")),
    )
    async with admitted(call.resources, attempt(call, "sign-in"), now=call.now):
        signed_in = await sign_in_with_passkey(call.resources, shown, now=call.now)
    return Answer(tokens_of(signed_in), status=201)


ENDPOINTS = [
    Endpoint(
        "POST",
        "/v1/{brand}/passkey-sessions/options",
        "ask_for_passkey",
        "What a passkey is to sign",
        ask,
        Public(),
        answer=RequestOptions,
        problems=(NotFound,),
    ),
    Endpoint(
        "POST",
        "/v1/{brand}/passkey-sessions",
        "open_session_with_passkey",
        "Sign in with a passkey",
        open_session,
        Public(),
        body=PasskeyCredentials,
        answer=Tokens,
        status=201,
        problems=(NotFound, WrongCredentials, ChallengeRequired, TooManyRequests),
    ),
]
