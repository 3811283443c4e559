"""What the services have agreed on: who publishes and hears what, the schemas and examples of `shared/events`."""

import importlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from espace_embedded.catalogue import ROOT, events_of
from espace_embedded.state import SERVICES
from service_kit.events import Event
from service_kit.subscriptions import Subscription

EVENTS = ROOT / "shared" / "events"

# Events that are agreed on, and heard, before a use case publishes them. A test holds this list to what the code does.
AGREED_ONLY: dict[str, str] = {}


class _Unopened:
    """Stands where a service's resources would be: its table of subscriptions is read, nothing of it is called."""

    smtp_sessions = 1  # as many loops are made

    def __getattr__(self, _name: str) -> "_Unopened":
        return self


@dataclass(frozen=True)
class Publication:
    """An event and the service that publishes it."""

    service: str
    event: type[Event]

    @property
    def event_type(self) -> str:
        """Return the event's type."""
        return self.event.event_type


@dataclass(frozen=True)
class Hearing:
    """A subscription and the service whose it is."""

    service: str
    subscription: Subscription

    @property
    def event_type(self) -> str:
        """Return the type of the event that is heard."""
        return self.subscription.event_type


def publications() -> list[Publication]:
    """Return every event that is published."""
    return [Publication(service, event) for service in SERVICES for event in events_of(service)]


def hearings() -> list[Hearing]:
    """Return every subscription, as the background process of its service has it."""
    workers = {service: importlib.import_module(f"{service}_service.worker") for service in SERVICES}
    tables = {service: worker.background(_Unopened()).subscriptions for service, worker in workers.items()}
    return [Hearing(service, one) for service, table in tables.items() for one in table]


def schema_of(event_type: str) -> dict[str, Any]:
    """Return the committed schema of an event's data."""
    return _read(EVENTS / f"{event_type}.schema.json")


def sealed_fields_of(event_type: str) -> frozenset[str]:
    """Return the fields that travel sealed, as the committed schema says: what a consumer of any language knows."""
    return frozenset(name for name, part in schema_of(event_type)["properties"].items() if part.get("x-sealed"))


def examples_of(event_type: str) -> dict[str, dict[str, Any]]:
    """Return the committed examples of an event: file name → the whole event, before its personal fields were sealed."""
    return {file.name: _read(file) for file in sorted((EVENTS / f"{event_type}.examples").glob("*.json"))}


def _read(file: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return content
