"""An event as it travels, checked against the AsyncAPI document, and as one of its listeners sees it once opened."""

import json
from pathlib import Path
from typing import Any

import orjson
from espace_embedded.catalogue import ROOT
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012
from service_kit.events import Envelope

from tests.support.pacts import Event
from tests.support.parts import OpenedPart, opened_for

DOCUMENT = ROOT / "docs" / "asyncapi.json"


def whole_event_for(consumer: str, provider: OpenedPart, envelope: Envelope) -> Event:
    """Encode an envelope as the relay does, check what travels, and return the event that `consumer` sees."""
    body = orjson.loads(envelope.encode())
    assert faults_on_the_wire(body) == []
    seen = opened_for(provider.world, consumer, envelope)
    return {name: body[name] for name in ("id", "type", "source", "time", "subject")} | {"data": seen}


def faults_on_the_wire(body: dict[str, Any]) -> list[str]:
    """Return what the AsyncAPI document has against a message's body."""
    message = json.loads(DOCUMENT.read_text(encoding="utf-8"))["components"]["messages"][body["type"]]
    schema = {"$id": DOCUMENT.as_uri(), **message["payload"]}
    validator = Draft202012Validator(schema, registry=Registry(retrieve=_retrieve))  # type: ignore[call-arg]
    return [error.message for error in validator.iter_errors(body)]


def _retrieve(uri: str) -> Resource[Any]:
    content = json.loads(Path(uri.removeprefix("file://")).read_text(encoding="utf-8"))
    return Resource.from_contents(content, default_specification=DRAFT202012)
