"""The endpoints of the tiny service, one of each kind: parcels that are asked for, refused, filtered, uploaded."""

import asyncio
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Annotated, ClassVar
from uuid import UUID

from aiohttp import web
from pydantic import BaseModel, Field
from service_kit.events import Event, Sealed
from service_kit.foundation import Foundation
from service_kit.http.bodies import RequestBody, stream_parts
from service_kit.http.endpoints import Answer, Call, Endpoint, Public, SignedIn, Staff
from service_kit.http.problems import ProblemText
from service_kit.personal import Personal
from service_kit.problems import DomainError

CANARY = "canary-of-an-exception"


class Brand(BaseModel):
    """What the tiny service reads of a brand."""

    name: str


@dataclass(frozen=True)
class Tiny:
    """The tiny service's resources."""

    foundation: Foundation
    brands: dict[str, Brand]


class ParcelAsked(Event):
    """A parcel was asked for."""

    event_type: ClassVar[str] = "parcel.asked.v1"
    aggregate: ClassVar[str] = "parcel_id"
    recipients: ClassVar[tuple[str, ...]] = ("tiny",)

    parcel_id: UUID
    number: int
    addressee: Annotated[str, Sealed]


class Refused(DomainError):
    """A refusal that the service maps."""

    code = "parcel-refused"


class RefusedInParticular(Refused):
    """A refusal that nobody mapped by itself."""

    code = "parcel-refused-in-particular"


class Unmapped(DomainError):
    """A refusal that nobody mapped at all."""

    code = "unmapped"


class Line(RequestBody):
    """One line of a parcel."""

    text: str = Field(max_length=20)


class ParcelBody(RequestBody):
    """A body with a field of each kind."""

    number: int = Field(ge=0, le=1_000_000)
    addressee: Personal
    due: date | None = None
    urgent: bool = False
    lines: list[Line] = Field(default=[], max_length=5)


class Kind(Enum):
    """A query parameter of few values."""

    SMALL = "small"
    LARGE = "large"


class Filter(BaseModel):
    """A query."""

    kind: Kind = Kind.SMALL
    name: str = ""
    limit: int = Field(20, ge=1, le=100)


class ParcelAnswer(BaseModel):
    """What is told of a parcel."""

    id: UUID
    number: int
    who: str


async def ask_for_parcel(call: Call[Tiny]) -> Answer:
    """Keep a parcel and tell that it was asked for."""
    body: ParcelBody = call.body
    if body.number == 13:
        raise Refused
    foundation = call.resources.foundation
    parcel_id, event_id = foundation.entropy.new_id(), foundation.entropy.new_id()
    addressee = body.addressee.reveal()
    event = ParcelAsked(version=1, parcel_id=parcel_id, number=body.number, addressee=addressee)
    async with foundation.database.transaction() as connection:
        await connection.execute(
            "INSERT INTO parcels VALUES ($1, $2, $3, $4)", parcel_id, call.brand, body.number, addressee
        )
        await foundation.outbox.append(connection, event, event_id=event_id, occurred_at=call.now)
    foundation.wake.call()
    who = str(getattr(call.principal, "account_id", "")) or getattr(call.principal, "subject", "anybody")
    answer = ParcelAnswer(id=parcel_id, number=body.number, who=who)
    return Answer(answer, status=201, headers={"Location": f"/v1/parcels/{parcel_id}"})


async def show_filter(call: Call[Tiny]) -> Answer:
    """Answer the query, with a round trip to the database."""
    query: Filter = call.query
    async with call.resources.foundation.database.connection() as connection:
        name = await connection.fetchval("SELECT $1::text", query.name)
    return Answer({"kind": query.kind.value, "name": name, "limit": query.limit, "brand": call.brand})


async def show_path(call: Call[Tiny]) -> Answer:
    """Answer a part of the path, with a round trip to the database."""
    async with call.resources.foundation.database.connection() as connection:
        return Answer({"name": await connection.fetchval("SELECT $1::text", call.path("name"))})


async def do_nothing(_call: Call[Tiny]) -> Answer:
    """Answer nothing."""
    return Answer()


async def answer_empty(_call: Call[Tiny]) -> Answer:
    """Answer an object without members."""
    return Answer({}, status=201)


async def fail(call: Call[Tiny]) -> Answer:
    """Fail in one of several ways."""
    ways: dict[str, Exception] = {
        "mistake": RuntimeError(CANARY),
        "refused": Refused(retry_after=7),
        "in-particular": RefusedInParticular(),
        "unmapped": Unmapped(),
    }
    raise ways[call.path("way")]


async def wait(call: Call[Tiny]) -> Answer:
    """Take half a second."""
    await asyncio.sleep(0.5)
    return Answer({"waited": True})


async def stream(call: Call[Tiny]) -> web.StreamResponse:
    """Answer part by part."""
    response = web.StreamResponse()
    await response.prepare(call.request)
    await response.write(b"part by part")
    await response.write_eof()
    return response


async def upload(call: Call[Tiny]) -> Answer:
    """Count the bytes of an upload."""
    size = 0
    async for part in stream_parts(call.request, limit=300_000, idle_seconds=2):
        size += len(part)
    return Answer({"size": size})


async def who_am_i(call: Call[Tiny]) -> Answer:
    """Answer who calls, and for which brand."""
    who = str(getattr(call.principal, "account_id", "")) or getattr(call.principal, "subject", "")
    return Answer({"who": who, "brand": call.brand})


def _endpoint(method: str, path: str, operation: str, handler, access=None, **more) -> Endpoint:
    return Endpoint(method, path, operation, operation.replace("_", " "), handler, access or Public(), **more)


ASKED = {"body": ParcelBody, "answer": ParcelAnswer, "status": 201, "once": True, "problems": (Refused,)}

ENDPOINTS = [
    _endpoint("POST", "/v1/{brand}/parcels", "ask_for_parcel", ask_for_parcel, **ASKED),
    _endpoint("POST", "/v1/{brand}/parcels/{number}/copies", "copy_parcel", answer_empty, once=True, status=201),
    _endpoint("GET", "/v1/{brand}/filter", "show_filter", show_filter, query=Filter),
    _endpoint("GET", "/v1/{brand}/names/{name}", "show_path", show_path),
    _endpoint("DELETE", "/v1/{brand}/names/{name}", "do_nothing", do_nothing, status=204),
    _endpoint("GET", "/v1/{brand}/failures/{way}", "fail", fail),
    _endpoint("GET", "/v1/{brand}/wait", "wait", wait),
    _endpoint("GET", "/v1/{brand}/stream", "stream", stream, returns="application/octet-stream"),
    _endpoint("POST", "/v1/{brand}/uploads", "upload", upload, streams=("application/x-ndjson",)),
    _endpoint("GET", "/v1/me", "show_me", who_am_i, SignedIn()),
    _endpoint("POST", "/v1/me/parcels", "ask_for_my_parcel", ask_for_parcel, SignedIn(), **ASKED),
    _endpoint("GET", "/v1/{brand}/me", "show_me_here", who_am_i, SignedIn()),
    _endpoint("GET", "/v1/me/parcels", "show_my_parcels", who_am_i, SignedIn(("parcels", "parcels.read"))),
    _endpoint("GET", "/v1/{brand}/staff", "show_staff", who_am_i, Staff(("adviser", "operator"))),
    _endpoint("GET", "/v1/print-batches", "show_batches", who_am_i, Staff(("print-operator",))),
]
PROBLEMS = {Refused: ProblemText(409, "Refused", "Ce colis n’est pas accepté.")}
