"""Answers that lie ready, and that caches may keep: the same bytes for everybody, until what they say changes."""

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import orjson
from aiohttp import web

JSON = "application/json"
NO_HEADERS: Mapping[str, str] = MappingProxyType({})

if TYPE_CHECKING:
    from service_kit.http.endpoints import Call


@dataclass(frozen=True)
class LastingAnswer:
    """A JSON answer, written once. How long it may be kept without asking is its endpoint's `lasts_seconds`."""

    body: bytes
    tag: str

    @classmethod
    def of(cls, content: Any) -> "LastingAnswer":
        """Return the answer that says `content`, a JSON value."""
        body = orjson.dumps(content)
        return cls(body, hashlib.sha256(body).hexdigest()[:32])

    def response(
        self, request: web.BaseRequest, *, seconds: int, headers: Mapping[str, str] = NO_HEADERS
    ) -> web.Response:
        """Return the response, without the body where the caller has it (RFC 9110 § 13.1.2, RFC 9111 § 5.2.2).

        With 0 `seconds` nobody may keep it: it only lies ready here.
        """
        if seconds == 0:
            return web.Response(body=self.body, headers={**headers, "Content-Type": JSON})
        lasting = {**headers, "Cache-Control": f"public, max-age={seconds}", "ETag": f'"{self.tag}"'}
        known = (request.if_none_match or ()) if "If-None-Match" in request.headers else ()
        if any(one.value in (self.tag, "*") for one in known):  # a cache on the way may have made the tag a weak one
            return web.Response(status=304, headers=lasting)
        return web.Response(body=self.body, headers={**lasting, "Content-Type": JSON})


@dataclass(frozen=True)
class Prepared:
    """A handler whose answer depends on the brand alone: `make(resources, brand)` is asked once, unless the answer `changes`.

    Nobody's request is told from another's, so that it needs no trace and no line in the logs: it is only counted.
    """

    make: Callable[[Any, str], LastingAnswer]
    changes: bool = False

    async def __call__(self, call: "Call[Any]") -> LastingAnswer:
        """Answer."""
        return self.make(call.resources, call.brand)

    def lying_ready(self, resources: Any, brands: Collection[str]) -> Callable[[str], LastingAnswer]:
        """Return brand → answer ("" where the path names none)."""
        if self.changes:
            return lambda brand: self.make(resources, brand)
        return {brand: self.make(resources, brand) for brand in brands}.__getitem__
