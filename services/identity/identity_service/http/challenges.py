"""GET /v1/{brand}/challenge, and what the anonymous endpoints hand to `usecases/admit.py` before they do anything.

A client may ask first, or try at once: where work is needed, the refusal carries the challenge.
"""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from service_kit.http.endpoints import Answer, Call, Endpoint, Public
from service_kit.personal import Personal

from identity_service.domain.limits import Purpose
from identity_service.resources import Identity
from identity_service.usecases.admit import Attempt
from identity_service.usecases.give_challenge import give_challenge


class ChallengeQuery(BaseModel):
    """What the challenge is for: its solution is good for this step only."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    purpose: Purpose = Field(alias="for")


class Challenge(BaseModel):
    """Whether the next attempt needs work. If so: an ALTCHA challenge (version 2), whose solution goes into `challenge`."""

    required: bool
    parameters: dict[str, Any] | None = None
    signature: str | None = None


async def show_challenge(call: Call[Identity]) -> Answer:
    """Answer whether work is needed, and which."""
    query: ChallengeQuery = call.query
    challenge = await give_challenge(
        call.resources, brand=call.brand, purpose=query.purpose, address=call.client_address, now=call.now
    )
    return Answer({"required": challenge is not None, **(challenge or {})})


def attempt(call: Call[Identity], purpose: Purpose, secret: Personal | None = None) -> Attempt:
    """Return the attempt that a call makes, for `admitted`; its body has a field `challenge`."""
    solution: str | None = call.body.challenge
    return Attempt(call.brand, purpose, call.client_address, secret, solution)


ENDPOINTS = [
    Endpoint(
        "GET",
        "/v1/{brand}/challenge",
        "show_challenge",
        "Whether a step needs a proof of work first, and which",
        show_challenge,
        Public(),
        query=ChallengeQuery,
        answer=Challenge,
    )
]
