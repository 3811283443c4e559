"""An endpoint: one row of a service's table of routes, from which routing, access, checks and OpenAPI are made."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from aiohttp import web
from pydantic import BaseModel

from service_kit.access_tokens import MemberPrincipal, StaffPrincipal
from service_kit.http.client_address import Address
from service_kit.http.lasting_answers import LastingAnswer
from service_kit.problems import DomainError

Resources = TypeVar("Resources")


@dataclass(frozen=True)
class Public:
    """Anybody may call."""


@dataclass(frozen=True)
class SignedIn:
    """A member's access token is needed; one that names at least one of `scopes`, where there are some (RFC 6749 § 3.3)."""

    scopes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Staff:
    """A staff token of the brand in the path, with one of `roles`, is needed."""

    roles: tuple[str, ...]


Access = Public | SignedIn | Staff


@dataclass
class Call(Generic[Resources]):
    """One request, checked as its endpoint says: what a handler gets."""

    resources: Resources
    request: web.Request
    now: datetime
    brand: str  # of the path, or of the token; empty where there is neither
    body: Any  # the endpoint's model, or None
    query: Any  # the endpoint's model, or None
    principal: MemberPrincipal | StaffPrincipal | None
    client_address: Address  # of whoever stands in front of the proxies that are trusted; never kept or logged as it is

    @property
    def member(self) -> MemberPrincipal:
        """Return the signed-in member (only on SignedIn endpoints)."""
        assert isinstance(self.principal, MemberPrincipal)
        return self.principal

    @property
    def staff(self) -> StaffPrincipal:
        """Return the member of staff (only on Staff endpoints)."""
        assert isinstance(self.principal, StaffPrincipal)
        return self.principal

    def path(self, name: str) -> str:
        """Return a path parameter."""
        return self.request.match_info[name]


@dataclass(frozen=True)
class Answer:
    """What a handler returns: a model or a JSON value, or nothing (204)."""

    body: BaseModel | Mapping[str, Any] | list[Any] | None = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    def json_value(self) -> Any:
        """Return the body as a JSON value."""
        return self.body.model_dump(mode="json") if isinstance(self.body, BaseModel) else self.body


BODY_TYPES = ("application/json",)
PATCH_TYPES = (*BODY_TYPES, "application/merge-patch+json")  # RFC 7396

Handler = Callable[[Call[Any]], Awaitable[Answer | LastingAnswer | web.StreamResponse]]


@dataclass(frozen=True)
class Endpoint:
    """One route. `problems` lists the refusals of its own; those that any endpoint may give are added by the kit."""

    method: str
    path: str
    operation: str
    summary: str
    handler: Handler
    access: Access
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    answer: type[BaseModel] | None = None
    status: int = 200
    other_statuses: tuple[int, ...] = ()  # further successes, with the same `answer`
    problems: tuple[type[DomainError], ...] = ()
    streams: tuple[str, ...] = ()  # content types of a body that the handler reads by itself, part by part
    returns: str = "application/json"
    # Honours Idempotency-Key; the answer must hold no secret, since it is kept for a day. Where the handler `streams` the
    # body, only the handler can tell whether it is the same one: it keeps the key and the body's digest by itself.
    once: bool = False
    lasts_seconds: int = 0  # caches may keep the LastingAnswer for so long, then ask again with its ETag
    conditional: bool = False  # the handler wants If-Match, and answers with an ETag (`preconditions`)
    headers: Mapping[str, str] = field(
        default_factory=dict
    )  # that the handler wants: name → what it holds, for OpenAPI
    description: str = ""  # for OpenAPI: what the summary has no room for

    @property
    def body_types(self) -> tuple[str, ...]:
        """Return the content types that a body may have; none where there is no body."""
        if self.streams or self.body is None:
            return self.streams
        return PATCH_TYPES if self.method == "PATCH" else BODY_TYPES
