"""PUT /v1/me/autonomy: a person of 16 or more refuses to be identified apart from the member, or takes that back.

→ `usecases/choose_autonomy.py`. Nobody is named in the call: it is the caller's own autonomy, and nobody can refuse for another.
"""

from pydantic import BaseModel
from service_kit.http.bodies import RequestBody
from service_kit.http.endpoints import Answer, Call, Endpoint
from service_kit.http.problems import NotFound, RecentSignInRequired
from service_kit.http.recent_sign_ins import require_recent_sign_in

from contracts_service.http.access import CHANGING
from contracts_service.resources import Contracts
from contracts_service.usecases.choose_autonomy import choose_autonomy

DESCRIPTION = """For a beneficiary of 16 or more, with a recent sign-in. `refused: true`: the person is not identified apart from
the member any more (code de la mutualité, L114-2). The own account is closed within moments, all its sessions end, and nothing
opens it; the member sees the person's lines again, those of the time before included. `refused: false` takes a refusal back:
with the access token of the session that was closed, for as long as it is good (ten minutes at most), and later through the back
office. Repeating what is so already changes nothing. A member gets 404: nobody can refuse for another person."""


class AutonomyChoice(RequestBody):
    """What the person chooses."""

    refused: bool


class AutonomyAnswer(BaseModel):
    """How the person stands from now on."""

    autonomous: bool


async def choose_my_autonomy(call: Call[Contracts]) -> Answer:
    """Record the caller's own choice."""
    choice: AutonomyChoice = call.body
    require_recent_sign_in(call, minutes=call.resources.brands[call.member.brand].recent_sign_in_minutes)
    await choose_autonomy(call.resources, call.member, refused=choice.refused, now=call.now)
    return Answer(AutonomyAnswer(autonomous=not choice.refused))


ENDPOINTS = [
    Endpoint(
        "PUT",
        "/v1/me/autonomy",
        "choose_my_autonomy",
        "Refuse one's own autonomy, or take that back",
        choose_my_autonomy,
        CHANGING,
        body=AutonomyChoice,
        answer=AutonomyAnswer,
        problems=(NotFound, RecentSignInRequired),
        description=" ".join(DESCRIPTION.split()),
    )
]
