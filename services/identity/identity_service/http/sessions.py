"""POST /v1/{brand}/sessions, POST /v1/sessions/refresh, DELETE /v1/sessions/current: a session begins, goes on and ends."""

from typing import Any
from uuid import UUID

from pydantic import BaseModel
from service_kit.http.bodies import RequestBody
from service_kit.http.endpoints import Answer, Call, Endpoint, Public, SignedIn
from service_kit.http.problems import TooManyRequests
from service_kit.personal import Personal

from identity_service.domain.device_labels import device_label
from identity_service.domain.errors import (
    ChallengeRequired,
    NewDeviceCodeRequired,
    SessionEnded,
    TooBusy,
    WrongCredentials,
)
from identity_service.http.challenges import attempt
from identity_service.resources import Identity
from identity_service.usecases.admit import admitted
from identity_service.usecases.check_device import ShownDevice
from identity_service.usecases.end_session import sign_out
from identity_service.usecases.open_session import SignedIn as Opened
from identity_service.usecases.refresh_session import refresh_session
from identity_service.usecases.sign_in import SignIn, sign_in


class Credentials(RequestBody):
    """What a member signs in with; the token that an earlier sign-in gave the device, or the code that was just mailed."""

    identifier: Personal
    password: Personal
    challenge: str | None = None
    device_token: Personal | None = None
    new_device_code: Personal | None = None


class RefreshToken(RequestBody):
    """What a client keeps a session alive with."""

    refresh_token: Personal


class Tokens(BaseModel):
    """A session: the access token for ten minutes, the refresh token for the next one."""

    access_token: str
    token_type: str = "Bearer"  # noqa: S105 - RFC 6750's word
    refresh_token: str
    expires_in: int
    session_id: UUID
    terms_to_accept: str | None = None
    device_token: str | None = None


def tokens_of(signed_in: Opened) -> dict[str, Any]:
    """Return the JSON shape of a session's tokens."""
    return Tokens(
        access_token=signed_in.access_token,
        refresh_token=signed_in.refresh_token,
        expires_in=signed_in.expires_in,
        session_id=signed_in.session_id,
        terms_to_accept=signed_in.terms_to_accept,
        device_token=signed_in.device_token,
    ).model_dump(mode="json", exclude_none=True)


async def open_session(call: Call[Identity]) -> Answer:
    """Sign in."""
    body: Credentials = call.body
    typed = SignIn(
        brand=call.brand,
        identifier=body.identifier.reveal(),
        password=body.password.reveal(),
        device=ShownDevice(
            label=device_label(call.request.headers.get("User-Agent", "")),
            token=body.device_token.reveal() if body.device_token else None,
            code=body.new_device_code.reveal() if body.new_device_code else None,
        ),
    )
    async with admitted(call.resources, attempt(call, "sign-in", body.password), now=call.now):
        signed_in = await sign_in(call.resources, typed, now=call.now)
    return Answer(tokens_of(signed_in), status=201)


async def refresh(call: Call[Identity]) -> Answer:
    """Trade a refresh token for new tokens."""
    body: RefreshToken = call.body
    return Answer(
        tokens_of(await refresh_session(call.resources, refresh_token=body.refresh_token.reveal(), now=call.now))
    )


async def end_current_session(call: Call[Identity]) -> Answer:
    """Sign out."""
    await sign_out(call.resources, call.member, now=call.now)
    return Answer()


ENDPOINTS = [
    Endpoint(
        "POST",
        "/v1/{brand}/sessions",
        "open_session",
        "Sign in",
        open_session,
        Public(),
        body=Credentials,
        answer=Tokens,
        status=201,
        problems=(WrongCredentials, NewDeviceCodeRequired, ChallengeRequired, TooManyRequests, TooBusy),
    ),
    Endpoint(
        "POST",
        "/v1/sessions/refresh",
        "refresh_session",
        "Trade a refresh token for new tokens",
        refresh,
        Public(),
        body=RefreshToken,
        answer=Tokens,
        problems=(SessionEnded,),
    ),
    Endpoint(
        "DELETE",
        "/v1/sessions/current",
        "end_current_session",
        "Sign out",
        end_current_session,
        SignedIn(),
        status=204,
    ),
]
