"""The HTTP process of documents."""

import asyncio

from aiohttp import web
from service_kit.http.application import Service, build_application
from service_kit.process import serve

from documents_service.http.endpoints import ENDPOINTS
from documents_service.http.problems import PROBLEMS
from documents_service.resources import SERVICE, Documents, open_documents
from documents_service.settings import DocumentsSettings


def application(documents: Documents) -> web.Application:
    """Return the application: the table of endpoints over documents's resources."""
    foundation = documents.foundation
    return build_application(
        Service(
            name=SERVICE,
            endpoints=ENDPOINTS,
            resources=documents,
            problems=PROBLEMS,
            brands=documents.brands,
            authentication=foundation.authentication,
            clock=foundation.clock,
            health=foundation.health,
            idempotency=foundation.idempotency,
        )
    )


async def main(settings: DocumentsSettings, stop: asyncio.Event) -> None:
    """Serve until `stop`."""
    async with open_documents(settings) as documents:
        await serve(documents.foundation, application(documents), stop)
