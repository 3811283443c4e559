"""What documents expects of notifications: which mail came back, so that the document which it brought goes by post."""

from uuid import uuid4

import pytest
from documents_service.consumers import deliveries
from documents_service.usecases.bring_again import FailedDelivery
from documents_service.usecases.issue_due_documents import issue_due_documents
from pact import match

from tests.support.agreements import examples_of
from tests.support.pacts import (
    STALE,
    Event,
    Expectation,
    an_id,
    committed,
    fields_read,
    fields_told,
    heard_by,
    pact_of,
    written,
)
from tests.support.parts import OpenedPart, opened_for

TERMINATION = examples_of("termination.registered.v1")["requalified.json"]
CAME_BACK = Expectation(
    "a mail that brought a document came back",
    "a mail with the notice of a termination came back, since its address does not exist",
    "delivery.failed.v1",
    {
        "member_id": an_id(TERMINATION["data"]["member_id"]),
        "brand": match.str("mgas"),
        "channel": "email",
        "cause": an_id("b0d7e4a1-5c26-4f98-83ea-9d1f7c2b6e05"),
    },
)


async def test_the_stored_document_is_told_again(parts: dict[str, OpenedPart]):
    documents = parts["documents"]
    told = TERMINATION["data"] | {"member_id": str(uuid4()), "termination_id": str(uuid4())}
    await documents.hear(TERMINATION | {"id": str(uuid4()), "data": told})
    await issue_due_documents(documents.resources)
    [first] = (one for one in await documents.recorded() if one.data["member_id"] == told["member_id"])

    async def hear(event: Event):
        whose = {"member_id": told["member_id"], "cause": first.data["document_id"]}
        return await documents.hear(event | {"data": event["data"] | whose})

    await heard_by(pact_of("documents", "notifications", [CAME_BACK]), hear)
    [again] = await documents.recorded()
    one, other = (opened_for(documents.world, "notifications", envelope) for envelope in (first, again))

    assert other | {"version": 1} == one
    assert (again.type, again.data["version"]) == ("document.issued.v1", 2)


@pytest.mark.unit
def test_the_committed_pact_is_what_documents_expects_of_notifications_now():
    expected = written(pact_of("documents", "notifications", [CAME_BACK]))

    assert expected == committed("documents", "notifications"), STALE
    assert fields_told(expected) == dict.fromkeys(deliveries.EVENTS, fields_read(FailedDelivery))
