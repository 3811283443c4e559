"""PUT /v1/account/email, its confirmation, and the link that undoes it from the former address."""

from datetime import datetime

from pydantic import BaseModel
from service_kit.http.bodies import RequestBody
from service_kit.http.endpoints import Answer, Call, Endpoint, Public, SignedIn
from service_kit.http.problems import RecentSignInRequired, TooManyRequests
from service_kit.personal import Personal

from identity_service.domain.errors import (
    AddressRefused,
    EmailAlreadyUsed,
    EmailCodeRefused,
    UndoTokenInvalid,
)
from identity_service.resources import Identity
from identity_service.usecases.confirm_email_change import confirm_email_change
from identity_service.usecases.request_email_change import EmailChange, request_email_change
from identity_service.usecases.undo_email_change import undo_email_change


class EmailChangeBody(RequestBody):
    """The new address, twice."""

    email: Personal
    email_confirmation: Personal


class EmailCodeBody(RequestBody):
    """The code that was mailed to the new address."""

    code: Personal


class UndoBody(RequestBody):
    """The token that was mailed to the former address (the last path segment of the link)."""

    token: Personal


class CodeMailed(BaseModel):
    """A code is on its way to the new address."""

    expires_at: datetime


async def ask_for_email(call: Call[Identity]) -> Answer:
    """Have a code mailed to the address that the caller wants."""
    body: EmailChangeBody = call.body
    typed = EmailChange(email=body.email.reveal(), confirmation=body.email_confirmation.reveal())
    expires_at = await request_email_change(call.resources, call.member, typed, now=call.now)
    return Answer(CodeMailed(expires_at=expires_at), status=202)


async def confirm_email(call: Call[Identity]) -> Answer:
    """Make the address the caller's, now that they have read its mail."""
    body: EmailCodeBody = call.body
    await confirm_email_change(call.resources, call.member, body.code.reveal(), now=call.now)
    return Answer()


async def undo_email(call: Call[Identity]) -> Answer:
    """Put the former address back, and close every way in but its mailbox."""
    body: UndoBody = call.body
    await undo_email_change(call.resources, brand=call.brand, token=body.token.reveal(), now=call.now)
    return Answer()


ENDPOINTS = [
    Endpoint(
        "PUT",
        "/v1/account/email",
        "ask_for_email",
        "Ask for another address of one's own",
        ask_for_email,
        SignedIn(),
        body=EmailChangeBody,
        answer=CodeMailed,
        status=202,
        problems=(RecentSignInRequired, AddressRefused, TooManyRequests),
    ),
    Endpoint(
        "POST",
        "/v1/account/email/confirmation",
        "confirm_email",
        "Confirm the new address with the mailed code",
        confirm_email,
        SignedIn(),
        body=EmailCodeBody,
        status=204,
        problems=(EmailCodeRefused, EmailAlreadyUsed),
    ),
    Endpoint(
        "POST",
        "/v1/{brand}/email-changes/undo",
        "undo_email",
        "Undo a change of address with the token that the former one got",
        undo_email,
        Public(),
        body=UndoBody,
        status=204,
        problems=(UndoTokenInvalid,),
    ),
]
