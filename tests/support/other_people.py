"""Two households of a brand and one of another, who call each other's things: what `route_ids.ROUTES` makes them for."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from service_kit.http.endpoints import Endpoint, Staff

from tests.support.contracts_fixtures import OpenContracts, enrolment_line, ndjson
from tests.support.household import GROWN, SMALL, SPOUSE
from tests.support.money_lines import contribution_line, reimbursement_line


@dataclass(frozen=True)
class Person:
    """Somebody of the scene: the id that a token carries, and who calls for what is theirs (a child has no token)."""

    id: UUID
    brand: str
    household: int
    caller: str


@dataclass
class Scene:
    """`member`, `spouse`, `grown`, `child` of one household of mgas, `stranger`'s and `leaver`'s there, `elsewhere`'s of demo."""

    contracts: OpenContracts
    people: dict[str, Person] = field(default_factory=dict)
    made: dict[Any, Any] = field(default_factory=dict)

    async def enrol(self) -> None:
        """Import the households, with lines and contributions."""
        for brand, number, names in (
            ("mgas", 610_001, ("member", "spouse", "grown", "child")),
            ("mgas", 610_002, ("stranger", "strange_spouse", "strange_grown", "strange_child")),
            ("mgas", 610_004, ("leaver", "leaving_spouse", "leaving_grown", "leaving_child")),
            ("demo", 610_003, ("elsewhere", "spouse_elsewhere", "grown_elsewhere", "child_elsewhere")),
        ):
            line = enrolment_line(number, beneficiaries=[SPOUSE, GROWN, SMALL])
            await self.send(brand, [line], kind="members")
            await self.send(brand, [contribution_line(line["membership_number"], f"C{number}")], kind="contributions")
            born = [line["birth_date"], *(one["birth_date"] for one in (SPOUSE, GROWN, SMALL))]
            care = [
                reimbursement_line(
                    line["membership_number"],
                    f"{number}-{place}",
                    birth_date=day,
                    act=f"Soin {names[place]}.",
                    statement=f"D{number}{place}",
                )
                for place, day in enumerate(born)
            ]
            await self.send(brand, care, kind="reimbursements")
            await self._know(brand, line["membership_number"], number, names)

    async def _know(self, brand: str, membership_number: str, household: int, names: tuple[str, ...]) -> None:
        """Remember who has which id: the member, and the others by their first names."""
        rows = await self.contracts.fetch(
            """
            SELECT members.id AS member_id, beneficiaries.id, beneficiaries.first_name
            FROM members JOIN contracts ON member_id = members.id JOIN beneficiaries ON contract_id = contracts.id
            WHERE brand = $1 AND membership_number = $2
            """,
            brand,
            membership_number,
        )
        others = {row["first_name"]: row["id"] for row in rows}
        ids = [rows[0]["member_id"], *(others[one["first_name"]] for one in (SPOUSE, GROWN, SMALL))]
        for name, person_id in zip(names, ids, strict=True):
            self.people[name] = Person(person_id, brand, household, names[0] if "child" in name else name)

    async def send(self, brand: str, lines: list[dict[str, Any]], *, kind: str) -> str:
        """Import lines and return the id of the import."""
        _, answer = await self.contracts.send(ndjson(lines), brand, kind=kind)
        assert answer["refused"] == 0, answer
        return str(answer["id"])

    async def once(self, key: Any, make: Callable[[], Awaitable[Any]]) -> Any:
        """Return what `make` made the first time."""
        if key not in self.made:
            self.made[key] = await make()
        return self.made[key]

    def token(self, name: str, *, scope: str = "member", brand: str | None = None) -> dict[str, str]:
        """Return the header of somebody who is signed in; of another brand's token with the same id, if one is named."""
        person = self.people[name]
        return self.contracts.member(person.id, brand or person.brand, scope=scope)

    def staff(self, endpoint: Endpoint, brand: str) -> dict[str, str]:
        """Return the header of somebody of a brand's staff who may use a route."""
        assert isinstance(endpoint.access, Staff)
        return self.contracts.staff(brand, endpoint.access.roles[0])

    async def post(self, path: str, body: dict[str, Any], headers: dict[str, str]) -> dict[str, Any]:
        """Make a thing by the call that makes it."""
        async with self.contracts.client.post(self.contracts.url + path, json=body, headers=headers) as got:
            answer: dict[str, Any] = await got.json()
            assert got.status in (200, 201), answer
            return answer

    async def call(
        self, endpoint: Endpoint, ids: "Ids", headers: dict[str, str], route: "Route", brand: str
    ) -> tuple[int, Any]:
        """Return status and body of a call, without its request id."""
        path = endpoint.path.format(brand=brand, **ids.path)
        body = None if route.body is None and not ids.body else {**(route.body or {}), **ids.body}
        sent: dict[str, Any] = {"data": route.raw} if route.raw is not None else {"json": body}
        url = self.contracts.url + path
        every = {**headers, **route.headers, **ids.headers}
        async with self.contracts.client.request(endpoint.method, url, params=ids.query, headers=every, **sent) as got:
            answer = await got.json(content_type=None) if got.content_type.endswith("json") else await got.read()
        if isinstance(answer, dict):
            answer.pop("request_id", None)
        return got.status, answer


@dataclass(frozen=True)
class Ids:
    """What names a thing in a call: parts of the path, of the query and of the body.

    `headers` are what only its owner has, where no token says who calls (a draft's secret): strangers call without them.
    """

    path: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    body: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    def of_nothing(self, nothing: UUID) -> "Ids":
        """Return the same with an id that names nothing in the place of each id."""
        named = (self.path, self.query, self.body)
        return Ids(*({name: _nothing(value, nothing) for name, value in part.items()} for part in named))

    def of_a_stranger(self) -> "Ids":
        """Return the same as somebody calls who is not the owner."""
        return replace(self, headers={})


def _nothing(value: str, nothing: UUID) -> str:
    try:
        UUID(value)
    except ValueError:
        return value  # a kind, a date: no id
    return str(nothing)


@dataclass(frozen=True)
class Route:
    """How to come by a real id of an operation, and what else a call needs."""

    make: Callable[[Scene, str], Awaitable[Ids]]
    owners: tuple[str, ...] = ("member",)
    body: dict[str, Any] | None = None
    raw: bytes | None = None
    not_found: int = 404  # what an id of nothing is answered with; 422 names the field of a body
    headers: dict[str, str] = field(default_factory=dict)
