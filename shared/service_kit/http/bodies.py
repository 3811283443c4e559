"""Request bodies: read with a limit, parsed with a depth limit, checked for characters that no person types, then typed."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any, TypeVar

import orjson
from aiohttp import web
from pydantic import BaseModel, ConfigDict, ValidationError

from service_kit.field_problems import DUPLICATE, field_problems, forbidden_character_fields, printable_name
from service_kit.http.problems import (
    BodyTooDeep,
    BodyTooLarge,
    BodyTruncated,
    InvalidRequest,
    MalformedJson,
    UnknownField,
)
from service_kit.problems import FieldProblem

DEPTH = 32
LIMIT = 64 * 1024
WHOLE_BODY_SECONDS = 20.0  # who takes longer for 64 KiB dawdles on purpose

Body = TypeVar("Body", bound=BaseModel)


class RequestBody(BaseModel):
    """A request body: strict types, no unknown field."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


async def read_bytes(request: web.Request, *, limit: int = LIMIT) -> bytes:
    """Read the whole body; raise BodyTooLarge as soon as it exceeds `limit` bytes, BodyTruncated when it breaks off."""
    try:
        async with (
            asyncio.timeout(WHOLE_BODY_SECONDS),
            aclosing(stream_parts(request, limit=limit, idle_seconds=WHOLE_BODY_SECONDS)) as parts,
        ):
            return b"".join([part async for part in parts])
    except TimeoutError:
        raise BodyTruncated from None


async def stream_parts(request: web.Request, *, limit: int, idle_seconds: float) -> AsyncGenerator[bytes, None]:
    """Yield the body part by part, as it comes and never whole.

    Raises BodyTooLarge beyond `limit` bytes; BodyTruncated when it breaks off, or when no byte comes for `idle_seconds`:
    of a chunk whose length cannot be read, aiohttp's parser says nothing to whoever waits for the body.
    """
    if (request.content_length or 0) > limit:
        raise BodyTooLarge
    await _let_continue(request)
    size = 0
    while True:
        try:
            async with asyncio.timeout(idle_seconds):
                part = await request.content.readany()
        except (web.RequestPayloadError, OSError):  # TimeoutError is an OSError
            raise BodyTruncated from None
        if not part:
            return
        size += len(part)
        if size > limit:
            raise BodyTooLarge
        yield part


async def _let_continue(request: web.Request) -> None:
    """Tell a client that waits for it that its body is wanted (RFC 9110 § 10.1.1): whoever is refused sends nothing."""
    if request.headers.get("Expect", "").lower() == "100-continue" and request.version >= (1, 1):
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0  # the answer itself has not begun


def parse_json(raw: bytes) -> Any:
    """Parse JSON; raise MalformedJson, BodyTooDeep beyond DEPTH levels, InvalidRequest for a field that is given twice."""
    # Brackets in strings only make the count too high; the exact count is needed only then.
    try:
        content = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        too_deep = "depth limit" in str(error) or "recursion" in str(error).lower()  # orjson 3.13, and before
        raise (BodyTooDeep if too_deep else MalformedJson) from None
    if raw.count(b"[") + raw.count(b"{") > DEPTH and _is_too_deep(content):
        raise BodyTooDeep
    _DUPLICATES.decode(raw.decode())
    return content


def _refuse_duplicates(pairs: list[tuple[str, Any]]) -> None:
    # orjson takes the last of two; whoever looked at the body before us may have taken the first.
    if len(pairs) > 1 and len({name for name, _ in pairs}) < len(pairs):
        [(name, _)] = Counter(name for name, _ in pairs).most_common(1)
        raise InvalidRequest(fields=(FieldProblem(printable_name(name), *DUPLICATE),))


# Numbers are not looked at: one of many digits would be an error here.
_DUPLICATES = json.JSONDecoder(object_pairs_hook=_refuse_duplicates, parse_int=len, parse_float=len)


def _is_too_deep(content: Any) -> bool:
    level = [content]
    for _ in range(DEPTH + 1):
        level = [
            child
            for value in level
            if isinstance(value, (dict, list))
            for child in (value.values() if isinstance(value, dict) else value)
        ]
    return bool(level)


def typed(content: Any, model: type[Body]) -> Body:
    """Validate parsed JSON as `model`."""
    if bad := forbidden_character_fields(content):
        raise InvalidRequest(fields=bad)
    try:
        # Strict JSON mode: dates may be strings, numbers may not.
        return model.model_validate_json(orjson.dumps(content))
    except ValidationError as error:
        fields = field_problems(error)
        only_unknown = all(field.code == "unknown-field" for field in fields)
        raise (UnknownField if only_unknown else InvalidRequest)(fields=fields) from None
