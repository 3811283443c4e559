"""GET /v1/account and /v1/account/history: one's own account, and what was done to it."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field
from service_kit.http.cursors import LONGEST
from service_kit.http.endpoints import Answer, Call, Endpoint, SignedIn

from identity_service.domain.deed_sentences import sentence
from identity_service.domain.deeds import Kind
from identity_service.resources import Identity
from identity_service.store.deeds import KeptDeed
from identity_service.usecases.read_own_history import read_own_history
from identity_service.usecases.show_account import Profile, show_account


class OwnTerms(BaseModel):
    """Which terms of use were accepted last, and the version that is still to be accepted."""

    version: str | None
    accepted_at: datetime | None
    to_accept: str | None


class OwnAccount(BaseModel):
    """One's own account. `read_only`: the contract has ended."""

    brand: str
    email: str | None
    login_identifier: Literal["nir", "email"]
    password_changed_at: datetime | None
    terms: OwnTerms
    passkeys: int
    new_device_check: bool
    read_only: bool


class HistoryQuery(BaseModel):
    """Which part of the history."""

    limit: int = Field(50, ge=1, le=100)
    cursor: str | None = Field(None, max_length=LONGEST)


class Happening(BaseModel):
    """What was done: a stable kind for programs, a French sentence for the member."""

    id: UUID
    at: datetime
    kind: Kind
    text: str

    @classmethod
    def of(cls, deed: KeptDeed) -> "Happening":
        """Return how a deed is told to the account's member."""
        text = sentence(deed.kind, deed.actor, deed.details)
        return cls(id=deed.id, at=deed.occurred_at, kind=deed.kind, text=text)


class OwnHistory(BaseModel):
    """What was done, newest first; `next` is the cursor of what was before."""

    items: list[Happening]
    next: str | None


async def show_own_account(call: Call[Identity]) -> Answer:
    """Answer the caller's own account."""
    return Answer(_shown(await show_account(call.resources, call.member, now=call.now)))


def _shown(profile: Profile) -> OwnAccount:
    kept = profile.kept
    return OwnAccount(
        brand=profile.brand,
        email=None if profile.email is None else profile.email.reveal(),
        login_identifier=profile.login_identifier,
        password_changed_at=kept.password_changed_at,
        terms=OwnTerms(version=kept.accepted_version, accepted_at=kept.accepted_at, to_accept=profile.terms_to_accept),
        passkeys=profile.passkeys,
        new_device_check=profile.new_device_check,
        read_only=profile.read_only,
    )


async def show_own_history(call: Call[Identity]) -> Answer:
    """Answer a page of what was done to the caller's own account."""
    query: HistoryQuery = call.query
    cursors, scope = call.resources.foundation.cursors, f"own history {call.member.account_id}"
    before = None if query.cursor is None else cursors.read(query.cursor, scope=scope)
    found = await read_own_history(call.resources, call.member, before=before, limit=query.limit + 1, now=call.now)
    shown, more = found[: query.limit], len(found) > query.limit
    return Answer(
        OwnHistory(
            items=[Happening.of(deed) for deed in shown],
            next=cursors.write((shown[-1].occurred_at, shown[-1].id), scope=scope) if more else None,
        )
    )


ENDPOINTS = [
    Endpoint(
        "GET",
        "/v1/account",
        "show_own_account",
        "The signed-in member's account",
        show_own_account,
        SignedIn(),
        answer=OwnAccount,
    ),
    Endpoint(
        "GET",
        "/v1/account/history",
        "show_own_history",
        "What was done to the signed-in member's account",
        show_own_history,
        SignedIn(),
        query=HistoryQuery,
        answer=OwnHistory,
    ),
]
