"""Steps about an address that a member chose: identity's own events, sealed as on the wire, heard by contracts' real consumer."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from contracts_service.consumers import chosen_emails
from identity_service.events import AccountCreated, EmailChanged
from service_kit.broker import Verdict
from service_kit.consumer import Consumer
from service_kit.events import Envelope, Event
from service_kit.sealing import Sealer, read_keys

from tests.support.contracts_fixtures import OpenContracts, ndjson

WHEN = datetime(2026, 11, 20, 18, tzinfo=UTC)


async def enrolled(contracts: OpenContracts, line: dict[str, Any]) -> UUID:
    """Import one line of a member who is not known yet; return the member's id."""
    _, answer = await contracts.send(ndjson([line]))
    assert answer["accepted"] == 1
    query = "SELECT id FROM members WHERE membership_number = $1"
    member_id: UUID = (await contracts.fetch(query, line["membership_number"]))[0]["id"]
    return member_id


def email_changed(member_id: UUID, email: str | None, *, version: int = 1, brand: str = "mgas") -> EmailChanged:
    """Return the event of an address that was chosen; of a choice that was taken back to none, without one."""
    return EmailChanged(
        version=version,
        account_id=uuid4(),
        member_id=member_id,
        brand=brand,
        change_id=uuid4(),
        changed_at=WHEN,
        origin="undone" if email is None else "member",
        email=email,
        former_email="former@example.org",
    )


def account_created(member_id: UUID, email: str, *, by: str = "member") -> AccountCreated:
    """Return the event of an access that exists now."""
    values = {"version": 1, "account_id": uuid4(), "member_id": member_id, "brand": "mgas", "creation_id": uuid4()}
    return AccountCreated.model_validate(values | {"created_at": WHEN, "origin": by, "email": email})


async def hear(contracts: OpenContracts, event: Event, *, event_id: UUID | None = None) -> Verdict:
    """Let contracts hear an event as it travels, and return the answer to the broker."""
    service = contracts.service
    data, personal = event.parts()
    sealer = Sealer(read_keys(contracts.keys / "public" / "sealing-recipients.json"))
    envelope = Envelope(
        id=event_id or uuid4(),
        type=event.event_type,
        source="/identity",
        time=WHEN,
        subject=event.subject(),
        data=data,
        sealed=sealer.seal(personal, recipients=event.recipients),
    )
    subscriptions = chosen_emails.subscriptions(service)
    (subscription,) = (one for one in subscriptions if one.event_type == event.event_type)
    consumer = Consumer("contracts", service.database, service.foundation.opener, subscriptions)
    return await consumer.delivery(subscription)(envelope.encode(), None)


async def present(contracts: OpenContracts, member_id: UUID) -> tuple[str | None, int]:
    """Return the member's address and version."""
    (row,) = await contracts.fetch("SELECT email, version FROM members WHERE id = $1", member_id)
    return row["email"], row["version"]


async def told(contracts: OpenContracts) -> list[dict[str, Any]]:
    """Return what each event says to identity, in order: the readable and the opened fields."""
    opener = contracts.opener("identity")
    return [envelope.data | opener.open(str(envelope.sealed)) for envelope in await contracts.envelopes()]
