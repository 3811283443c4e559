"""What notifications expects of identity: a token to mail, a code to print, and what else a member must be told."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pact import match

from tests.pacts.account_expectations import ACCOUNT_EXPECTATIONS, Told
from tests.support.agreements import hearings, publications
from tests.support.pacts import (
    STALE,
    Expectation,
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

MAIL = Expectation(
    "a link to mail",
    "a member with an e-mail address has forgotten the password",
    "reset.requested.v1",
    {
        "reset_id": an_id("d4a9c8e1-0b5f-4736-92ed-5f7a1c3b8e07"),
        "member_id": an_id("6f1c2a9e-5a53-4c0d-9c6f-0f5b1d7f3a21"),
        "brand": match.str("mgas"),
        "expires_at": an_instant("2026-11-21T10:00:00Z"),
        "email": match.regex("anne.sophie@courriel.example", regex=r"[^@\s]+@[^@\s]+"),
        "token": match.regex("q3vX0mB7sYw2Jd9KfLr5TzHc8NpEg4UaRi6OoVbQx1M", regex=r"[A-Za-z0-9_-]{43}"),
    },
)
LETTER = Expectation(
    "a code to print",
    "a member without e-mail address has forgotten the password",
    "letter.required.v1",
    {
        "letter_id": an_id("e6b2d0f8-4a1c-4795-b3e8-7c5d9f0a2b29"),
        "member_id": an_id("a3d5f0b7-8e14-4f6b-b2d9-7c1e5a0f9b62"),
        "brand": match.str("safiag"),
        "purpose": "posted_code",
        "expires_at": an_instant("2026-12-12T09:00:00Z"),
        "code": match.regex("7KQM-W2XF-HT9R", regex=r"[2-9A-HJ-NP-Z]{4}(-[2-9A-HJ-NP-Z]{4}){2}"),
    },
)
REDEEMED = Expectation(
    "a posted code that was used",
    "a member has connected with a posted code",
    "posted-code.redeemed.v1",
    {
        "letter_id": an_id("e6b2d0f8-4a1c-4795-b3e8-7c5d9f0a2b29"),
        "member_id": an_id("a3d5f0b7-8e14-4f6b-b2d9-7c1e5a0f9b62"),
        "brand": match.str("safiag"),
    },
)
UNNEEDED = Expectation(
    "a posted code that is not needed any more",
    "a member to whom a code is being posted has signed in",
    "posted-code.unneeded.v1",
    {
        "letter_id": an_id("2d8e5b91-7c3f-4a60-8f12-b6e0d4a9c735"),
        "member_id": an_id("a3d5f0b7-8e14-4f6b-b2d9-7c1e5a0f9b62"),
        "brand": match.str("safiag"),
        "signed_in_at": an_instant("2026-11-21T19:02:44Z"),
    },
)
EXPECTATIONS = [MAIL, LETTER, REDEEMED, UNNEEDED, *(told.expectation for told in ACCOUNT_EXPECTATIONS)]
DELIVERY = """
    SELECT brand, purpose, channel, state, member_id::text, masked_address, expires_at, content_sealed, id
    FROM deliveries WHERE cause = $1
"""


async def heard(parts: dict[str, OpenedPart], expectation: Expectation, cause: str) -> tuple[dict[str, Any], bytes]:
    """Let notifications hear the event; return the delivery that it plans, and its secret, opened."""
    notifications = parts["notifications"]
    [event] = await heard_by(pact_of("notifications", "identity", [expectation]), notifications.hear)
    row = await notifications.row(DELIVERY, event["data"][cause])
    secret = notifications.resources.contents.open(row.pop("content_sealed"), context=str(row.pop("id")))
    return row, secret


async def test_a_mail_is_planned_with_the_link_sealed(parts: dict[str, OpenedPart]):
    delivery, secret = await heard(parts, MAIL, "reset_id")

    assert delivery == {
        "brand": "mgas",
        "purpose": "password_reset",
        "channel": "email",
        "state": "planned",
        "member_id": "6f1c2a9e-5a53-4c0d-9c6f-0f5b1d7f3a21",
        "masked_address": delivery["masked_address"],
        "expires_at": datetime(2026, 11, 21, 10, tzinfo=UTC),
    }
    assert "anne.sophie" not in delivery["masked_address"]
    assert b"q3vX0mB7sYw2Jd9KfLr5TzHc8NpEg4UaRi6OoVbQx1M" in secret


async def test_a_letter_is_planned_with_the_code_sealed(parts: dict[str, OpenedPart]):
    delivery, secret = await heard(parts, LETTER, "letter_id")

    assert delivery == {
        "brand": "safiag",
        "purpose": "posted_code",
        "channel": "letter",
        "state": "planned",
        "member_id": "a3d5f0b7-8e14-4f6b-b2d9-7c1e5a0f9b62",
        "masked_address": None,
        "expires_at": datetime(2026, 12, 12, 9, tzinfo=UTC),
    }
    assert b"7KQM-W2XF-HT9R" in secret


async def test_a_letter_whose_code_was_used_is_ended(parts: dict[str, OpenedPart]):
    notifications = parts["notifications"]
    events = await heard_by(pact_of("notifications", "identity", [LETTER, REDEEMED]), notifications.hear)
    row = await notifications.row(DELIVERY, events[0]["data"]["letter_id"])

    assert (row["state"], row["content_sealed"]) == ("stopped", None)


async def test_a_letter_whose_member_has_signed_in_never_leaves(parts: dict[str, OpenedPart]):
    notifications = parts["notifications"]
    [event] = await heard_by(pact_of("notifications", "identity", [UNNEEDED]), notifications.hear)
    row = await notifications.row("SELECT state, failure FROM deliveries WHERE cause = $1", event["data"]["letter_id"])

    assert dict(row) == {"state": "stopped", "failure": "member-signed-in"}


@pytest.mark.parametrize(
    "told", ACCOUNT_EXPECTATIONS, ids=[told.expectation.description for told in ACCOUNT_EXPECTATIONS]
)
async def test_what_a_member_must_be_told_is_planned(parts: dict[str, OpenedPart], told: Told):
    notifications = parts["notifications"]
    [event] = await heard_by(pact_of("notifications", "identity", [told.expectation]), notifications.hear)
    async with notifications.database.connection() as connection:
        rows = await connection.fetch(
            "SELECT purpose, channel, masked_address FROM deliveries WHERE cause = $1 ORDER BY purpose",
            event["data"][told.cause],
        )

    assert [tuple(row) for row in rows] == told.planned


@pytest.mark.unit
def test_the_committed_pact_is_what_notifications_expects_of_identity_now():
    expected = written(pact_of("notifications", "identity", EXPECTATIONS))

    assert expected == committed("notifications", "identity"), STALE
    readers = {one.event_type: one.subscription.reader for one in hearings() if one.service == "notifications"}
    heard = [one.event_type for one in publications() if one.service == "identity" and one.event_type in readers]
    assert fields_told(expected) == {event_type: fields_read(readers[event_type]) for event_type in heard}
