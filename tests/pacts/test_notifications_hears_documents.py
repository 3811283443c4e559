"""What notifications expects of documents: that there is one, whose place it takes; what must reach the person."""

import pytest
from notifications_service.consumers import documents
from notifications_service.usecases.announce_document import IssuedDocument
from pact import match

from tests.support.agreements import examples_of
from tests.support.pacts import (
    STALE,
    Expectation,
    a_day,
    an_id,
    an_instant,
    committed,
    fields_read,
    fields_told,
    heard_by,
    pact_of,
    written,
)
from tests.support.parts import OpenedPart

MEMBER = examples_of("member.enrolled.v1")["ordinary.json"]
NEW_CARD = Expectation(
    "a card that takes the place of another",
    "a member who has a card has changed the name",
    "document.issued.v1",
    {
        "document_id": an_id("e1f4d7b8-3c60-4a92-95d8-1f7a0c6e2b43"),
        "member_id": an_id(MEMBER["data"]["member_id"]),
        "brand": match.str("mgas"),
        "kind": "third_party_payment_card",
        "replaces": an_id("a8e1d4f7-3c60-4a92-95d8-1f7a0c6e2b43"),
    },
)
FIRST_CARD = Expectation(
    "a first card",
    "a person has become a member",
    "document.issued.v1",
    NEW_CARD.data | {"document_id": an_id("c9f1d4b8-3c60-4a92-95d8-1f7a0c6e2b43"), "replaces": None},
)
# A notice of which the mail has come back is told again, with all of it: to a consumer it is the same event.
NOTICE = Expectation(
    "a notice to bring",
    "a termination was registered",
    "document.issued.v1",
    {
        "document_id": an_id("f6a0c3e9-3c60-4a92-95d8-1f7a0c6e2b43"),
        "member_id": an_id(MEMBER["data"]["member_id"]),
        "brand": match.str("mgas"),
        "kind": "termination_notice",
        "replaces": None,
        "file_name": match.str("Avis de résiliation 2026 – MGAS.pdf"),
        "termination": {
            "termination_id": an_id("2d7f0c8b-95e1-4a63-b840-6c3e1f9d5a78"),
            "received_at": an_instant("2026-11-21T09:00:00Z"),
            "effective_date": a_day("2026-12-31"),
            "use": match.regex("termination", regex=r"termination|withdrawal"),
        },
        "pdf": match.regex("JVBERi0xLjcK", regex=r"[A-Za-z0-9+/]+={0,2}"),
        "address_lines": match.each_like(match.str("75011 PARIS"), min=1),
    },
)
EXPECTATIONS = [NEW_CARD, FIRST_CARD, NOTICE]


async def test_only_a_card_that_takes_the_place_of_another_is_announced(parts: dict[str, OpenedPart]):
    notifications = parts["notifications"]
    await notifications.hear(MEMBER)
    new, first = await heard_by(pact_of("notifications", "documents", [NEW_CARD, FIRST_CARD]), notifications.hear)
    async with notifications.database.connection() as connection:
        rows = await connection.fetch(
            "SELECT purpose, channel, cause::text FROM deliveries WHERE cause = ANY($1)",
            [new["data"]["document_id"], first["data"]["document_id"]],
        )

    assert [tuple(row) for row in rows] == [("document_available", "email", new["data"]["document_id"])]


async def test_a_notice_is_brought(parts: dict[str, OpenedPart]):
    notifications = parts["notifications"]
    await notifications.hear(MEMBER)
    [event] = await heard_by(pact_of("notifications", "documents", [NOTICE]), notifications.hear)
    row = await notifications.row(
        "SELECT purpose, channel, document_id::text FROM deliveries WHERE cause = $1", event["data"]["document_id"]
    )

    assert tuple(row.values()) == ("termination_acknowledged", "email", event["data"]["document_id"])


@pytest.mark.unit
def test_the_committed_pact_is_what_notifications_expects_of_documents_now():
    expected = written(pact_of("notifications", "documents", EXPECTATIONS))

    assert expected == committed("notifications", "documents"), STALE
    assert fields_told(expected) == dict.fromkeys(documents.EVENTS, fields_read(IssuedDocument))
