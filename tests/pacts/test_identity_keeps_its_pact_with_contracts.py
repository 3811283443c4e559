"""Identity lets accesses begin and addresses change; what its outbox then holds is what contracts expects.

A choice that is taken back to no address is recorded here, not decided: only a former address gets a link that undoes.
"""

from uuid import uuid4

from identity_service.events import EmailChanged

from tests.pacts.account_states import activated_account, welcomed_account
from tests.pacts.own_account_states import changed_email
from tests.pacts.test_contracts_hears_identity import AUTOMATIC, CHANGED, CREATED, UNDONE
from tests.support.agreements import examples_of
from tests.support.pacts import Event, verify
from tests.support.parts import OpenedPart
from tests.support.wire import whole_event_for

DECIDED = {CREATED.state: activated_account, AUTOMATIC.state: welcomed_account, CHANGED.state: changed_email}
# state → the example that tells of it
RECORDED = {UNDONE.state: "undone-to-no-address.json"}


async def test_identity_keeps_its_pact_with_contracts(parts: dict[str, OpenedPart]):
    identity = parts["identity"]

    async def publish(state: str, event_type: str) -> Event:
        await identity.recorded()  # what other interactions left
        if state in DECIDED:
            return whole_event_for("contracts", identity, await DECIDED[state](identity))
        event = EmailChanged.model_validate(examples_of(event_type)[RECORDED[state]]["data"])
        now = identity.resources.foundation.clock.now()
        async with identity.database.transaction() as connection:
            await identity.resources.outbox.append(connection, event, event_id=uuid4(), occurred_at=now)
        return whole_event_for("contracts", identity, (await identity.recorded())[-1])

    await verify("contracts", "identity", publish)
