"""A member ends the contract, step by step, over HTTP; what the database then holds."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts_service.usecases.decide_received_terminations import decide_received_terminations

from tests.support.contracts_fixtures import FixedClock, OpenContracts, enrolment_line, ndjson

ME = "/v1/me/terminations"
SECRET = "Termination-Secret"
NAME = {"first_name": "Maëlys-Canarine", "last_name": "Canariensis-d’Arc", "contact": {"phone": "06 12 34 56 78"}}
PUBLIC = "/v1/mgas/terminations"
Answered = tuple[int, dict[str, Any]]


@dataclass
class Somebody:
    """A member of mgas, and the calls that the person makes."""

    contracts: OpenContracts
    id: UUID
    number: str
    line: dict[str, Any]
    brand: str = "mgas"

    @property
    def headers(self) -> dict[str, str]:
        return self.contracts.member(self.id, self.brand)

    async def call(self, method: str, path: str, body: Any = None, **headers: str) -> Answered:
        return await call(self.contracts, method, path, body, {**self.headers, **headers})

    async def drafted(self, **body: Any) -> str:
        """Return the id of a new draft."""
        status, answer = await self.call("POST", ME, body)
        assert status == 201, answer
        draft_id: str = answer["id"]
        return draft_id

    async def shown(self, termination_id: str) -> dict[str, Any]:
        """Return a draft or a request."""
        status, answer = await self.call("GET", f"{ME}/{termination_id}")
        assert status == 200, answer
        return answer

    async def confirmed(self, draft_id: str, digest: str | None = None) -> Answered:
        """Confirm a draft by the digest that is shown now."""
        digest = digest or (await self.shown(draft_id))["recap_digest"]
        return await self.call("POST", f"{ME}/{draft_id}/confirmation", {"recap_digest": digest})

    async def ended(self, **body: Any) -> dict[str, Any]:
        """Return what a draft that was confirmed at once came to."""
        status, answer = await self.confirmed(await self.drafted(**body))
        assert status == 200, answer
        return answer

    async def imported(self, **contract: Any) -> None:
        """Let the back office's file say something of the contract."""
        self.line = {**self.line, "contract": {**self.line["contract"], **contract}}
        _, answer = await self.contracts.send(ndjson([self.line]), self.brand)
        assert answer["refused"] == 0

    async def end_date(self) -> str | None:
        """Return the contract's last day."""
        (row,) = await self.contracts.fetch("SELECT end_date FROM contracts WHERE member_id = $1", self.id)
        return None if row["end_date"] is None else str(row["end_date"])


async def a_member(contracts: OpenContracts, number: int, brand: str = "mgas", **contract: Any) -> Somebody:
    """Enrol a member whose contract says `contract`."""
    line = enrolment_line(number)
    line["contract"] = {**line["contract"], **contract}
    _, answer = await contracts.send(ndjson([line]), brand)
    assert answer["refused"] == 0, answer
    (row,) = await contracts.fetch(
        "SELECT id FROM members WHERE brand = $1 AND membership_number = $2", brand, f"{number:08}"
    )
    return Somebody(contracts, row["id"], f"{number:08}", line, brand)


async def call(
    contracts: OpenContracts, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
) -> Answered:
    """Return status and answer."""
    async with contracts.client.request(method, contracts.url + path, json=body, headers=headers) as response:
        answer = await response.json(content_type=None) if response.content_length != 0 else {}
        if isinstance(answer, dict) and "ETag" in response.headers:
            answer["etag"] = response.headers["ETag"]
        return response.status, answer


def at(contracts: OpenContracts, instant: datetime) -> None:
    """Set the clock."""
    clock = contracts.service.foundation.clock
    assert isinstance(clock, FixedClock)
    clock.instant = instant


async def evidence_of(contracts: OpenContracts, termination_id: str) -> dict[str, Any]:
    """Return the row of a request."""
    (row,) = await contracts.fetch("SELECT * FROM terminations WHERE id = $1", UUID(termination_id))
    return dict(row)


async def begun(space: OpenContracts, number: str, **body: Any) -> dict[str, Any]:
    """Return the draft of somebody who has not signed in."""
    every = {**NAME, "membership_number": number, "motive": "infra_annual", **body}
    status, answer = await call(space, "POST", PUBLIC, every)
    assert status == 201, answer
    return answer


async def sent(space: OpenContracts, number: str, **body: Any) -> str:
    """Return the id of a request that was confirmed."""
    draft = await begun(space, number, **body)
    status, answer = await confirmed(space, draft)
    assert (status, answer["state"]) == (200, "received")
    return str(draft["id"])


async def confirmed(space: OpenContracts, draft: dict[str, Any], digest: str | None = None) -> Answered:
    """Confirm a draft of somebody who has not signed in."""
    body = {"recap_digest": digest or draft["recap_digest"]}
    return await call(space, "POST", f"{PUBLIC}/{draft['id']}/confirmation", body, {SECRET: draft["secret"]})


async def decided(space: OpenContracts) -> None:
    """Do what the background does with requests that came."""
    while await decide_received_terminations(space.service):
        pass


async def cancellations(space: OpenContracts, termination_id: str) -> list[dict[str, Any]]:
    """Return what was published of a termination that was undone."""
    told = [one.data for one in await space.envelopes() if one.type == "termination.cancelled.v1"]
    return [one for one in told if one["termination_id"] == termination_id]
