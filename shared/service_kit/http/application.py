"""The HTTP application of a service: its endpoints behind one pipeline.

request id and trace → brand → who calls → body and query → (once only) → handler → answer or problem, with the same
security headers on everything.
"""

import re
import secrets
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
import structlog
from aiohttp import web
from pydantic import BaseModel, ValidationError

from service_kit.clock import Clock
from service_kit.database import is_unavailable
from service_kit.field_problems import field_problems, forbidden_character_fields, is_plain
from service_kit.http.authentication import Authentication
from service_kit.http.bodies import LIMIT, parse_json, read_bytes, typed
from service_kit.http.client_address import Network, client_address
from service_kit.http.endpoints import Answer, Call, Endpoint
from service_kit.http.health import Health
from service_kit.http.idempotency import IdempotencyKeys, key_of
from service_kit.http.lasting_answers import LastingAnswer, Prepared
from service_kit.http.openapi import openapi_document
from service_kit.http.problems import (
    KIT_PROBLEMS,
    NO_EXTENSION,
    InternalError,
    InvalidRequest,
    MethodNotAllowed,
    NotFound,
    NotSignedIn,
    ProblemText,
    TemporarilyUnavailable,
    UnknownBrand,
    UnsupportedMediaType,
    problem_response,
)
from service_kit.metrics import HTTP_REQUESTS, HTTP_SECONDS
from service_kit.problems import DomainError
from service_kit.tracing import span

REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
ID_OF_REQUEST = web.RequestKey("id_of_request", str)
BRAND_OF_CALLER = web.RequestKey("brand_of_caller", str)
SECURITY_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex",
}

log = structlog.get_logger()


@dataclass(frozen=True)
class Service:
    """What an application is made of."""

    name: str
    endpoints: list[Endpoint]
    resources: Any
    problems: Mapping[type[DomainError], ProblemText]
    brands: Collection[str]
    authentication: Authentication
    clock: Clock
    health: Health
    idempotency: IdempotencyKeys
    # (brand, problem's code) → what the problem says beside what went wrong, such as whom to call.
    problem_extension: Callable[[str, str], Mapping[str, object]] = lambda _brand, _code: NO_EXTENSION
    trusted_proxies: tuple[Network, ...] = ()


def build_application(service: Service) -> web.Application:
    """Return the aiohttp application of `service`."""
    pipeline = _Pipeline(service)
    application = web.Application(middlewares=[pipeline.middleware], client_max_size=LIMIT)
    application.on_response_prepare.append(_add_headers)
    for endpoint in service.endpoints:
        handler = pipeline.handler(endpoint)
        for method in ("GET", "HEAD") if endpoint.method == "GET" else (endpoint.method,):
            application.router.add_route(
                method, endpoint.path, handler, name=endpoint.operation, expect_handler=_continue_later
            )
    document = _document_of(service)

    async def openapi(_request: web.Request) -> web.Response:
        return web.Response(body=document, content_type="application/json")

    application.router.add_get("/openapi.json", openapi, name="openapi")
    application.router.add_routes(service.health.routes())
    return application


# Table of endpoints → its document, which takes half a second: the applications of one process share it.
_DOCUMENTS: dict[int, tuple[list[Endpoint], bytes]] = {}


def _document_of(service: Service) -> bytes:
    endpoints = service.endpoints
    if id(endpoints) not in _DOCUMENTS:
        document = orjson.dumps(openapi_document(service.name, endpoints, service.problems))
        _DOCUMENTS[id(endpoints)] = endpoints, document  # the table itself, so that no other one gets its id
    return _DOCUMENTS[id(endpoints)][1]


async def _add_headers(request: web.Request, response: web.StreamResponse) -> None:
    # At the last moment, so that answers that a handler sends by itself, part by part, have them too.
    headers = response.headers
    # An endpoint that lets its answer be kept, or that answers what others have sent, has said so.
    own = {name: headers[name] for name in ("Cache-Control", "Content-Security-Policy") if name in headers}
    headers.popall("Server", None)  # it names versions
    if "X-Request-Id" in headers:
        return  # an answer that lies ready has them all
    headers.update(SECURITY_HEADERS)
    headers["X-Request-Id"] = request.get(ID_OF_REQUEST) or secrets.token_hex(16)
    headers.update(own)


async def _continue_later(_request: web.Request) -> None:
    """Say nothing to `Expect: 100-continue` yet: `bodies` does, once it wants the body."""


class _Pipeline:
    def __init__(self, service: Service) -> None:
        self._service = service
        self._problems = {**KIT_PROBLEMS, **service.problems}
        self._prepared: dict[Any, Callable[[web.Request], web.Response | None]] = {}

    @web.middleware
    async def middleware(self, request: web.Request, handler: Any) -> web.StreamResponse:
        """Give every request an id and a trace, every error its answer, every answer its headers."""
        prepared = self._prepared.get(request.match_info.handler)
        if prepared is not None and (ready := prepared(request)) is not None:
            return ready
        given = request.headers.get("X-Request-Id", "")
        request_id = given if REQUEST_ID.fullmatch(given) else secrets.token_hex(16)
        request[ID_OF_REQUEST] = request_id
        operation = request.match_info.route.name or "none"
        begun = time.perf_counter()
        with (
            structlog.contextvars.bound_contextvars(service=self._service.name, request_id=request_id),
            span(f"{request.method} {operation}", traceparent=request.headers.get("traceparent")),
        ):
            response = await self._answer(request, handler, request_id)
            seconds = time.perf_counter() - begun
            if not request.path.endswith(("/health/live", "/health/ready", "/metrics")):
                log.info("answered", operation=operation, status=response.status, seconds=round(seconds, 4))
        HTTP_REQUESTS.labels(self._service.name, operation, response.status).inc()
        HTTP_SECONDS.labels(self._service.name, operation).observe(seconds)
        return response

    async def _answer(self, request: web.Request, handler: Any, request_id: str) -> web.StreamResponse:
        try:
            response: web.StreamResponse = await handler(request)
            return response
        except DomainError as error:
            problem = error
        except web.HTTPMethodNotAllowed as error:
            problem = MethodNotAllowed(error.allowed_methods)
        except web.HTTPException:
            problem = NotFound()
        except Exception as error:
            away = is_unavailable(error)
            (log.warning if away else log.error)("request_failed", exc_info=error)
            problem = TemporarilyUnavailable(retry_after=2) if away else InternalError()
        return self._problem_response(problem, request, request_id)

    def _problem_response(self, problem: DomainError, request: web.Request, request_id: str) -> web.Response:
        kind = next((kind for kind in type(problem).__mro__ if kind in self._problems), None)
        if kind is None:
            log.error("problem_not_mapped", reason=problem.code)
            problem, kind = InternalError(), InternalError
        brand = request.get(BRAND_OF_CALLER) or request.match_info.get("brand", "")
        extension = self._service.problem_extension(brand, problem.code)
        return problem_response(problem, self._problems[kind], request_id=request_id, extension=extension)

    def handler(self, endpoint: Endpoint) -> Any:
        """Return the aiohttp handler of `endpoint`."""

        async def handle(request: web.Request) -> web.StreamResponse:
            call, raw = await self._call(endpoint, request)
            if endpoint.once and not endpoint.streams and (key := key_of(request)) is not None:
                return await self._once(endpoint, call, key, raw)
            answer = await endpoint.handler(call)
            if isinstance(answer, LastingAnswer):
                return answer.response(request, seconds=endpoint.lasts_seconds)
            return _response(answer)

        if isinstance(endpoint.handler, Prepared):
            self._prepared[handle] = self._ready(endpoint, endpoint.handler)
        return handle

    def _ready(self, endpoint: Endpoint, prepared: Prepared) -> Callable[[web.Request], web.Response | None]:
        """Return the short way to an answer that lies ready; it gives None for whatever has to be looked at closer."""
        service = self._service
        count = HTTP_REQUESTS.labels(service.name, endpoint.operation, 200)
        seconds = HTTP_SECONDS.labels(service.name, endpoint.operation)
        find = prepared.lying_ready(service.resources, service.brands if "{brand}" in endpoint.path else [""])

        def answer(request: web.Request) -> web.Response | None:
            begun = time.perf_counter()
            brand = request.match_info.get("brand", "")
            if (brand and brand not in service.brands) or request.can_read_body or "X-Request-Id" in request.headers:
                return None
            headers = {**SECURITY_HEADERS, "X-Request-Id": secrets.token_hex(16)}
            response = find(brand).response(request, seconds=endpoint.lasts_seconds, headers=headers)
            count.inc()
            seconds.observe(time.perf_counter() - begun)
            return response

        return answer

    async def _call(self, endpoint: Endpoint, request: web.Request) -> tuple[Call[Any], bytes]:
        service = self._service
        brand = request.match_info.get("brand", "")
        if "brand" in request.match_info and brand not in service.brands:
            raise UnknownBrand
        if not all(map(is_plain, request.match_info.values())):
            raise NotFound
        principal = service.authentication.principal(request, endpoint.access, brand=brand, now=service.clock.now())
        if principal is not None and principal.brand not in service.brands:
            raise NotSignedIn  # of a brand that was here once, or is elsewhere
        if principal is not None:
            request[BRAND_OF_CALLER] = principal.brand
        raw = await _read(endpoint, request)
        now = service.clock.now()  # after the body: a sender who dawdles must not decide at an instant that is past
        body = None if endpoint.body is None else typed(parse_json(raw), endpoint.body)
        query = _query(endpoint.query, request)
        address = client_address(request, service.trusted_proxies)
        return Call(
            service.resources, request, now, brand or getattr(principal, "brand", ""), body, query, principal, address
        ), raw

    async def _once(self, endpoint: Endpoint, call: Call[Any], key: str, raw: bytes) -> web.StreamResponse:
        who = getattr(call.principal, "account_id", "") or getattr(call.principal, "subject", "")
        scope, keys = f"{endpoint.operation} {call.brand} {who}", self._service.idempotency
        if (kept := await keys.begin(scope, key, path=call.request.path_qs, body=raw)) is not None:
            return _response(kept)
        try:
            answer = await endpoint.handler(call)
        except BaseException:
            await keys.forget(scope, key)
            raise
        assert isinstance(answer, Answer), "an endpoint with once=True returns an Answer"
        await keys.complete(scope, key, answer)
        return _response(answer)


async def _read(endpoint: Endpoint, request: web.Request) -> bytes:
    # Decompressed, a small body would be as long as its sender likes.
    if request.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        raise UnsupportedMediaType
    raw = await read_bytes(request) if request.can_read_body and not endpoint.streams else b""
    if endpoint.body_types and request.content_type not in endpoint.body_types:
        raise UnsupportedMediaType
    return raw


def _query(model: type[BaseModel] | None, request: web.Request) -> Any:
    if model is None:
        return None
    given = dict(request.query)
    if bad := forbidden_character_fields(given):
        raise InvalidRequest(fields=bad)
    try:
        return model.model_validate_strings(given)
    except ValidationError as error:
        raise InvalidRequest(fields=field_problems(error)) from None


def _response(answer: Answer | web.StreamResponse) -> web.StreamResponse:
    if isinstance(answer, web.StreamResponse):
        return answer
    if answer.body is None:
        return web.Response(status=204 if answer.status == 200 else answer.status, headers=answer.headers)
    return web.Response(
        status=answer.status,
        body=orjson.dumps(answer.json_value()),
        content_type="application/json",
        headers=answer.headers,
    )
