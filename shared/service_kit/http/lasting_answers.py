"""Answers that caches may keep: the same bytes for everybody, until what they say changes."""

import hashlib
from dataclasses import dataclass
from typing import Any

import orjson
from aiohttp import web


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

    def response(self, request: web.BaseRequest, *, seconds: int) -> web.Response:
        """Return the response, without the body where the caller has it (RFC 9110 § 13.1.2, RFC 9111 § 5.2.2)."""
        headers = {"Cache-Control": f"public, max-age={seconds}", "ETag": f'"{self.tag}"'}
        known = request.if_none_match or ()
        if any(one.value in (self.tag, "*") for one in known):  # a cache on the way may have made the tag a weak one
            return web.Response(status=304, headers=headers)
        return web.Response(body=self.body, content_type="application/json", headers=headers)
