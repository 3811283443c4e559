"""A print provider for tests, in the shape of Maileva's REST API: strict about order, tokens and content types; faults on demand.

`submitted` counts, for each custom id, the sendings that were ever submitted: what tests are about.
"""

import asyncio
import base64
import json
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from aiohttp import web

from tests.support.maileva_rules import (
    KNOWN_OF_SENDING,
    QUOTED,
    REQUIRED_OF_SENDING,
    error,
    errors,
    json_of,
    wrong_address,
)

CLIENT, SECRET, USER, PASSWORD = "espace", "geheim-des-programms", "mutuelle", "geheim-des-kontos"


@dataclass
class Fault:
    """What happens to the next `times` calls whose step is `step`: refused at the door, or broken off after they were done."""

    step: str
    status: int = 0  # 0: the connection is cut
    times: int = 1
    after: bool = False  # done, and then lost
    codes: tuple[str, ...] = ()
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0  # it takes so long


@dataclass
class Sending:
    """One sending of the stand-in."""

    id: str
    order: dict[str, Any]
    status: str = "DRAFT"
    documents: list[dict[str, Any]] = field(default_factory=list)
    recipients: list[dict[str, Any]] = field(default_factory=list)
    processed_date: str | None = None

    def shown(self) -> dict[str, Any]:
        """Return it as the API does."""
        return {**self.order, "id": self.id, "status": self.status, "processed_date": self.processed_date}


class MailevaStandIn:
    """The provider: what was asked of it, in order (`calls`), what it has (`sendings`), and switches for faults."""

    def __init__(self) -> None:
        self.url = ""
        self.calls: list[str] = []
        self.sendings: dict[str, Sending] = {}
        self.deleted: list[Sending] = []
        self.submitted: Counter[str] = Counter()
        self.subscriptions: list[dict[str, Any]] = []
        self.tokens: set[str] = set()
        self.tokens_given = 0
        self.token_seconds: Any = 300
        self.accepts_at_once = True
        self.refuses_known_custom_ids = False
        self.poison: str | None = None  # the custom id at which the provider breaks
        self.password = PASSWORD
        self.faults: list[Fault] = []
        self.before: dict[str, Callable[[], Awaitable[None]]] = {}  # step → what a test does in the middle of it

    def fail(self, step: str, **how: Any) -> None:
        """Let the next call of a step (`token`, `create`, `document`, `recipient`, `submit`, `read` …) end in a fault."""
        self.faults.append(Fault(step, **how))

    def of(self, letter_id: object) -> list[Sending]:
        """Return the sendings that bear a letter's id, deleted ones left out."""
        return [one for one in self.sendings.values() if one.order.get("custom_id") == str(letter_id)]

    def drafts(self) -> list[Sending]:
        """Return what was begun and neither submitted nor deleted."""
        return [one for one in self.sendings.values() if one.status == "DRAFT"]

    def process(self, *, returned: str | None = None, rejected: bool = False) -> None:
        """Let everything that was accepted be put into envelopes; come back with a delivery status, or not be valid."""
        now = _now()
        for sending in self.sendings.values():
            if sending.status in ("ACCEPTED", "PENDING", "PROCESSED"):
                sending.status = "PROCESSED_WITH_ERRORS" if rejected else "PROCESSED"
                sending.processed_date = sending.processed_date or now
                for recipient in sending.recipients:
                    recipient["status"] = "REJECTED" if rejected else "PROCESSED"
                    if returned:
                        recipient |= {"last_delivery_status": returned, "last_delivery_status_date": now}

    def application(self) -> web.Application:
        """Return the API: authentication, mail/v2 and notification_center/v2."""
        sendings = "/mail/v2/sendings"
        application = web.Application(client_max_size=1024 * 1024)
        application.add_routes(
            [
                web.post("/token", self._step("token", self._token)),
                web.post(sendings, self._step("create", self._create)),
                web.get(sendings, self._step("list", self._list)),
                web.get(sendings + "/{id}", self._step("read", self._read)),
                web.delete(sendings + "/{id}", self._step("delete", self._delete)),
                web.post(sendings + "/{id}/documents", self._step("document", self._document)),
                web.post(sendings + "/{id}/recipients", self._step("recipient", self._recipient)),
                web.get(sendings + "/{id}/recipients", self._step("recipients", self._recipients)),
                web.post(sendings + "/{id}/submit", self._step("submit", self._submit)),
                web.get("/notification_center/v2/subscriptions", self._step("subscriptions", self._subscriptions)),
                web.post("/notification_center/v2/subscriptions", self._step("subscribe", self._subscribe)),
            ]
        )
        return application

    def _step(self, step: str, handler: Callable[[web.Request], Awaitable[web.Response]]) -> Any:
        async def handle(request: web.Request) -> web.StreamResponse:
            self.calls.append(step)
            fault = next((one for one in self.faults if one.step == step and one.times), None)
            if fault is not None:
                fault.times -= 1
                if fault.after:
                    await self._answer(step, handler, request)
                return await _broken(request, fault)
            return await self._answer(step, handler, request)

        return handle

    async def _answer(
        self, step: str, handler: Callable[[web.Request], Awaitable[web.Response]], request: web.Request
    ) -> web.Response:
        if step != "token" and request.headers.get("Authorization", "").removeprefix("Bearer ") not in self.tokens:
            return error(401, "UNAUTHORIZED")
        if step in self.before:
            await self.before[step]()
        return await handler(request)

    async def _token(self, request: web.Request) -> web.Response:
        expected = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        form = dict(await request.post())
        account = {"grant_type": "password", "username": USER, "password": self.password}
        if request.content_type != "application/x-www-form-urlencoded" or form.get("grant_type") not in (
            "password",
            "client_credentials",
        ):
            return errors(400, "CLIENT_ERROR")
        if request.headers.get("Authorization") != expected or (form["grant_type"] == "password" and form != account):
            return errors(401, "CLIENT_ERROR")
        self.tokens_given += 1
        token = f"token-{self.tokens_given}"
        self.tokens.add(token)
        return web.json_response({"access_token": token, "expires_in": self.token_seconds})

    async def _create(self, request: web.Request) -> web.Response:
        order = await json_of(request)
        if order is None or order.keys() - KNOWN_OF_SENDING or REQUIRED_OF_SENDING - order.keys():
            return errors(400, "UNEXPECTED_NOT_VALID_ERROR")
        if len(order["custom_id"]) > 38 or order["postage_type"] not in ("URGENT", "FAST", "ECONOMIC"):
            return errors(400, "CUSTOM_ID_WRONG_FORMAT")
        if order["custom_id"] == self.poison:
            return errors(500, "UNEXPECTED_ERROR")
        if self.refuses_known_custom_ids and self.of(order["custom_id"]):
            return errors(400, "CUSTOM_ID_EXISTS")
        sending = Sending(str(uuid4()), order)
        self.sendings[sending.id] = sending
        location = {"Location": f"{self.url}/mail/v2/sendings/{sending.id}"}
        return web.json_response(sending.shown(), status=201, headers=location)

    async def _list(self, request: web.Request) -> web.Response:
        start, count = int(request.query.get("start_index", 1)), int(request.query.get("count", 50))
        if start < 1 or not 1 <= count <= 500 or request.query.keys() - {"start_index", "count"}:
            return errors(400, "PARAM_NOT_ACCEPTED")
        found = list(self.sendings.values())
        shown = [one.shown() for one in found[start - 1 : start - 1 + count]]
        return web.json_response({"sendings": shown, "paging": {"total_results": len(found)}})

    async def _read(self, request: web.Request) -> web.Response:
        sending = self.sendings.get(request.match_info["id"])
        return web.json_response(sending.shown()) if sending else error(404, "SENDING_NOT_FOUND")

    async def _delete(self, request: web.Request) -> web.Response:
        sending = self.sendings.get(request.match_info["id"])
        if refusal := _not_a_draft(sending):
            return refusal
        assert sending is not None
        self.deleted.append(self.sendings.pop(sending.id))
        return web.Response(status=204)

    async def _document(self, request: web.Request) -> web.Response:
        sending = self.sendings.get(request.match_info["id"])
        if refusal := _not_a_draft(sending):
            return refusal
        assert sending is not None
        if request.content_type != "multipart/form-data":
            return errors(400, "METADATA_WRONG_FORMAT")
        form = await request.post()
        document, metadata = form.get("document"), form.get("metadata")
        if not isinstance(document, web.FileField) or document.content_type != "application/pdf":
            return errors(400, "DOCUMENT_TYPE_NOT_ACCEPTED")
        # A part of JSON without a file's name is bytes; one that does not say that it is JSON would be text.
        described, content = json.loads(metadata) if isinstance(metadata, bytearray) else {}, document.file.read()
        if described.keys() != {"priority", "name", "shrink"} or not content.startswith(b"%PDF-"):
            return errors(400, "METADATA_WRONG_FORMAT")
        kept = {"id": str(uuid4()), "type": "application/pdf", "size": len(content), **described}
        sending.documents.append({**kept, "content": content})
        return web.json_response(kept, status=201)

    async def _recipient(self, request: web.Request) -> web.Response:
        sending, recipient = self.sendings.get(request.match_info["id"]), await json_of(request)
        if refusal := _not_a_draft(sending):
            return refusal
        assert sending is not None
        if recipient is None or len(recipient.get("custom_id", "")) > 32 or not sending.documents:
            return errors(400, "UNEXPECTED_NOT_VALID_ERROR")
        if wrong := wrong_address(recipient):
            return errors(400, wrong)
        sending.recipients.append({**recipient, "id": str(uuid4()), "status": "DRAFT"})
        return web.json_response(sending.recipients[-1], status=201)

    async def _recipients(self, request: web.Request) -> web.Response:
        sending = self.sendings.get(request.match_info["id"])
        if sending is None:
            return error(404, "SENDING_NOT_FOUND")
        paging = {"total_results": len(sending.recipients)}
        return web.json_response({"recipients": sending.recipients, "paging": paging})

    async def _submit(self, request: web.Request) -> web.Response:
        sending = self.sendings.get(request.match_info["id"])
        if refusal := _not_a_draft(sending):
            return refusal
        assert sending is not None
        if len(sending.documents) != 1 or len(sending.recipients) != 1:
            return errors(400, "INVALID_DOCUMENTS_COUNT")
        self.submitted[sending.order["custom_id"]] += 1
        sending.status = "ACCEPTED" if self.accepts_at_once else "PENDING"
        return web.Response(status=200)

    async def _subscriptions(self, _request: web.Request) -> web.Response:
        return web.json_response({"subscriptions": self.subscriptions, "paging": {}})

    async def _subscribe(self, request: web.Request) -> web.Response:
        wanted = await json_of(request)
        if wanted is None or wanted.keys() != {"event_type", "resource_type", "callback_url"}:
            return errors(400, "UNEXPECTED_NOT_VALID_ERROR")
        self.subscriptions.append(wanted | {"id": str(uuid4())})
        return web.json_response(self.subscriptions[-1], status=201)


async def _broken(request: web.Request, fault: Fault) -> web.StreamResponse:
    await asyncio.sleep(fault.seconds)
    if fault.status:
        answer = {"errors": [{"code": code, "message": QUOTED} for code in fault.codes]}
        return web.json_response(answer, status=fault.status, headers=fault.headers)
    assert request.transport is not None
    request.transport.close()
    return web.Response()


def _not_a_draft(sending: Sending | None) -> web.Response | None:
    if sending is None:
        return error(404, "SENDING_NOT_FOUND")
    return None if sending.status == "DRAFT" else errors(400, "SENDING_STATUS_IS_NOT_DRAFT")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@asynccontextmanager
async def maileva_stand_in() -> AsyncIterator[MailevaStandIn]:
    """Run the provider on a free port of the loopback meanwhile."""
    provider = MailevaStandIn()
    runner = web.AppRunner(provider.application(), shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    try:
        await site.start()
        provider.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield provider
    finally:
        await runner.cleanup()
