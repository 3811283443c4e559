"""Readiness of the whole embedded space: /health/live and /health/ready on its one port, the worst of the four services."""

import asyncio

from aiohttp import web
from service_kit.http.health import Health

ORDER = ("ready", "degraded", "unavailable")


class Readiness:
    """Asks every service."""

    def __init__(self, parts: dict[str, Health]) -> None:
        self._parts = parts

    async def live(self, _request: web.Request) -> web.Response:
        """Answer while the event loop turns."""
        return web.json_response({"status": "live"})

    async def ready(self, _request: web.Request) -> web.Response:
        """Answer the worst status, and each service's report."""
        reports = dict(
            zip(self._parts, await asyncio.gather(*(one.report() for one in self._parts.values())), strict=True)
        )
        worst = max((str(report["status"]) for _, report in reports.values()), key=ORDER.index)
        content = {"status": worst, "services": {name: report for name, (_, report) in reports.items()}}
        return web.json_response(content, status=max(status for status, _ in reports.values()))

    def routes(self) -> list[web.RouteDef]:
        """Return the two routes."""
        return [web.get("/health/live", self.live), web.get("/health/ready", self.ready)]
