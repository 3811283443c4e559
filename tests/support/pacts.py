"""Message pacts: what a consumer expects of an event, as a file that the provider's own test verifies.

A consumer's test gives `Expectation`s, lets its real reader and handler hear each example, and compares the committed file
with what it expects now; `WRITE_PACTS=1` writes the file instead. The event in a pact is the whole one, before sealing.
"""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar
from uuid import NAMESPACE_URL, uuid5

os.environ["PACT_DO_NOT_TRACK"] = "true"  # pact's library reports its use to its makers otherwise

from pact import Pact, Verifier, match
from pact.types import Message
from pydantic import BaseModel
from service_kit.broker import Verdict

CONTRACTS = Path(__file__).parents[1] / "pacts" / "contracts"
CONTENT_TYPE = "application/cloudevents+json"
SECONDS = 20
STALE = "WRITE_PACTS=1 python -m pytest tests/pacts -k committed writes the file; the provider's test must keep it"

Event = dict[str, Any]
Result = TypeVar("Result")


@dataclass(frozen=True)
class Expectation:
    """One event as a consumer expects it: in which state of the provider, and each field that the consumer reads."""

    description: str
    state: str
    event_type: str
    data: dict[str, Any]

    def whole(self, provider: str) -> dict[str, Any]:
        """Return the envelope around `data`, with matchers."""
        return {
            "id": match.uuid(str(uuid5(NAMESPACE_URL, self.description))),
            "type": self.event_type,
            "source": f"/{provider}",
            "time": an_instant("2026-11-02T08:15:30.120000Z"),
            "subject": match.regex("thing/1", regex=r"[a-z]+/.+"),
            "data": self.data,
        }


def an_id(example: str) -> Any:
    """Match a UUID."""
    return match.uuid(example)


def a_day(example: str) -> Any:
    """Match YYYY-MM-DD, a partial date of birth included."""
    return match.regex(example, regex=r"\d{4}-\d{2}-\d{2}")


def an_instant(example: str) -> Any:
    """Match an instant in UTC (RFC 3339)."""
    return match.regex(example, regex=r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|\+00:00)")


def pact_of(consumer: str, provider: str, expectations: Iterable[Expectation]) -> Pact:
    """Return the pact of these expectations."""
    pact = Pact(consumer, provider).with_specification("V4")
    for one in expectations:
        interaction = pact.upon_receiving(one.description, "Async").given(one.state)
        interaction.with_body(one.whole(provider), CONTENT_TYPE).with_metadata({"contentType": CONTENT_TYPE})
    return pact


async def heard_by(pact: Pact, hear: Callable[[Event], Awaitable[Verdict]]) -> list[Event]:
    """Let `hear` have the example of every interaction of a pact, and return them; each must be done at once."""
    loop = asyncio.get_running_loop()
    heard: list[Event] = []

    def handle(body: Any, _metadata: Any) -> None:
        heard.append(json.loads(str(body)))
        verdict = asyncio.run_coroutine_threadsafe(_awaited(hear(heard[-1])), loop).result(SECONDS)
        assert verdict is Verdict.DONE

    await asyncio.to_thread(pact.verify, handle, "Async")
    return heard


async def _awaited(waiting: Awaitable[Result]) -> Result:
    return await waiting


def contract_file(consumer: str, provider: str) -> Path:
    """Return where a pact is committed."""
    return CONTRACTS / f"{consumer}-{provider}.json"


def committed(consumer: str, provider: str) -> dict[str, Any]:
    """Return a committed pact, without the versions of the library that wrote it."""
    return _read(contract_file(consumer, provider))


def written(pact: Pact) -> dict[str, Any]:
    """Return a pact as a file holds it now; with WRITE_PACTS set, commit it."""
    if os.environ.get("WRITE_PACTS"):
        CONTRACTS.mkdir(exist_ok=True)
        pact.write_file(CONTRACTS, overwrite=True)
        return committed(pact.consumer, pact.provider)
    with TemporaryDirectory() as folder:
        pact.write_file(Path(folder), overwrite=True)
        return _read(Path(folder) / f"{pact.consumer}-{pact.provider}.json")


def _read(file: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return {name: value for name, value in content.items() if name != "metadata"}


async def verify(consumer: str, provider: str, publish: Callable[[str, str], Awaitable[Event]]) -> None:
    """Verify a committed pact: `publish(state, event_type)` makes the provider publish, and returns the event opened."""
    types = {
        one["description"]: one["contents"]["content"]["type"] for one in committed(consumer, provider)["interactions"]
    }
    loop, states = asyncio.get_running_loop(), [""]

    def state_handler(state: str) -> None:
        states.append(state)  # and never more: a state handler that raises hangs the verifier

    def message_handler(name: str) -> Message:
        event = asyncio.run_coroutine_threadsafe(_awaited(publish(states[-1], types[name])), loop).result(SECONDS)
        contents = json.dumps(event, ensure_ascii=False).encode()
        return Message(contents=contents, metadata={"contentType": CONTENT_TYPE}, content_type=CONTENT_TYPE)

    verifier = Verifier(provider).set_request_timeout(SECONDS * 1000).set_coloured_output(enabled=False)
    verifier.message_handler(message_handler).state_handler(state_handler, teardown=False)
    verifier.add_source(contract_file(consumer, provider))
    try:
        async with asyncio.timeout(3 * SECONDS):
            await asyncio.to_thread(verifier.verify)
    finally:
        _close_servers(verifier)


def _close_servers(verifier: Verifier) -> None:
    # The verifier's own little servers stop without closing their sockets, which is an error in our tests.
    for part in vars(verifier).values():
        server = getattr(part, "_server", None)
        if server is not None:
            server.server_close()


def fields_read(reader: type[BaseModel]) -> dict[str, Any]:
    """Return what a reader reads: field → None, or the same of what lies inside."""
    return {name: _inside(field.annotation) for name, field in reader.model_fields.items()}


def _inside(annotation: Any) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return fields_read(annotation)
    found = [_inside(argument) for argument in getattr(annotation, "__args__", ())]
    return next((one for one in found if one), None)


def fields_told(contract: dict[str, Any]) -> dict[str, Any]:
    """Return what a pact tells of each event, over all its interactions: type → field → None, or the same inside."""
    told: dict[str, Any] = {}
    for interaction in contract["interactions"]:
        event = interaction["contents"]["content"]
        told[event["type"]] = _merged(told.get(event["type"]), _fields(event["data"]))
    return told


def _fields(value: Any) -> Any:
    if isinstance(value, list):
        value = value[0] if value else None
    return {name: _fields(part) for name, part in value.items()} if isinstance(value, dict) else None


def _merged(one: Any, other: Any) -> Any:
    if one is None or other is None:
        return other if one is None else one
    return {name: _merged(one.get(name), other.get(name)) for name in {**one, **other}}
