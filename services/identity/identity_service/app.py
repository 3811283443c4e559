"""The HTTP process of identity."""

import asyncio

from aiohttp import web
from service_kit.http.application import Service, build_application
from service_kit.process import serve

from identity_service.http.endpoints import ENDPOINTS
from identity_service.http.extensions import extensions_of
from identity_service.http.problems import PROBLEMS
from identity_service.resources import SERVICE, Identity, open_identity
from identity_service.settings import IdentitySettings


def application(identity: Identity) -> web.Application:
    """Return the application: the table of endpoints over identity's resources."""
    foundation = identity.foundation
    return build_application(
        Service(
            name=SERVICE,
            endpoints=ENDPOINTS,
            resources=identity,
            problems=PROBLEMS,
            brands=identity.brands,
            authentication=foundation.authentication,
            clock=foundation.clock,
            health=foundation.health,
            idempotency=foundation.idempotency,
            problem_extension=extensions_of(identity.brands),
            trusted_proxies=identity.settings.trusted_proxies,
        )
    )


async def main(settings: IdentitySettings, stop: asyncio.Event) -> None:
    """Serve until `stop`."""
    async with open_identity(settings) as identity:
        await serve(identity.foundation, application(identity), stop)
