"""The OpenAPI document lists exactly what is served, and what it says is what happens."""

import json
import re
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.support.tiny_endpoints import ENDPOINTS
from tests.support.tiny_fixtures import Served, running
from tests.support.tiny_service import application

UNLISTED = {"/openapi.json", "/health/live", "/health/ready", "/metrics"}
ROOT = Path(__file__).parents[3]


@pytest.fixture
async def document(tiny: Served) -> dict[str, Any]:
    """The document as it is served."""
    found: dict[str, Any] = (await tiny.ask("GET", "/openapi.json"))[2]
    return found


async def test_it_lists_exactly_what_is_served(tiny: Served, document: dict[str, Any]) -> None:
    served = {
        (route.method, route.resource.canonical)
        for route in application(tiny.tiny).router.routes()
        if route.resource is not None and route.resource.canonical not in UNLISTED
    }
    listed = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    heads = {("HEAD", path) for method, path in listed if method == "GET"}

    assert served == listed | heads
    assert {one["operationId"] for path in document["paths"].values() for one in path.values()} == {
        endpoint.operation for endpoint in ENDPOINTS
    }


def references(content: Any) -> set[str]:
    if isinstance(content, dict):
        found = {content["$ref"]} if isinstance(content.get("$ref"), str) else set()
        return found.union(*map(references, content.values()))
    return set().union(*map(references, content)) if isinstance(content, list) else set()


async def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    for reference in references(document):
        place: Any = document
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]

        assert isinstance(place, dict)


async def test_every_path_parameter_is_described(document: dict[str, Any]) -> None:
    for path, methods in document["paths"].items():
        for operation in methods.values():
            described = [one["name"] for one in operation["parameters"] if one["in"] == "path"]

            assert described == re.findall(r"{(\w+)}", path)


async def test_the_query_is_described_with_its_limits(document: dict[str, Any]) -> None:
    parameters = {one["name"]: one for one in document["paths"]["/v1/{brand}/filter"]["get"]["parameters"]}

    assert parameters["limit"]["schema"]["maximum"] == 100
    assert parameters["limit"]["required"] is False
    kinds = parameters["kind"]["schema"]
    kinds = document["components"]["schemas"][kinds["$ref"].rsplit("/", 1)[1]] if "$ref" in kinds else kinds
    assert kinds["enum"] == ["small", "large"]


async def test_access_is_described(document: dict[str, Any]) -> None:
    paths = document["paths"]

    assert paths["/v1/me"]["get"]["security"] == [{"member": []}]
    assert paths["/v1/{brand}/staff"]["get"]["security"] == [{"staff": []}]
    assert paths["/v1/{brand}/staff"]["get"]["x-roles"] == ["adviser", "operator"]
    assert "security" not in paths["/v1/{brand}/filter"]["get"]


ASKED: list[tuple[str, str, dict[str, Any]]] = [
    ("POST", "/v1/{brand}/parcels", {"json": {"number": 1, "addressee": "Ada"}}),
    ("POST", "/v1/{brand}/parcels", {"json": {"number": 13, "addressee": "Ada"}}),
    ("POST", "/v1/{brand}/parcels", {"json": {}}),
    ("POST", "/v1/{brand}/parcels", {"data": b"{", "headers": {"Content-Type": "application/json"}}),
    ("POST", "/v1/{brand}/parcels", {"data": b"x"}),
    ("POST", "/v1/{brand}/parcels", {"data": b"x" * 70_000}),
    (
        "POST",
        "/v1/{brand}/parcels",
        {"json": {"number": 1, "addressee": "x"}, "headers": {"Idempotency-Key": "x" * 300}},
    ),
    ("GET", "/v1/{brand}/filter", {"params": {"limit": "0"}}),
    ("GET", "/v1/{brand}/staff", {}),
    ("GET", "/v1/me", {}),
    ("DELETE", "/v1/{brand}/names/{name}", {}),
]


@pytest.mark.parametrize("brand", ["alpha", "unknown"])
@pytest.mark.parametrize(("method", "path", "request_"), ASKED)
async def test_what_is_answered_is_described(
    brand: str, method: str, path: str, request_: dict[str, Any], tiny: Served, document: dict[str, Any]
) -> None:
    status, headers, body = await tiny.ask(method, path.format(brand=brand, name="x"), **request_)
    answers = document["paths"][path][method.lower()]["responses"]

    assert str(status) in answers
    if body is not None:
        [(kind, content)] = answers[str(status)]["content"].items()
        assert headers["Content-Type"].partition(";")[0] == kind
        jsonschema.validate(body, {**content["schema"], "components": document["components"]})
    if status >= 400:
        assert body["code"] in answers[str(status)]["description"]


async def test_the_command_prints_what_is_served_and_needs_no_settings(document: dict[str, Any]) -> None:
    async with running("openapi", environment={"PATH": str(Path(sys.executable).parent)}) as process:
        status, printed = await process.end()

    assert status == 0
    assert json.loads(printed) == document
