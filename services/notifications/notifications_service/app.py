"""The HTTP process of notifications."""

import asyncio

from aiohttp import web
from service_kit.http.application import Service, build_application
from service_kit.process import serve

from notifications_service.http.endpoints import ENDPOINTS
from notifications_service.http.problems import PROBLEMS
from notifications_service.resources import SERVICE, Notifications, open_notifications
from notifications_service.settings import NotificationsSettings


def application(notifications: Notifications) -> web.Application:
    """Return the application: the table of endpoints over notifications' resources."""
    foundation = notifications.foundation
    return build_application(
        Service(
            name=SERVICE,
            endpoints=ENDPOINTS,
            resources=notifications,
            problems=PROBLEMS,
            brands=notifications.brands,
            authentication=foundation.authentication,
            clock=foundation.clock,
            health=foundation.health,
            idempotency=foundation.idempotency,
        )
    )


async def main(settings: NotificationsSettings, stop: asyncio.Event) -> None:
    """Serve until `stop`."""
    async with open_notifications(settings) as notifications:
        await serve(notifications.foundation, application(notifications), stop)
