"""Identity is asked for new passwords, and more; what its outbox then holds is what notifications expects."""

from typing import Any
from uuid import uuid4

import pytest
from identity_service.usecases.connect_first_time import FirstConnection, connect_first_time
from identity_service.usecases.decide_resets import decide_due_resets
from identity_service.usecases.request_reset import request_reset

from tests.pacts import account_expectations as told
from tests.pacts.account_states import STATES
from tests.pacts.own_account_states import OWN_STATES, signed_in_meanwhile
from tests.pacts.passkey_states import passkey_added
from tests.pacts.test_notifications_hears_identity import LETTER, MAIL, REDEEMED, UNNEEDED
from tests.support.agreements import examples_of
from tests.support.pacts import Event, verify
from tests.support.parts import OpenedPart
from tests.support.wire import whole_event_for

# state → the example of a member that identity has heard of
BY_POST = "by-post-with-a-partial-birth-date.json"
MEMBERS = {MAIL.state: "ordinary.json", LETTER.state: BY_POST, REDEEMED.state: BY_POST}

BY_USE_CASE = (
    STATES | OWN_STATES | {told.PASSKEYS.expectation.state: passkey_added, UNNEEDED.state: signed_in_meanwhile}
)


def a_neighbour(enrolled: Event) -> Event:
    """Return the enrolment of somebody else who is like the example: no letter is on the way to them yet."""
    data = enrolled["data"] | {"member_id": str(uuid4()), "nir": "2740261001001"}
    return enrolled | {"id": str(uuid4()), "subject": f"member/{data['member_id']}", "data": data}


async def connect(identity: OpenedPart, member: dict[str, Any], letter: Event) -> None:
    """Use the code of a letter."""
    resources, brand = identity.resources, member["brand"]
    typed = FirstConnection(
        brand=brand,
        identifier=member["nir"],
        code=letter["data"]["code"],
        password="739184",
        confirmation="739184",
        accepted_terms=resources.terms[brand].version,
    )
    await connect_first_time(resources, typed, now=resources.foundation.clock.now())


async def test_identity_keeps_its_pact_with_notifications(parts: dict[str, OpenedPart]):
    identity = parts["identity"]

    async def publish(state: str, _event_type: str) -> Event:
        await identity.recorded()  # what other interactions left
        if state in BY_USE_CASE:
            return await BY_USE_CASE[state](identity)
        enrolled = examples_of("member.enrolled.v1")[MEMBERS[state]]
        if state == REDEEMED.state:
            enrolled = a_neighbour(enrolled)
        await identity.hear(enrolled)
        data, now = enrolled["data"], identity.resources.foundation.clock.now()
        identifier = data["email"] or data["nir"]
        await identity.recorded()  # what other interactions left
        await request_reset(identity.resources, brand=data["brand"], identifier=identifier, now=now)
        await decide_due_resets(identity.resources)
        event = whole_event_for("notifications", identity, (await identity.recorded())[-1])
        if state != REDEEMED.state:
            return event
        await connect(identity, data, event)
        return whole_event_for("notifications", identity, (await identity.recorded())[-1])

    await verify("notifications", "identity", publish)


async def test_a_pact_that_is_not_kept_is_told():
    async def publish(_state: str, event_type: str) -> Event:
        event = next(iter(examples_of(event_type).values()))
        return event | {"data": event["data"] | {"member_id": None}}

    with pytest.raises(RuntimeError):
        await verify("notifications", "identity", publish)
