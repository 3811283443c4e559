"""GET /v1/sessions and DELETE /v1/sessions/{id}: where a member is signed in, and ending it from anywhere."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel
from service_kit.http.endpoints import Answer, Call, Endpoint, SignedIn
from service_kit.http.path_ids import id_of
from service_kit.http.problems import NotFound

from identity_service.domain.device_labels import MISSING
from identity_service.resources import Identity
from identity_service.usecases.end_session import end_session
from identity_service.usecases.list_sessions import list_sessions


class Session(BaseModel):
    """A session that goes on; `expires_at` is when it ends unless it is used before."""

    id: UUID
    current: bool
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    device: str
    acr: str


class SessionList(BaseModel):
    """One's own sessions, the last used first; they are few."""

    items: list[Session]
    next: str | None = None


async def show_sessions(call: Call[Identity]) -> Answer:
    """Answer the caller's own sessions."""
    found = await list_sessions(call.resources, call.member, now=call.now)
    current = call.member.session_id
    items = [
        Session(
            id=one.id,
            current=one.id == current,
            created_at=one.began_at,
            last_used_at=one.last_used_at,
            expires_at=one.expires_at,
            device=one.device or MISSING,
            acr=one.acr,
        )
        for one in found
    ]
    return Answer(SessionList(items=items))


async def end_own_session(call: Call[Identity]) -> Answer:
    """End one of the caller's own sessions."""
    await end_session(call.resources, call.member, id_of(call), now=call.now)
    return Answer()


ENDPOINTS = [
    Endpoint(
        "GET",
        "/v1/sessions",
        "show_sessions",
        "Where the signed-in member is signed in",
        show_sessions,
        SignedIn(),
        answer=SessionList,
    ),
    Endpoint(
        "DELETE",
        "/v1/sessions/{id}",
        "end_own_session",
        "End one of one's own sessions",
        end_own_session,
        SignedIn(),
        status=204,
        problems=(NotFound,),
    ),
]
