"""The HTTP process of contracts."""

import asyncio

from aiohttp import web
from service_kit.http.application import Service, build_application
from service_kit.process import serve

from contracts_service.http.endpoints import ENDPOINTS
from contracts_service.http.problems import PROBLEMS
from contracts_service.resources import SERVICE, Contracts, open_contracts
from contracts_service.settings import ContractsSettings


def application(service: Contracts) -> web.Application:
    """Return the application: the table of endpoints over contracts' resources."""
    foundation = service.foundation
    return build_application(
        Service(
            name=SERVICE,
            endpoints=ENDPOINTS,
            resources=service,
            problems=PROBLEMS,
            brands=service.brands,
            authentication=foundation.authentication,
            clock=foundation.clock,
            health=foundation.health,
            idempotency=foundation.idempotency,
            trusted_proxies=service.settings.trusted_proxies,
        )
    )


async def main(settings: ContractsSettings, stop: asyncio.Event) -> None:
    """Serve until `stop`."""
    async with open_contracts(settings) as service:
        await serve(service.foundation, application(service), stop)
