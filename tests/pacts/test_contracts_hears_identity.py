"""What contracts expects of identity: the address that a member chose."""

from typing import Any
from uuid import UUID

import pytest
from contracts_service.consumers.chosen_emails import CreatedAccount
from contracts_service.usecases.keep_chosen_email import ChosenEmail
from pact import match

from tests.pacts.test_contracts_keeps_its_pacts import all_known, imported
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
from tests.support.parts import OpenedPart

WHOSE: dict[str, Any] = {
    "version": match.int(2),
    "member_id": an_id("6f1c2a9e-5a53-4c0d-9c6f-0f5b1d7f3a21"),
    "brand": match.str("mgas"),
}
CHOSEN, KNOWN = "anne-sophie.lefevre@boite.example", "anne.sophie@courriel.example"
EMAIL = match.regex(CHOSEN, regex=r"[^@\s]+@[^@\s]+")
CHANGED = Expectation(
    "an address that a member chose",
    "a member has confirmed another e-mail address",
    "email.changed.v1",
    WHOSE | {"email": EMAIL},
)
UNDONE = Expectation(
    "a choice taken back to no address",
    "a member who had no e-mail address has undone the choice of one",
    "email.changed.v1",
    WHOSE | {"email": None},
)
CREATED = Expectation(
    "an access that a member created",
    "a member has activated an access with an e-mail address of their own",
    "account.created.v1",
    WHOSE | {"origin": "member", "email": EMAIL},
)
AUTOMATIC = Expectation(
    "an access that opened by itself",
    "the contract of a member with an e-mail address has taken effect",
    "account.created.v1",
    WHOSE | {"origin": "automatic", "email": EMAIL},
)
EXPECTATIONS = [CHANGED, UNDONE, CREATED, AUTOMATIC]


@pytest.mark.parametrize(
    ("expectation", "email", "version"),
    [(CHANGED, CHOSEN, 2), (UNDONE, None, 2), (CREATED, CHOSEN, 2), (AUTOMATIC, KNOWN, 1)],
    ids=[one.description for one in EXPECTATIONS],
)
async def test_the_address_follows_the_members_choice(
    parts: dict[str, OpenedPart], expectation: Expectation, email: str | None, version: int
):
    contracts, line = parts["contracts"], all_known()
    await imported(contracts, "mgas", line)
    query = "SELECT id, email, version FROM members WHERE membership_number = $1"
    member_id: UUID = (await contracts.row(query, line["membership_number"]))["id"]

    async def hear(event: Event) -> Any:
        return await contracts.hear(event | {"data": event["data"] | {"member_id": str(member_id)}})

    await heard_by(pact_of("contracts", "identity", [expectation]), hear)

    assert await contracts.row(query, line["membership_number"]) == {
        "id": member_id,
        "email": email,
        "version": version,
    }


@pytest.mark.unit
def test_the_committed_pact_is_what_contracts_expects_of_identity_now():
    expected = written(pact_of("contracts", "identity", EXPECTATIONS))

    assert expected == committed("contracts", "identity"), STALE
    assert fields_told(expected) == {
        "email.changed.v1": fields_read(ChosenEmail),
        "account.created.v1": fields_read(CreatedAccount),
    }
