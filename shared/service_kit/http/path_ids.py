"""The id in a path."""

from typing import Any
from uuid import UUID

from service_kit.http.endpoints import Call
from service_kit.http.problems import NotFound


def id_of(call: Call[Any]) -> UUID:
    """Return the id that the path names; raise NotFound when it is none, or is not written in the one way that ids are."""
    text = call.path("id")
    try:
        found = UUID(text)
    except ValueError:
        raise NotFound from None
    if str(found) != text:  # UUID() also takes braces and urn:uuid:; one thing has one address
        raise NotFound
    return found
