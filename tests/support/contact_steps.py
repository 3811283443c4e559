"""Members who look after their contact details and bank accounts: what they send, what they are answered, what is told."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from contracts_service.consumers import failed_deliveries
from contracts_service.usecases.apply_bank_details import apply_bank_details
from service_kit.broker import Verdict
from service_kit.consumer import Consumer
from service_kit.events import Envelope

from tests.support.chosen_email_steps import email_changed, hear
from tests.support.contracts_fixtures import FixedClock, OpenContracts, enrolment_line, ndjson

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
CONTACT, BANK = "/v1/me/contact-details", "/v1/me/bank-details"
IBAN, OTHER_IBAN, THIRD_IBAN = "FR1420041010050500013M02606", "DE89370400440532013000", "BE68539007547034"
HOME = {"street": "81 chemin de l’Église", "postal_code": "61170", "city": "Le Mêle-sur-Sarthe"}
SPOUSE = {
    "first_name": "Yves",
    "last_name": "Le Goff",
    "birth_date": "1967-03-02",
    "birth_rank": 1,
    "relation": "spouse",
    "nir": "1670375004417",
}


@dataclass(frozen=True)
class Answered:
    """An answer: its status, its tag, what it says."""

    status: int
    tag: str
    body: dict[str, Any]


@dataclass
class Members:
    """The service, its clock, and membership numbers that nobody has yet."""

    contracts: OpenContracts
    clock: FixedClock
    numbers: Iterator[int]

    async def join(self, **changes: Any) -> "Member":
        """Import somebody new."""
        member = Member(self, next(self.numbers), UUID(int=0))
        await member.file_says(**changes)
        rows = await self.contracts.fetch("SELECT id FROM members WHERE membership_number = $1", f"{member.number:08}")
        member.id = rows[0]["id"]
        return member

    async def apply(self) -> int:
        """Do the loop's work: put accounts into force whose day has come."""
        return await apply_bank_details(self.contracts.service)

    def later(self, **time: float) -> None:
        """Let time pass."""
        self.clock.instant += timedelta(**time)


@dataclass
class Member:
    """A signed-in person."""

    members: Members
    number: int
    id: UUID

    async def file_says(self, **changes: Any) -> None:
        """Import the member as the file says."""
        line = enrolment_line(self.number, **{"beneficiaries": [SPOUSE], **changes})
        _, answer = await self.members.contracts.send(ndjson([line]))
        assert answer["refused"] == 0, answer

    async def spouse(self) -> "Member":
        """Return the spouse, who is signed in as well."""
        rows = await self.members.contracts.fetch(
            "SELECT beneficiaries.id FROM beneficiaries JOIN contracts ON contracts.id = contract_id WHERE member_id = $1",
            self.id,
        )
        return Member(self.members, self.number, rows[0]["id"])

    async def chooses_email(self, email: str | None, *, version: int = 1) -> None:
        """Have identity tell of an address that was proved."""
        assert await hear(self.members.contracts, email_changed(self.id, email, version=version)) is Verdict.DONE

    async def call(
        self, method: str, path: str, body: Any = None, *, headers: dict[str, str] | None = None, **who: Any
    ) -> Answered:
        """Call as the signed-in person."""
        contracts = self.members.contracts
        every = {**contracts.member(self.id, **who), **(headers or {})}
        async with contracts.client.request(method, contracts.url + path, json=body, headers=every) as response:
            told = await response.json(content_type=None) if response.content_length else {}
            return Answered(response.status, response.headers.get("ETag", ""), told)

    async def reads(self, path: str = CONTACT, **who: Any) -> dict[str, Any]:
        """Return what is shown."""
        answered = await self.call("GET", path, **who)
        assert answered.status == 200, answered.body
        return answered.body

    async def patches(self, body: dict[str, Any], *, tag: str | None = None, **who: Any) -> Answered:
        """Change contact details as they are seen now, or under another tag."""
        seen = tag if tag is not None else (await self.call("GET", CONTACT)).tag
        return await self.call("PATCH", CONTACT, body, headers={"If-Match": seen}, **who)

    async def gives(self, iban: str, *, holder: str = "Maëlys Canariensis", **who: Any) -> Answered:
        """Give a bank account."""
        return await self.call("PUT", BANK, {"iban": iban, "account_holder": holder}, **who)

    async def told(self, event_type: str) -> list[dict[str, Any]]:
        """Return what was told of the person by events of a type, in order, with what notifications opens."""
        contracts = self.members.contracts
        opener = contracts.opener("notifications")
        return [
            one.data | (opener.open(one.sealed) if one.sealed else {})
            for one in await contracts.envelopes()
            if one.type == event_type and one.data["member_id"] == str(self.id)
        ]

    async def mail_fails(self, *, failed_at: datetime, **changes: Any) -> Verdict:
        """Have notifications tell that a mail has reached nobody, as it travels."""
        service = self.members.contracts.service
        data = {"member_id": str(self.id), "brand": "mgas", "channel": "email", "hard": True, "at_known_address": True}
        event_id = service.entropy.new_id()
        envelope = Envelope(
            id=event_id,
            type="delivery.failed.v1",
            source="/notifications",
            time=failed_at,
            subject=f"delivery/{event_id}",
            data={**data, "failed_at": failed_at.isoformat(), **changes},
            sealed=None,
        )
        subscriptions = failed_deliveries.subscriptions(service)
        consumer = Consumer("contracts", service.database, service.foundation.opener, subscriptions)
        return await consumer.delivery(subscriptions[0])(envelope.encode(), None)
