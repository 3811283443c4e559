"""What is generated from the code is what the code makes now, and it is what it claims to be."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from espace_embedded.catalogue import ROOT, stale_files
from jsonschema import Draft202012Validator
from jsonschema_rs import ValidationError

from tests.support.agreements import hearings, publications

ASYNCAPI: dict[str, Any] = json.loads((ROOT / "docs" / "asyncapi.json").read_text(encoding="utf-8"))


def references(value: Any) -> Iterator[str]:
    """Yield every $ref in a document."""
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from references(one)


def resolved(reference: str, document: Path) -> Any:
    """Return what a reference in `document` points to."""
    file, _, pointer = reference.partition("#")
    found = json.loads(((document.parent / file) if file else document).read_text(encoding="utf-8"))
    for step in pointer.strip("/").split("/"):
        found = found[step.replace("~1", "/").replace("~0", "~")]
    return found


def test_no_generated_file_is_stale():
    assert sorted(map(str, stale_files())) == [], "run `make schemas` and commit what it writes"


@pytest.mark.parametrize("file", sorted((ROOT / "docs").rglob("*.json")), ids=lambda file: file.name)
def test_every_reference_of_a_document_leads_somewhere(file: Path):
    found = list(references(json.loads(file.read_text(encoding="utf-8"))))

    assert found
    assert all(resolved(reference, file) is not None for reference in found)


def test_the_asyncapi_document_has_the_parts_that_version_3_asks_for():
    assert re.fullmatch(r"3\.\d+\.\d+", ASYNCAPI["asyncapi"])
    assert {"title", "version"} <= ASYNCAPI["info"].keys()
    assert ASYNCAPI.keys() <= {"asyncapi", "info", "defaultContentType", "channels", "operations", "components"}
    for channel in ASYNCAPI["channels"].values():
        assert channel.keys() == {"address", "messages"}
    for operation in ASYNCAPI["operations"].values():
        assert operation["action"] in ("send", "receive")
        assert operation["channel"]["$ref"].removeprefix("#/channels/") in ASYNCAPI["channels"]


def test_the_asyncapi_document_says_who_sends_and_who_hears_each_event():
    sends = {f"{one.service}.publishes.{one.event_type}" for one in publications()}
    hears = {f"{one.service}.hears.{one.event_type}" for one in hearings()}

    assert ASYNCAPI["operations"].keys() == sends | hears


@pytest.mark.parametrize("name", ASYNCAPI["components"]["messages"])
def test_a_messages_payload_is_a_json_schema_with_the_sealed_fields_left_out(name: str):
    payload = ASYNCAPI["components"]["messages"][name]["payload"]
    Draft202012Validator.check_schema(payload)
    whole = json.loads((ROOT / "shared" / "events" / f"{name}.schema.json").read_text(encoding="utf-8"))
    sealed = {field for field, part in whole["properties"].items() if part.get("x-sealed")}

    assert payload["properties"]["data"]["properties"].keys() == whole["properties"].keys() - sealed
    assert ("sealed" in payload["properties"]) == bool(sealed)
    assert ("sealed" in payload["required"]) == bool(sealed & set(whole["required"]))


@pytest.mark.parametrize("file", sorted((ROOT / "docs" / "openapi").glob("*.json")), ids=lambda file: file.stem)
def test_an_openapi_document_is_valid_openapi(file: Path):
    document = json.loads(file.read_text(encoding="utf-8"))
    schemathesis.openapi.from_dict(document).validate()
    del document["paths"][next(iter(document["paths"]))]["get"]["responses"]["200"]["description"]

    with pytest.raises(ValidationError):
        schemathesis.openapi.from_dict(document).validate()
