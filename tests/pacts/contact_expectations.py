"""What notifications expects of contracts about contact details and bank accounts; and how contracts comes to publish it."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

from contracts_service.domain.given_account import read_account
from contracts_service.usecases.ask_for_emails import ask_for_emails
from contracts_service.usecases.change_bank_details import change_bank_details
from contracts_service.usecases.change_contact_details import change_contact_details
from pact import match
from service_kit.access_tokens import MemberPrincipal
from service_kit.http.preconditions import Seen

from tests.pacts.account_expectations import SHOWN_OLD, Told, an_address
from tests.pacts.member_expectations import FULL
from tests.support.pacts import Expectation, a_day, an_id, an_instant
from tests.support.parts import OpenedPart

NOBODY_WE_KNOW = "0d9b2f61-7c3e-4b58-a1d6-5e8f0c4a7b92"  # a letter waits for who is not known yet
FORMER = "ancienne@boite.example"

Planned = tuple[str, str, str | None]  # purpose, channel, masked address


def news_told(description: str, state: str, event_type: str, planned: Planned | list[Planned], **data: Any) -> Told:
    """Return what is expected of an event about somebody whom notifications does not know."""
    whose = {"member_id": an_id(NOBODY_WE_KNOW), "brand": match.str("mgas")}
    return Told(
        Expectation(description, state, event_type, whose | data),
        next(iter(data)),
        planned if isinstance(planned, list) else [planned],
    )


OTHER_ACCOUNT = news_told(
    "another bank account",
    "a member with an address has given another bank account",
    "bank-details.changed.v1",
    ("bank_details_changed", "email", SHOWN_OLD),
    change_id=an_id("d17d5b39-2c48-4196-8f0a-d4b1c6e9f285"),
    changed_at=an_instant("2026-11-21T09:00:00Z"),
    in_force_on=a_day("2026-11-24"),
    iban_ending=match.regex("2606", regex=r"[0-9A-Z]{4}"),
    former_email=an_address(FORMER),
    former_address=None,
)
OTHER_ACCOUNT_BY_POST = news_told(
    "another bank account, to be told by post",
    "a member without address, who has moved today, has given another bank account",
    "bank-details.changed.v1",
    ("bank_details_changed", "letter", None),
    change_id=an_id("c2f4a6b9-7e0d-4c51-8d3f-0b9c5e1a7d89"),
    changed_at=an_instant("2026-11-21T09:00:00Z"),
    in_force_on=a_day("2026-12-01"),
    iban_ending=match.regex("2606", regex=r"[0-9A-Z]{4}"),
    former_email=None,
    former_address=FULL["address"],
)
MOVED = news_told(
    "another postal address",
    "a member has moved",
    "contact-details.changed.v1",
    ("contact_details_changed", "letter", None),
    change_id=an_id("2b8e0f7c-41a9-4d36-9c5b-7e1f3a6d8c02"),
    changed_at=an_instant("2026-11-21T09:00:00Z"),
    changed=["address"],
    by_post=match.bool(False),
    former_address=FULL["address"],
)
PAPER = news_told(
    "paper from now on",
    "a member without address has chosen paper",
    "contact-details.changed.v1",
    ("contact_details_changed", "letter", None),
    change_id=an_id("6d1c9a3f-0e58-4b72-8f4d-5a2c7b9e1d30"),
    changed_at=an_instant("2026-11-21T09:00:00Z"),
    changed=["delivery_preference"],
    by_post=match.bool(True),
    former_address=None,
)
CHECK = news_told(
    "an address to be asked about",
    "a year has passed since a member's address was known",
    "email-check.requested.v1",
    ("email_check", "email", SHOWN_OLD),
    check_id=an_id("9f4e2b7d-5c60-4a18-b3d9-1e7a0c8f6b54"),
    reply_by=a_day("2026-12-21"),
    email=an_address(FORMER),
)
CONTACT_EXPECTATIONS = [OTHER_ACCOUNT, OTHER_ACCOUNT_BY_POST, MOVED, PAPER, CHECK]
CONTACT_STATES = {told.expectation.state for told in CONTACT_EXPECTATIONS}
_WITHOUT_EMAIL = {OTHER_ACCOUNT_BY_POST.expectation.state, PAPER.expectation.state}
_HOME = {"street": "81 chemin de l’Église", "postal_code": "61170", "city": "Le Mêle-sur-Sarthe"}


async def make_contact_news(
    contracts: OpenedPart, state: str, line: dict[str, Any], imported: Callable[[dict[str, Any]], Awaitable[None]]
) -> None:
    """Have a member of mgas do what `state` says."""
    line = line | ({"email": None} if state in _WITHOUT_EMAIL else {"email": FORMER})
    await imported(line)
    query = "SELECT id FROM members WHERE membership_number = $1"
    caller = _signed_in((await contracts.row(query, line["membership_number"]))["id"])
    service, now = contracts.resources, contracts.resources.foundation.clock.now()
    seen, moved = Seen(frozenset("*")), {"address": _HOME}
    if state == PAPER.expectation.state:
        await change_contact_details(service, caller, {"delivery_preference": "paper"}, seen=seen, now=now)
    if state in (MOVED.expectation.state, OTHER_ACCOUNT_BY_POST.expectation.state):
        await change_contact_details(service, caller, moved, seen=seen, now=now)
    if state in (OTHER_ACCOUNT.expectation.state, OTHER_ACCOUNT_BY_POST.expectation.state):
        await change_bank_details(
            service, caller, read_account("FR1420041010050500013M02606", "Anne Lefèvre", None), now=now
        )
    if state == CHECK.expectation.state:
        async with contracts.database.connection() as connection:
            await connection.execute("UPDATE members SET email_check_on = '2026-01-01' WHERE id = $1", caller.member_id)
        await ask_for_emails(service)


def _signed_in(member_id: UUID) -> MemberPrincipal:
    return MemberPrincipal(uuid4(), member_id, "mgas", uuid4(), "password", frozenset({"member"}))
