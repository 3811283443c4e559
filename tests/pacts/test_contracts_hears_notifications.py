"""What contracts expects of notifications: an e-mail address of a member's at which nothing arrives."""

from typing import Any
from uuid import UUID

import pytest
from contracts_service.usecases.note_undeliverable import FailedDelivery
from pact import match

from tests.pacts.test_contracts_keeps_its_pacts import all_known, imported
from tests.support.pacts import (
    STALE,
    Event,
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

DEAD = Expectation(
    "a mail to the address that is known of a member, which does not exist",
    "the mail relay knows no such address as contracts tells of a member",
    "delivery.failed.v1",
    {
        "member_id": an_id("6f1c2a9e-5a53-4c0d-9c6f-0f5b1d7f3a21"),
        "brand": match.str("mgas"),
        "channel": "email",
        "hard": True,
        "failed_at": an_instant("2026-11-21T09:00:00Z"),
        "at_known_address": True,
        "purpose": match.str("account_created"),
        "cause": an_id("5d2f9c1e-7a04-4b63-8e1d-3c6f0b9a7e58"),
        "failure": match.str("no-such-address"),
    },
)
EXPECTATIONS = [DEAD]


async def test_an_address_at_which_nothing_arrives_is_noted_and_told(parts: dict[str, OpenedPart]):
    contracts, line = parts["contracts"], all_known()
    await imported(contracts, "mgas", line)
    query = "SELECT id, version, email_undeliverable_since FROM members WHERE membership_number = $1"
    member_id: UUID = (await contracts.row(query, line["membership_number"]))["id"]

    async def hear(event: Event) -> Any:
        return await contracts.hear(event | {"data": event["data"] | {"member_id": str(member_id)}})

    await heard_by(pact_of("contracts", "notifications", [DEAD]), hear)
    row = await contracts.row(query, line["membership_number"])

    assert row["email_undeliverable_since"].isoformat() == "2026-11-21T09:00:00+00:00"
    assert row["version"] == 2  # told on paper from now on


@pytest.mark.unit
def test_the_committed_pact_is_what_contracts_expects_of_notifications_now():
    expected = written(pact_of("contracts", "notifications", EXPECTATIONS))

    assert expected == committed("contracts", "notifications"), STALE
    assert fields_told(expected) == {"delivery.failed.v1": fields_read(FailedDelivery)}
