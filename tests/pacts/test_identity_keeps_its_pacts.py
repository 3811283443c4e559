"""Identity is asked for new passwords; what its outbox then holds is what notifications expects."""

import pytest
from identity_service.usecases.decide_resets import decide_due_resets
from identity_service.usecases.request_reset import request_reset

from tests.pacts.test_notifications_hears_identity import LETTER, MAIL
from tests.support.agreements import examples_of
from tests.support.pacts import Event, verify
from tests.support.parts import OpenedPart
from tests.support.wire import whole_event_for

# state → the example of a member that identity has heard of
MEMBERS = {MAIL.state: "ordinary.json", LETTER.state: "by-post-with-a-partial-birth-date.json"}


async def test_identity_keeps_its_pact_with_notifications(parts: dict[str, OpenedPart]):
    identity = parts["identity"]

    async def publish(state: str, _event_type: str) -> Event:
        enrolled = examples_of("member.enrolled.v1")[MEMBERS[state]]
        await identity.hear(enrolled)
        data, now = enrolled["data"], identity.resources.foundation.clock.now()
        identifier = data["email"] or data["nir"]
        await identity.recorded()  # what other interactions left
        await request_reset(identity.resources, brand=data["brand"], identifier=identifier, now=now)
        await decide_due_resets(identity.resources)
        return whole_event_for("notifications", identity, (await identity.recorded())[-1])

    await verify("notifications", "identity", publish)


async def test_a_pact_that_is_not_kept_is_told():
    async def publish(_state: str, event_type: str) -> Event:
        event = next(iter(examples_of(event_type).values()))
        return event | {"data": event["data"] | {"member_id": None}}

    with pytest.raises(RuntimeError):
        await verify("notifications", "identity", publish)
