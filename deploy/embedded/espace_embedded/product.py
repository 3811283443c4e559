"""The four services in one process: their settings from the state directory, their applications behind one port.

Nothing here knows what a service does: each is opened, migrated, mounted and set to work by the same four names that its
own processes use.
"""

import re
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import contracts_service.app
import contracts_service.resources
import contracts_service.worker
import documents_service.app
import documents_service.resources
import documents_service.worker
import identity_service.app
import identity_service.resources
import identity_service.worker
import notifications_service.app
import notifications_service.resources
import notifications_service.worker
from aiohttp import web
from contracts_service.settings import ContractsSettings
from documents_service.settings import DocumentsSettings
from identity_service.settings import IdentitySettings
from notifications_service.settings import NotificationsSettings
from service_kit.background import Background
from service_kit.foundation import Foundation
from service_kit.http.application import SECURITY_HEADERS
from service_kit.http.problems import KIT_PROBLEMS, NotFound, problem_response
from service_kit.settings import ServiceSettings

from espace_embedded.state import State

NEVER_THROUGH_THE_GATEWAY = re.compile(r"/api/[^/]+/(health|metrics)(/|$)")


@dataclass(frozen=True)
class Part:
    """One service, by the names that all services share."""

    name: str
    settings: type[ServiceSettings]
    open: Callable[..., AbstractAsyncContextManager[Any]]
    migrations: Path
    app: ModuleType
    worker: ModuleType


PARTS = (
    Part(
        "identity",
        IdentitySettings,
        identity_service.resources.open_identity,
        identity_service.resources.MIGRATIONS,
        identity_service.app,
        identity_service.worker,
    ),
    Part(
        "contracts",
        ContractsSettings,
        contracts_service.resources.open_contracts,
        contracts_service.resources.MIGRATIONS,
        contracts_service.app,
        contracts_service.worker,
    ),
    Part(
        "notifications",
        NotificationsSettings,
        notifications_service.resources.open_notifications,
        notifications_service.resources.MIGRATIONS,
        notifications_service.app,
        notifications_service.worker,
    ),
    Part(
        "documents",
        DocumentsSettings,
        documents_service.resources.open_documents,
        documents_service.resources.MIGRATIONS,
        documents_service.app,
        documents_service.worker,
    ),
)


@dataclass(frozen=True)
class World:
    """What lies around the services of one embedded space."""

    state: State
    brands: Path
    databases: dict[str, str]
    broker_url: str
    smtp_url: str
    bounces_url: str  # where notifications takes the mails that come back
    public_url: str


@dataclass(frozen=True)
class OpenPart:
    """A service that is open: its application and its background work."""

    part: Part
    foundation: Foundation
    application: web.Application
    background: Background


def settings_of(part: Part, world: World) -> ServiceSettings:
    """Return the settings of one service: what its own environment variables would say elsewhere."""
    keys = world.state.keys
    common: dict[str, Any] = {
        "database_url": world.databases[part.name],
        "database_pool_size": 8,
        "broker_url": world.broker_url,
        "brands_directory": world.brands,
        "data_keys_file": keys / part.name / "data-keys.json",
        "sealing_keys_file": keys / part.name / "sealing-keys.json",
        "sealing_recipients_file": keys / "public" / "sealing-recipients.json",
        "access_token_jwks_file": keys / "public" / "access-token-jwks.json",
        "staff_jwks_file": keys / "public" / "staff-jwks.json",
        "wake_by_notify": False,
    }
    own: dict[str, dict[str, Any]] = {
        "identity": {
            "pepper_file": keys / "identity" / "pepper.json",
            "access_token_keys_file": world.state.access_token_keys,
            "passkey_origins": (_named_origin(world.public_url),),
        },
        "notifications": {
            "smtp_url": world.smtp_url,
            "public_url": world.public_url,
            "letters_directory": world.state.letters,
            "returns_directory": world.state.returns,
            "bounces_listen": world.bounces_url,
            "dkim_directory": world.state.mail_keys,
            "letters_leave": "at-once",  # nobody at the desk waits for the print provider's hour
        },
        "documents": {"storage_directory": world.state.documents},
    }
    return part.settings(**common, **own.get(part.name, {}))


def _named_origin(url: str) -> str:
    """Return the origin of the same pages under a name: browsers bind passkeys to names, never to addresses."""
    return url.replace("//127.0.0.1", "//localhost").removesuffix(":80")


@asynccontextmanager
async def open_part(part: Part, world: World, *, broker_answers: Any) -> AsyncIterator[OpenPart]:
    """Open one service."""
    async with part.open(settings_of(part, world), broker_answers=broker_answers) as resources:
        yield OpenPart(part, resources.foundation, part.app.application(resources), part.worker.background(resources))


def gateway(parts: list[OpenPart], routes: list[web.RouteDef]) -> web.Application:
    """Return one application: /api/<service>/… for each, `routes` beside them, health and metrics kept inside."""
    root = web.Application(middlewares=[_keep_inside])
    root.router.add_routes(routes)
    for one in parts:
        root.add_subapp(f"/api/{one.part.name}", one.application)
    return root


@web.middleware
async def _keep_inside(request: web.Request, handler: Any) -> web.StreamResponse:
    try:
        if NEVER_THROUGH_THE_GATEWAY.match(request.path):
            raise web.HTTPNotFound
        response: web.StreamResponse = await handler(request)
        return response
    except web.HTTPNotFound:
        request_id = secrets.token_hex(16)
        response = problem_response(NotFound(), KIT_PROBLEMS[NotFound], request_id=request_id)
        response.headers.update({"X-Request-Id": request_id, **SECURITY_HEADERS})
        return response
