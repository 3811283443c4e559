"""Health, readiness and metrics: for orchestrators and operators, never through the gateway.

Readiness is 503 only when the service cannot answer (its database is away, or it is stopping). A broker that is away makes
it `degraded`: requests are answered as before and everything is delivered later.
"""

import asyncio
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

import orjson
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from service_kit import outbox
from service_kit.database import UNAVAILABLE, Database

LATE_SECONDS = 30.0

Check = Callable[[], Awaitable[bool]]


class Health:
    """What one process knows of its own state."""

    def __init__(self, database: Database, *, broker_answers: Check) -> None:
        self._database, self._broker_answers = database, broker_answers
        self.stopping = False

    def watch_consumers(self, live: Callable[[], bool]) -> None:
        """Call the broker up only while the consumers are live too: a port may answer where a queue is gone."""
        port_answers = self._broker_answers

        async def answers() -> bool:
            return live() and await port_answers()

        self._broker_answers = answers

    async def report(self) -> tuple[int, dict[str, object]]:
        """Return the status code and what is up, down or late."""
        database_up, broker_up = await asyncio.gather(self._database.answers(), self._broker_answers())
        oldest = await self._oldest() if database_up else None
        late = oldest is not None and oldest > LATE_SECONDS
        status = (
            "unavailable" if self.stopping or not database_up else "ready" if broker_up and not late else "degraded"
        )
        checks = {
            "database": "up" if database_up else "down",
            "broker": "up" if broker_up else "down",
            "outbox": "unknown" if oldest is None else "late" if late else "up",
        }
        return (503 if status == "unavailable" else 200), {
            "status": status,
            "checks": checks,
            "outbox_oldest_seconds": None if oldest is None else round(oldest, 1),
        }

    async def _oldest(self) -> float | None:
        try:
            async with self._database.connection() as connection:
                return await outbox.oldest_age_seconds(connection)
        except UNAVAILABLE:
            return None

    async def live(self, _request: web.Request) -> web.Response:
        """Answer while the event loop turns."""
        return web.json_response({"status": "live"})

    async def ready(self, _request: web.Request) -> web.Response:
        """Answer the report."""
        status, content = await self.report()
        return web.Response(status=status, body=orjson.dumps(content), content_type="application/json")

    def routes(self) -> list[web.RouteDef]:
        """Return /health/live, /health/ready and /metrics."""
        return [web.get("/health/live", self.live), web.get("/health/ready", self.ready), web.get("/metrics", _metrics)]


async def _metrics(_request: web.Request) -> web.Response:
    return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})


def port_answers(url: str) -> Check:
    """Return a check that opens a TCP connection to the host of `url` within half a second."""
    parts = urlsplit(url)
    port = parts.port or (5671 if parts.scheme == "amqps" else 5672)

    async def check() -> bool:
        try:
            async with asyncio.timeout(0.5):
                _, writer = await asyncio.open_connection(parts.hostname, port)
        except (OSError, TimeoutError):
            return False
        writer.close()
        return True

    return check
