"""Identity records what contracts hears, as its models have it; what its outbox then holds is what contracts expects.

The events are recorded here, not decided: the use cases that publish them take this place as soon as they are there.
"""

from uuid import uuid4

from identity_service.events import AccountCreated, AccountEvent, EmailChanged

from tests.pacts.test_contracts_hears_identity import AUTOMATIC, CHANGED, CREATED, UNDONE
from tests.support.agreements import examples_of
from tests.support.pacts import Event, verify
from tests.support.parts import OpenedPart
from tests.support.wire import whole_event_for

MODELS: dict[str, type[AccountEvent]] = {one.event_type: one for one in (EmailChanged, AccountCreated)}
# state → the example that tells of it
RECORDED = {
    CHANGED.state: "chosen-by-the-member.json",
    UNDONE.state: "undone-to-no-address.json",
    CREATED.state: "activated-by-the-member.json",
    AUTOMATIC.state: "automatic-on-the-effective-date.json",
}


async def test_identity_keeps_its_pact_with_contracts(parts: dict[str, OpenedPart]):
    identity = parts["identity"]

    async def publish(state: str, event_type: str) -> Event:
        event = MODELS[event_type].model_validate(examples_of(event_type)[RECORDED[state]]["data"])
        now = identity.resources.foundation.clock.now()
        await identity.recorded()  # what other interactions left
        async with identity.database.transaction() as connection:
            await identity.resources.outbox.append(connection, event, event_id=uuid4(), occurred_at=now)
        return whole_event_for("contracts", identity, (await identity.recorded())[-1])

    await verify("contracts", "identity", publish)
