"""POST /v1/account/passkeys/options, POST and GET /v1/account/passkeys, DELETE /v1/account/passkeys/{id}: a member's own
passkeys. The names in camelCase are WebAuthn's (Level 3 § 5.1 and § 5.4), and go to the browser's functions as they are."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field
from service_kit.http.bodies import RequestBody
from service_kit.http.endpoints import Answer, Call, Endpoint, SignedIn
from service_kit.http.path_ids import id_of
from service_kit.http.problems import NotFound, RecentSignInRequired
from service_kit.personal import Personal

from identity_service.domain.errors import PasskeyRefused, TooManyPasskeys
from identity_service.domain.passkeys import LABEL, LONGEST_LABEL
from identity_service.domain.passkeys import Passkey as OwnPasskey
from identity_service.http.credentials import AttestedCredential
from identity_service.resources import Identity
from identity_service.usecases.add_passkey import add_passkey
from identity_service.usecases.list_passkeys import list_passkeys
from identity_service.usecases.offer_passkey import offer_passkey
from identity_service.usecases.remove_passkey import remove_passkey


class CreationOptions(BaseModel):
    """PublicKeyCredentialCreationOptionsJSON, for `PublicKeyCredential.parseCreationOptionsFromJSON`."""

    rp: dict[str, str]
    user: dict[str, str]
    challenge: str
    pubKeyCredParams: list[dict[str, Any]]
    timeout: int
    excludeCredentials: list[dict[str, Any]]
    authenticatorSelection: dict[str, Any]
    attestation: Literal["none"]


class NewPasskey(RequestBody):
    """What the browser made of the options, and what the member calls it."""

    credential: AttestedCredential
    label: Annotated[Personal, Field(max_length=LONGEST_LABEL)] = Personal(LABEL)


class Passkey(BaseModel):
    """A passkey. `synced`: a copy of it lies with the maker of the phone or of the browser."""

    id: UUID
    label: str
    created_at: datetime
    last_used_at: datetime | None
    last_refused_at: datetime | None  # it signed, but there may be a copy: to be removed
    synced: bool

    @classmethod
    def of(cls, passkey: OwnPasskey) -> "Passkey":
        """Return the JSON shape of a passkey."""
        return cls(
            id=passkey.id,
            label=passkey.label,
            created_at=passkey.created_at,
            last_used_at=passkey.last_used_at,
            last_refused_at=passkey.last_refused_at,
            synced=passkey.synced,
        )


class PasskeyList(BaseModel):
    """One's own passkeys, the first one first; they are few."""

    items: list[Passkey]
    next: str | None = None


async def offer(call: Call[Identity]) -> Answer:
    """Answer what a browser makes a passkey of."""
    return Answer(await offer_passkey(call.resources, call.member, now=call.now))


async def add(call: Call[Identity]) -> Answer:
    """Add a passkey."""
    body: NewPasskey = call.body
    made, label = body.credential.attestation(), body.label.reveal()
    return Answer(
        Passkey.of(await add_passkey(call.resources, call.member, made, label=label, now=call.now)), status=201
    )


async def show(call: Call[Identity]) -> Answer:
    """Answer the caller's own passkeys."""
    found = await list_passkeys(call.resources, call.member, now=call.now)
    return Answer(PasskeyList(items=[Passkey.of(one) for one in found]))


async def remove(call: Call[Identity]) -> Answer:
    """Remove one of the caller's own passkeys."""
    await remove_passkey(call.resources, call.member, id_of(call), now=call.now)
    return Answer()


ENDPOINTS = [
    Endpoint(
        "POST",
        "/v1/account/passkeys/options",
        "offer_passkey",
        "What a browser makes a passkey of",
        offer,
        SignedIn(),
        answer=CreationOptions,
        problems=(NotFound, RecentSignInRequired, TooManyPasskeys),
    ),
    Endpoint(
        "POST",
        "/v1/account/passkeys",
        "add_passkey",
        "Add a passkey to one's own account",
        add,
        SignedIn(),
        body=NewPasskey,
        answer=Passkey,
        status=201,
        problems=(NotFound, RecentSignInRequired, PasskeyRefused, TooManyPasskeys),
        description="Needs no Idempotency-Key: the options that a passkey is made of serve once.",
    ),
    Endpoint(
        "GET",
        "/v1/account/passkeys",
        "show_passkeys",
        "One's own passkeys",
        show,
        SignedIn(),
        answer=PasskeyList,
    ),
    Endpoint(
        "DELETE",
        "/v1/account/passkeys/{id}",
        "remove_passkey",
        "Remove one of one's own passkeys, and end one's other sessions",
        remove,
        SignedIn(),
        status=204,
        problems=(NotFound, RecentSignInRequired),
    ),
]
