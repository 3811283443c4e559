"""POST /v1/{brand}/sessions, POST /v1/sessions/refresh, DELETE /v1/sessions/current."""

from typing import Any
from uuid import UUID

from pydantic import BaseModel
from service_kit.http.bodies import RequestBody
from service_kit.http.endpoints import Answer, Call, Endpoint, Public, SignedIn
from service_kit.personal import Personal

from identity_service.domain.errors import SessionEnded, TooBusy, WrongCredentials
from identity_service.resources import Identity
from identity_service.usecases import sign_in as signing_in
from identity_service.usecases.end_session import end_session
from identity_service.usecases.refresh_session import refresh_session
from identity_service.usecases.sign_in import sign_in


class Credentials(RequestBody):
    """What a member signs in with."""

    identifier: Personal
    password: Personal
    challenge: str | None = None


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


def _tokens(signed_in: signing_in.SignedIn) -> dict[str, Any]:
    return Tokens(
        access_token=signed_in.access_token,
        refresh_token=signed_in.refresh_token,
        expires_in=signed_in.expires_in,
        session_id=signed_in.session_id,
        terms_to_accept=signed_in.terms_to_accept,
    ).model_dump(mode="json", exclude_none=True)


async def open_session(call: Call[Identity]) -> Answer:
    """Sign in."""
    body: Credentials = call.body
    signed_in = await sign_in(
        call.resources,
        brand=call.brand,
        identifier=body.identifier.reveal(),
        password=body.password.reveal(),
        now=call.now,
    )
    return Answer(_tokens(signed_in), status=201)


async def refresh(call: Call[Identity]) -> Answer:
    """Trade a refresh token for new tokens."""
    body: RefreshToken = call.body
    return Answer(
        _tokens(await refresh_session(call.resources, refresh_token=body.refresh_token.reveal(), now=call.now))
    )


async def end_current_session(call: Call[Identity]) -> Answer:
    """Sign out."""
    member = call.member
    await end_session(call.resources, session_id=member.session_id, account_id=member.account_id, now=call.now)
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
        problems=(WrongCredentials, TooBusy),
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
