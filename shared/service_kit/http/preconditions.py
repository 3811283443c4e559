"""Changes that hold only for what their sender has seen: ETag and If-Match (RFC 9110 § 13.1.1), so that none is lost.

The tag says whether two representations are the same to the byte, so it is a strong one, and a weak one never fits. An endpoint
that wants If-Match says `conditional=True`.
"""

from collections.abc import Mapping
from typing import Any

import orjson

from service_kit.http.endpoints import Answer, Call
from service_kit.http.problems import ChangedMeanwhile, PreconditionRequired
from service_kit.key_rings import Digests

TAG_CHARACTERS = 32


class Tags:
    """Writes the tags of one service's representations: keyed, since they are seen where their content is not."""

    def __init__(self, digests: Digests) -> None:
        self._digests = digests

    def of(self, content: Mapping[str, Any]) -> str:
        """Return the tag of a JSON value, without its quotes."""
        return self._digests.of_bytes(orjson.dumps(content)).hex()[:TAG_CHARACTERS]


class Seen:
    """What the sender of a change has seen: one of some representations, or any (`*`)."""

    def __init__(self, tags: frozenset[str]) -> None:
        self._tags = tags

    def require(self, tag: str) -> None:
        """Raise ChangedMeanwhile unless `tag` is one of those that the sender has seen."""
        if not self._tags & {tag, "*"}:
            raise ChangedMeanwhile


def seen_by(call: Call[Any]) -> Seen:
    """Return what If-Match says; raise PreconditionRequired where there is none."""
    if "If-Match" not in call.request.headers:
        raise PreconditionRequired
    return Seen(frozenset(one.value for one in call.request.if_match or () if not one.is_weak))


def tagged(body: Mapping[str, Any], tag: str) -> Answer:
    """Return the answer that shows `body` and its tag."""
    return Answer(body, headers={"ETag": f'"{tag}"'})
