"""Members with people beside them, whose lines of money are imported and read: for tests of contracts over a real socket."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from contracts_service.usecases.tell_settled_statements import REST, tell_settled_statements

from tests.support.contracts_fixtures import FixedClock, OpenContracts, enrolment_line, ndjson

MEMBER, SPOUSE, TEEN, CHILD = "1969-05-17", "1971-02-03", "2010-12-01", "2015-03-09"


@dataclass
class Family:
    """A member of mgas born in 1969, the spouse, somebody who turns 16 on 1 December 2026, and a child of 11."""

    contracts: OpenContracts
    number: str
    ids: dict[str, UUID]  # birth date → person
    brand: str = "mgas"

    async def reads(self, path: str, person: str = MEMBER, **token: Any) -> tuple[int, dict[str, Any]]:
        """Return status and answer of a GET by one of the family, who is named by the birth date."""
        return await self.contracts.get(path, self.contracts.member(self.ids[person], self.brand, **token))

    async def list_of(self, path: str, person: str = MEMBER) -> list[dict[str, Any]]:
        """Return all items of a list, page by page."""
        items: list[dict[str, Any]] = []
        cursor = ""
        while True:
            status, answer = await self.reads(path + cursor, person)
            assert status == 200, answer
            items += answer["items"]
            if answer["next"] is None:
                return items
            cursor = ("&" if "?" in path else "?") + f"cursor={answer['next']}"


async def a_family(contracts: OpenContracts, number: int = 412307, brand: str = "mgas") -> Family:
    """Enrol the family."""
    people = [("Yann", SPOUSE, "spouse"), ("Léa", TEEN, "child"), ("Éloi", CHILD, "child")]
    names = {"last_name": "Canariensis-d’Arc", "birth_rank": 1, "nir": None}
    beside = [{"first_name": first, "birth_date": born, "relation": who, **names} for first, born, who in people]
    line = enrolment_line(number, beneficiaries=beside)
    _, answer = await contracts.send(ndjson([line]), brand)
    assert answer["accepted"] == 1, answer
    query = """
        SELECT members.id, members.birth_date FROM members WHERE membership_number = $1 AND brand = $2
        UNION ALL
        SELECT beneficiaries.id, beneficiaries.birth_date FROM beneficiaries
        JOIN contracts ON contracts.id = contract_id JOIN members ON members.id = member_id
        WHERE membership_number = $1 AND brand = $2
    """
    rows = await contracts.fetch(query, line["membership_number"], brand)
    return Family(contracts, line["membership_number"], {row["birth_date"]: row["id"] for row in rows}, brand)


async def bring(
    contracts: OpenContracts, *lines: dict[str, Any], kind: str = "reimbursements", brand: str = "mgas"
) -> dict[str, Any]:
    """Import lines and return the report: counts, and refusals as (line, field, code)."""
    status, answer = await contracts.send(ndjson(lines), brand, kind=kind)
    assert (status, answer["state"]) == (200, "done"), answer
    refusals = [(one["line"], field["field"], field["code"]) for one in answer["errors"] for field in one["fields"]]
    return {"counts": tuple(answer[name] for name in ("accepted", "unchanged", "refused")), "refusals": refusals}


async def settle(contracts: OpenContracts) -> list[dict[str, Any]]:
    """Let some minutes pass, and return what is told then of statements, as events of the outbox."""
    clock = contracts.service.foundation.clock
    assert isinstance(clock, FixedClock)
    before = len(await contracts.envelopes())
    clock.instant += REST * 2
    await tell_settled_statements(contracts.service)
    return [envelope.data for envelope in (await contracts.envelopes())[before:]]
