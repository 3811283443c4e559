"""What signed-in people read of contracts: every GET below /v1/me of the table of routes, so that a new one is measured too.

A read is asked of random members, or, as the 500th page of a list, of the one member who has so many.
"""

import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import aiohttp
from contracts_service.http.endpoints import ENDPOINTS
from contracts_service.settings import ContractsSettings
from service_kit.http.endpoints import Endpoint

from tests.bench.contracts_stock.money import HEAVY
from tests.bench.contracts_stock.people import id_of
from tests.support.contracts_fixtures import TokenSigner

FAR_PAGE = 500
JSON = "application/json"


@dataclass(frozen=True)
class Request:
    """A path as somebody asks for it."""

    path: str
    token: str

    @property
    def raw(self) -> bytes:
        """Return the bytes of the request."""
        return f"GET {self.path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {self.token}\r\n\r\n".encode()


@dataclass(frozen=True)
class Read:
    """One kind of read, and as many different requests for it as are wanted."""

    name: str
    requests: list[Request] = field(repr=False)


def routes() -> list[Endpoint]:
    """Return every read of a signed-in person."""
    return [one for one in ENDPOINTS if one.method == "GET" and one.path.startswith("/v1/me/")]


def is_list(route: Endpoint) -> bool:
    """Tell whether a route answers pages."""
    return route.query is not None and "cursor" in route.query.model_fields


class Members:
    """Random members of a loaded database, and their tokens."""

    def __init__(self, settings: ContractsSettings, keys: Path, *, members: int) -> None:
        self._sign, self._members = TokenSigner(settings, keys), members
        self._chance = random.Random(members)

    def token(self, member_id: UUID) -> str:
        """Return a token of ten minutes."""
        return self._sign(member_id, now=datetime.now(UTC))

    def some(self, count: int) -> list[str]:
        """Return the tokens of random members other than the heavy one."""
        return [self.token(id_of("member", self._chance.randrange(1, self._members))) for _ in range(count)]

    def heavy(self) -> str:
        """Return the token of the member who has most."""
        return self.token(id_of("member", HEAVY))


async def reads_of(url: str, members: Members, *, count: int) -> AsyncIterator[Read | str]:
    """Yield every read with `count` requests, or why a route is none that random members could ask for."""
    async with aiohttp.ClientSession(url) as client:
        for route in routes():
            if route.returns != JSON:
                yield f"{route.path}: {route.returns}"
            elif "{id}" in route.path:
                yield await _one_by_one(client, route, members, count)
            else:
                yield await _whole(client, route, members, count)
                if is_list(route) and (far := await _far_page(client, route, members)) is not None:
                    yield Read(f"{route.path}, page {FAR_PAGE}", [Request(far, members.heavy())] * count)


async def _whole(client: aiohttp.ClientSession, route: Endpoint, members: Members, count: int) -> Read | str:
    tokens = members.some(count)
    if (status := await _status(client, route.path, tokens[0])) != 200:
        return f"{route.path}: {status}"
    return Read(route.path, [Request(route.path, token) for token in tokens])


async def _one_by_one(client: aiohttp.ClientSession, route: Endpoint, members: Members, count: int) -> Read | str:
    """Ask for the first thing on the list of each member, as whoever reads the list does."""
    found, above = [], route.path.partition("/{id}")[0]
    if all(one.path != above for one in routes()):
        return f"{route.path}: there is no list to take an id from"
    for token in members.some(min(count, 200)):
        page = await _json(client, above, token)
        ids = [item["id"] for item in page.get("items", []) if "id" in item]
        if ids:
            found.append(Request(route.path.replace("{id}", ids[0]), token))
    if not found or await _status(client, found[0].path, found[0].token) != 200:
        return f"{route.path}: nothing to read of random members"
    return Read(route.path, (found * (count // len(found) + 1))[:count])


async def _far_page(client: aiohttp.ClientSession, route: Endpoint, members: Members) -> str | None:
    path, token = route.path, members.heavy()
    for _ in range(FAR_PAGE - 1):
        cursor = (await _json(client, path, token)).get("next")
        if cursor is None:
            return None
        path = f"{route.path}?cursor={cursor}"
    return path


async def _status(client: aiohttp.ClientSession, path: str, token: str) -> int:
    async with client.get(path, headers={"Authorization": f"Bearer {token}"}) as response:
        return response.status


async def _json(client: aiohttp.ClientSession, path: str, token: str) -> dict:
    async with client.get(path, headers={"Authorization": f"Bearer {token}"}) as response:
        return dict(await response.json())
