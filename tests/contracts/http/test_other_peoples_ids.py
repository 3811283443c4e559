"""Every id in every route of contracts is checked against whoever calls: what is not theirs is as if it were not there.

Walks the whole table of endpoints. A route that takes an id needs a row in `tests/support/route_ids.py`, which says how.
"""

import re
from collections.abc import Iterator
from typing import Any, get_args
from uuid import UUID, uuid4

import pytest
from contracts_service.http.endpoints import ENDPOINTS
from pydantic import BaseModel
from service_kit.http.endpoints import Endpoint, Public, SignedIn, Staff

from tests.support.contracts_fixtures import OpenContracts, enrolment_line
from tests.support.other_people import Ids, Route, Scene
from tests.support.route_ids import NO_ID, ROUTES

NAMES_SOMETHING = re.compile(r"(person|member|beneficiary|account|id|\w+_ids?)")


def ids_of(endpoint: Endpoint) -> set[str]:
    """Return the parts of a call that name a thing: of the path, of the query and of the body."""
    path = set(re.findall(r"{(\w+)}", endpoint.path)) - {"brand"}
    return path | set(_fields(endpoint.query)) | set(_fields(endpoint.body))


def _fields(model: type[BaseModel] | None) -> Iterator[str]:
    for name, part in (model.model_fields if model is not None else {}).items():
        kinds = {part.annotation, *get_args(part.annotation)}
        for kind in kinds:
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                yield from _fields(kind)
        if UUID in kinds or NAMES_SOMETHING.fullmatch(name):
            yield name


async def no_ids(_scene: Scene, _owner: str) -> Ids:
    return Ids()


NOTHING = Route(no_ids)
OTHERS = ("member", "spouse", "grown", "stranger", "elsewhere")  # of the household, of the brand, of another brand
WITH_IDS = [one for one in ENDPOINTS if ids_of(one) and one.operation not in NO_ID]


def rows(access: type) -> list[tuple[Endpoint, str]]:
    """Return each route of a kind that takes an id, with each owner of its row."""
    found = [one for one in WITH_IDS if isinstance(one.access, access) and one.operation in ROUTES]
    return [(one, owner) for one in found for owner in ROUTES[one.operation].owners]


def named(value: Any) -> str:
    return value.operation if isinstance(value, Endpoint) else str(value)


@pytest.fixture(scope="module")
async def scene(shared_contracts: OpenContracts) -> Scene:
    made = Scene(shared_contracts)
    await made.enrol()
    return made


def test_every_route_that_takes_an_id_says_how_to_make_a_real_one():
    walked = {one.operation for one in WITH_IDS}

    assert walked - ROUTES.keys() == set(), "add a row to tests/support/route_ids.py: its docstring says how"


def test_no_row_is_left_of_a_route_that_has_gone():
    assert ROUTES.keys() - {one.operation for one in WITH_IDS} == set()
    assert NO_ID.keys() - {one.operation for one in ENDPOINTS} == set()


@pytest.mark.parametrize(("endpoint", "owner"), rows(SignedIn), ids=named)
async def test_what_is_not_the_callers_is_answered_as_what_does_not_exist(scene: Scene, endpoint: Endpoint, owner: str):
    route, real, whose = (
        ROUTES[endpoint.operation],
        await ROUTES[endpoint.operation].make(scene, owner),
        scene.people[owner],
    )
    callers = {
        name: scene.token(name) for name, person in scene.people.items() if name == person.caller != whose.caller
    }
    callers["another brand's token"] = scene.token(whose.caller, brand="demo" if whose.brand == "mgas" else "mgas")
    callers["nobody's token"] = scene.contracts.member(uuid4())
    seen = {name: await _both(scene, endpoint, real, headers, route) for name, headers in callers.items()}

    refused = {404, route.not_found}

    assert {name: both for name, both in seen.items() if both[0] != both[1] or both[0][0] not in refused} == {}


@pytest.mark.parametrize(("endpoint", "owner"), rows(SignedIn), ids=named)
async def test_an_ex_member_reads_what_is_the_own_and_nobody_elses_and_changes_nothing(
    scene: Scene, endpoint: Endpoint, owner: str
):
    route, real = ROUTES[endpoint.operation], await ROUTES[endpoint.operation].make(scene, owner)
    own = scene.token(scene.people[owner].caller, scope="member.read")
    stranger = scene.token("stranger", scope="member.read")
    assert isinstance(endpoint.access, SignedIn)
    reads = "member.read" in endpoint.access.scopes
    status, _ = await scene.call(endpoint, real, own, route, "")
    strangers = await _both(scene, endpoint, real, stranger, route)

    assert (status == 200) if reads else (status == 403)
    assert [one[0] for one in strangers] == [route.not_found if reads else 403] * 2
    assert strangers[0] == strangers[1]


@pytest.mark.parametrize(("endpoint", "owner"), rows(Staff), ids=named)
async def test_what_is_not_of_the_brand_is_answered_to_its_staff_as_what_does_not_exist(
    scene: Scene, endpoint: Endpoint, owner: str
):
    route, real = ROUTES[endpoint.operation], await ROUTES[endpoint.operation].make(scene, owner)
    foreign = await _both(scene, endpoint, real, scene.staff(endpoint, "demo"), route, brand="demo")

    assert foreign[0] == foreign[1]
    assert foreign[0][0] == 404


@pytest.mark.parametrize(("endpoint", "owner"), rows(Public), ids=named)
async def test_what_only_its_owner_can_prove_is_answered_to_anybody_as_what_does_not_exist(
    scene: Scene, endpoint: Endpoint, owner: str
):
    route, real = ROUTES[endpoint.operation], await ROUTES[endpoint.operation].make(scene, owner)
    proofs: list[dict[str, str]] = [{}, dict.fromkeys(real.headers, "x" * 43)]
    seen = [
        await _both(scene, endpoint, real, proof, route, brand=brand) for brand in ("mgas", "demo") for proof in proofs
    ]

    assert [both for both in seen if both[0] != both[1] or both[0][0] != 404] == []


@pytest.mark.parametrize("endpoint", [one for one in ENDPOINTS if isinstance(one.access, Staff)], ids=named)
async def test_staff_of_another_brand_and_members_are_sent_away_before_anything_is_looked_up(
    scene: Scene, endpoint: Endpoint
):
    route = ROUTES.get(endpoint.operation, NOTHING)
    ids = Ids(path={name: str(uuid4()) for name in re.findall(r"{(\w+)}", endpoint.path) if name != "brand"})
    others = await scene.call(endpoint, ids, scene.staff(endpoint, "demo"), route, "mgas")
    members = await scene.call(endpoint, ids, scene.token("member"), route, "mgas")

    assert (others[0], members[0]) == (403, 401)


@pytest.mark.parametrize(
    "endpoint",
    [one for one in ENDPOINTS if isinstance(one.access, SignedIn) and one.method == "GET" and "{" not in one.path],
    ids=named,
)
async def test_nothing_that_is_read_without_an_id_tells_of_another_person(scene: Scene, endpoint: Endpoint):
    answers = {
        name: await scene.call(endpoint, Ids(), scene.token(name), NOTHING, "")
        for name in ("member", "spouse", "grown", "stranger")
    }
    told = {
        (name, whose)
        for name, (_, answer) in answers.items()
        for whose, canaries in (await secrets_of(scene)).items()
        if name not in (whose, scene.people[whose].caller) and any(one in str(answer) for one in canaries)
    }
    nobody = await scene.call(endpoint, Ids(), scene.contracts.member(uuid4()), NOTHING, "")
    brand = await scene.call(endpoint, Ids(), scene.token("member", brand="demo"), NOTHING, "")

    assert told == set()
    assert answers["member"][0] == 200
    assert (nobody[0], brand[0]) == (404, 404)


# Last: these calls change what they name, and prove that the ids of the ones before were real.
@pytest.mark.parametrize(("endpoint", "owner"), [*rows(SignedIn), *rows(Staff), *rows(Public)], ids=named)
async def test_the_owner_is_not_told_that_it_does_not_exist(scene: Scene, endpoint: Endpoint, owner: str):
    route, real, whose = (
        ROUTES[endpoint.operation],
        await ROUTES[endpoint.operation].make(scene, owner),
        scene.people[owner],
    )
    headers = scene.token(whose.caller) if isinstance(endpoint.access, SignedIn) else {}
    if isinstance(endpoint.access, Staff):
        headers = scene.staff(endpoint, whose.brand)
    status, answer = await scene.call(endpoint, real, headers, route, whose.brand)

    assert (status, answer) != (404, answer)


async def secrets_of(scene: Scene) -> dict[str, list[str]]:
    """Return what is told to nobody but its owner (and the member, for a child): acts of care, numbers, ways to be reached."""
    line, other = enrolment_line(610_001), enrolment_line(610_002)
    own = ("email", "statement_identifier", "nir")
    secrets = {name: [f"Soin {name}."] for name in ("member", "spouse", "grown", "child", "stranger", "strange_spouse")}
    secrets["member"] += [line[name] for name in own] + ["C610001"]
    secrets["stranger"] += [other[name] for name in own] + ["C610002", "00610002", str(scene.people["stranger"].id)]
    return secrets


async def _both(
    scene: Scene, endpoint: Endpoint, real: Ids, headers: dict[str, str], route: Route, *, brand: str = "mgas"
) -> tuple[Any, Any]:
    """Return the answers of a call with a real id of somebody else's, and with ids of nothing."""
    return (
        await scene.call(endpoint, real.of_a_stranger(), headers, route, brand),
        await scene.call(endpoint, real.of_nothing(uuid4()), headers, route, brand),
    )
