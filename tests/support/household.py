"""A member with people beside her: lines to import, and what a test does about them at contracts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts_service.usecases.tell_autonomous_beneficiaries import tell_autonomous_beneficiaries

from tests.support.contracts_fixtures import FixedClock, OpenContracts, enrolment_line, ndjson

Answered = tuple[int, dict[str, Any]]

EVENT = "beneficiary.autonomous.v1"


def somebody(first_name: str, birth_date: str, **changes: Any) -> dict[str, Any]:
    """Return a beneficiary of a line: a child with an own number that says the birth."""
    _, year, month = birth_date[:2], birth_date[2:4], birth_date[5:7]
    return {
        "first_name": first_name,
        "last_name": "Canariensis-d’Arc",
        "birth_date": birth_date,
        "birth_rank": 1,
        "relation": "child",
        "nir": f"1{year}{month if '01' <= month <= '12' else '20'}75{len(first_name):03}{sum(map(ord, first_name)) % 900 + 1:03}",
        **changes,
    }


SPOUSE = somebody("Yves", "1967-03-02", relation="spouse", last_name="Le Goff")
GROWN = somebody("Éloi", "2008-01-13")
SMALL = somebody("Anna", "2015-06-30")


@dataclass
class Household:
    """The service, and one member of mgas with whoever the line names."""

    contracts: OpenContracts
    number: int = 412307

    async def file_says(self, *people: dict[str, Any], **changes: Any) -> None:
        """Import the member with these people."""
        line = enrolment_line(self.number, beneficiaries=list(people), **changes)
        _, answer = await self.contracts.send(ndjson([line]))
        assert answer["refused"] == 0, answer

    async def member_id(self) -> UUID:
        """Return the member's id."""
        rows = await self.contracts.fetch("SELECT id FROM members WHERE membership_number = $1", f"{self.number:08}")
        found: UUID = rows[0]["id"]
        return found

    async def id_of(self, person: dict[str, Any]) -> UUID:
        """Return the id of one of the people."""
        rows = await self.contracts.fetch(
            """
            SELECT beneficiaries.id FROM beneficiaries JOIN contracts ON contracts.id = contract_id
            WHERE member_id = $1 AND first_name = $2 AND birth_date = $3 AND birth_rank = $4
            """,
            await self.member_id(),
            person["first_name"],
            person["birth_date"],
            person["birth_rank"],
        )
        found: UUID = rows[0]["id"]
        return found

    def it_is(self, instant: datetime) -> None:
        """Put the clock to an instant."""
        clock = self.contracts.service.foundation.clock
        assert isinstance(clock, FixedClock)
        clock.instant = instant

    async def tell(self) -> list[dict[str, Any]]:
        """Do the loop's work; return all that was told of the household's people so far, with what travels sealed."""
        while await tell_autonomous_beneficiaries(self.contracts.service):
            pass
        opener, member_id = self.contracts.opener("identity"), str(await self.member_id())
        return [
            {**one.data, **opener.open(one.sealed or "")}
            for one in await self.contracts.envelopes()
            if one.type == EVENT and one.data["member_id"] == member_id
        ]

    async def staff(
        self, path: str, body: dict[str, Any], *, method: str = "POST", role: str = "back-office"
    ) -> Answered:
        """Let somebody of the staff of mgas call `/v1/mgas/staff/…`."""
        return await self.call(method, f"/v1/mgas/staff/{path}", body, self.contracts.staff(role=role))

    async def call(self, method: str, path: str, body: dict[str, Any] | None, headers: dict[str, str]) -> Answered:
        """Return status and answer of a call."""
        async with self.contracts.client.request(method, self.contracts.url + path, json=body, headers=headers) as got:
            return got.status, await got.json(content_type=None) if got.status != 204 else {}

    async def people(self, headers: dict[str, str]) -> list[dict[str, Any]]:
        """Return what the owner of `headers` sees of the people on the contract."""
        _, answer = await self.contracts.get("/v1/me/beneficiaries", headers)
        found: list[dict[str, Any]] = answer["items"]
        return found
