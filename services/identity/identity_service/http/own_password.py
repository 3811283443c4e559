"""PUT /v1/account/password: a signed-in member chooses another password."""

from service_kit.http.bodies import RequestBody
from service_kit.http.endpoints import Answer, Call, Endpoint, SignedIn
from service_kit.http.problems import RecentSignInRequired
from service_kit.personal import Personal

from identity_service.domain.errors import PasswordRefused, TooBusy, WrongPassword
from identity_service.resources import Identity
from identity_service.usecases.change_password import PasswordChange, change_password


class PasswordChangeBody(RequestBody):
    """The present password, and the new one twice."""

    current_password: Personal
    password: Personal
    password_confirmation: Personal


async def change_own_password(call: Call[Identity]) -> Answer:
    """Change the caller's password; the other sessions end."""
    body: PasswordChangeBody = call.body
    typed = PasswordChange(
        current=body.current_password.reveal(),
        password=body.password.reveal(),
        confirmation=body.password_confirmation.reveal(),
    )
    await change_password(call.resources, call.member, typed, now=call.now)
    return Answer()


ENDPOINTS = [
    Endpoint(
        "PUT",
        "/v1/account/password",
        "change_own_password",
        "Change one's own password",
        change_own_password,
        SignedIn(),
        body=PasswordChangeBody,
        status=204,
        problems=(RecentSignInRequired, WrongPassword, PasswordRefused, TooBusy),
    )
]
