"""Documents issues cards and notices; what its outbox then holds is what notifications expects."""

from itertools import count
from uuid import uuid4

from documents_service.usecases.issue_due_documents import issue_due_documents

from tests.pacts.test_notifications_hears_documents import FIRST_CARD, NEW_CARD, NOTICE
from tests.support.agreements import examples_of
from tests.support.pacts import Event, verify
from tests.support.parts import OpenedPart
from tests.support.wire import whole_event_for

EXAMPLE = examples_of("member.enrolled.v1")["ordinary.json"]
TERMINATION = examples_of("termination.registered.v1")["requalified.json"]
NUMBERS = count(1)


def somebody() -> Event:
    """Return the enrolment of somebody of whom documents has not heard yet."""
    return EXAMPLE | {"id": str(uuid4()), "data": EXAMPLE["data"] | {"member_id": str(uuid4())}}


def renamed(enrolled: Event) -> Event:
    """Return the next event about the same person."""
    data = enrolled["data"] | {"version": enrolled["data"]["version"] + 1, "last_name": f"Nouveau-{next(NUMBERS)}"}
    return enrolled | {"id": str(uuid4()), "type": "member.changed.v1", "data": data}


async def test_documents_keeps_its_pact_with_notifications(parts: dict[str, OpenedPart]):
    documents = parts["documents"]

    async def publish(state: str, _event_type: str) -> Event:
        enrolled = TERMINATION | {"id": str(uuid4())} if state == NOTICE.state else somebody()
        await documents.hear(enrolled)
        await issue_due_documents(documents.resources)
        if state == NEW_CARD.state:
            await documents.hear(renamed(enrolled))
            await issue_due_documents(documents.resources)
        else:
            assert state in (FIRST_CARD.state, NOTICE.state)
        return whole_event_for("notifications", documents, (await documents.recorded())[-1])

    await verify("notifications", "documents", publish)
