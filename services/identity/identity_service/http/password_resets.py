"""POST /v1/{brand}/password-resets and …/redeem: where "follow one request" begins.

→ `usecases/request_reset.py` → (background) `usecases/decide_resets.py` → outbox → notifications.
"""

from pydantic import BaseModel
from service_kit.http.bodies import RequestBody
from service_kit.http.endpoints import Answer, Call, Endpoint, Public
from service_kit.http.problems import TooManyRequests
from service_kit.personal import Personal

from identity_service.domain.errors import ChallengeRequired, PasswordRefused, ResetTokenInvalid, TooBusy
from identity_service.domain.reset_causes import RESET_CAUSES
from identity_service.http.challenges import attempt
from identity_service.http.sign_in_policy import Help
from identity_service.resources import Identity
from identity_service.usecases.admit import admitted
from identity_service.usecases.redeem_reset import redeem_reset
from identity_service.usecases.request_reset import request_reset


class ResetRequestBody(RequestBody):
    """Who forgot the password: the brand's login identifier."""

    identifier: Personal
    challenge: str | None = None


class Redemption(RequestBody):
    """The mailed token (the last path segment of the link) and the new password, twice."""

    token: Personal
    password: Personal
    password_confirmation: Personal
    challenge: str | None = None


class Promise(BaseModel):
    """What happens next, whichever way applies."""

    email_minutes: int
    letter_hours: int


class Cause(BaseModel):
    """Why nothing may come."""

    code: str
    detail: str


class ResetPromised(BaseModel):
    """The same answer for everybody, with what may be the cause where nothing comes."""

    promise: Promise
    causes: list[Cause]
    help: Help


async def request_password_reset(call: Call[Identity]) -> Answer:
    """Take the request; what becomes of it is decided behind the answer."""
    body: ResetRequestBody = call.body
    async with admitted(call.resources, attempt(call, "password-reset"), now=call.now):
        await request_reset(call.resources, brand=call.brand, identifier=body.identifier.reveal(), now=call.now)
    policy = call.resources.brands[call.brand]
    promise = Promise(email_minutes=policy.email_minutes, letter_hours=policy.letter_hours)
    causes = [Cause.model_validate(one) for one in RESET_CAUSES[policy.login_identifier]]
    return Answer(ResetPromised(promise=promise, causes=causes, help=Help.of(policy)), status=202)


async def redeem_password_reset(call: Call[Identity]) -> Answer:
    """Choose a new password with the mailed token."""
    body: Redemption = call.body
    async with admitted(call.resources, attempt(call, "redeem"), now=call.now):
        await redeem_reset(
            call.resources,
            brand=call.brand,
            token=body.token.reveal(),
            password=body.password.reveal(),
            confirmation=body.password_confirmation.reveal(),
            now=call.now,
        )
    return Answer()


ENDPOINTS = [
    Endpoint(
        "POST",
        "/v1/{brand}/password-resets",
        "request_password_reset",
        "Ask for a new password",
        request_password_reset,
        Public(),
        body=ResetRequestBody,
        answer=ResetPromised,
        status=202,
        problems=(ChallengeRequired, TooManyRequests),
        once=True,
    ),
    Endpoint(
        "POST",
        "/v1/{brand}/password-resets/redeem",
        "redeem_password_reset",
        "Choose a new password with the mailed token",
        redeem_password_reset,
        Public(),
        body=Redemption,
        status=204,
        problems=(ResetTokenInvalid, PasswordRefused, ChallengeRequired, TooManyRequests, TooBusy),
    ),
]
