"""The print provider's calls, one method each. Nothing is retried here but a call whose token had expired, once."""

import asyncio
from typing import Any, TypeVar
from uuid import UUID

import aiohttp
import orjson
from pydantic import BaseModel, ValidationError
from service_kit.clock import Clock

from notifications_service.channels.maileva.answers import CredentialsRefused, ProviderAway
from notifications_service.channels.maileva.http import Http, Reply
from notifications_service.channels.maileva.models import (
    Document,
    Recipient,
    RecipientsPage,
    Sending,
    SendingsPage,
    SubscriptionsPage,
)
from notifications_service.channels.maileva.settings import MailevaSettings
from notifications_service.channels.maileva.token import Tokens
from notifications_service.domain.pace import Pace

SENDINGS = "mail/v2/sendings"  # where they are, and what notifications call their kind
SUBSCRIPTIONS = "notification_center/v2/subscriptions"
PAGE = 500  # the most that a list gives at once
NOT_LET_IN = {401, 403}

Answer = TypeVar("Answer", bound=BaseModel)


class MailevaClient:
    """Calls of one account. Each may raise ProviderAway, CredentialsRefused or RequestRefused."""

    def __init__(self, settings: MailevaSettings, clock: Clock) -> None:
        self._settings, self._clock = settings, clock
        self._http = Http(
            answer_seconds=settings.maileva_answer_seconds, connections=settings.maileva_letters_at_a_time + 1
        )
        self._tokens, self._pace = Tokens(self._http, settings, clock), Pace(settings.maileva_requests_per_minute / 60)

    async def create(self, sending: dict[str, Any]) -> Sending:
        """Create a draft. It holds nothing of a person yet."""
        return await self._ask(Sending, "POST", SENDINGS, json=sending)

    async def add_document(self, sending_id: str, letter_id: UUID, pdf: bytes) -> Document:
        """Add the letter's page to a draft."""
        name = f"{letter_id}.pdf"
        metadata = {"priority": 1, "name": name, "shrink": self._settings.maileva_shrink}

        def form() -> aiohttp.FormData:
            fields = aiohttp.FormData()
            fields.add_field("document", pdf, filename=name, content_type="application/pdf")
            fields.add_field("metadata", orjson.dumps(metadata).decode(), content_type="application/json")
            return fields

        return await self._ask(Document, "POST", f"{SENDINGS}/{sending_id}/documents", form=form)

    async def add_recipient(self, sending_id: str, recipient: dict[str, str]) -> Recipient:
        """Add whom a draft is for."""
        return await self._ask(Recipient, "POST", f"{SENDINGS}/{sending_id}/recipients", json=recipient)

    async def submit(self, sending_id: str) -> None:
        """Submit a draft, for good; RequestRefused with `is_not_draft` when it was submitted before."""
        await self._call("POST", f"{SENDINGS}/{sending_id}/submit")

    async def delete(self, sending_id: str) -> None:
        """Delete a draft; RequestRefused with `is_not_draft` when it is submitted, with `is_unknown` when it is gone."""
        await self._call("DELETE", f"{SENDINGS}/{sending_id}")

    async def sending(self, sending_id: str) -> Sending:
        """Return what has become of a sending."""
        return await self._ask(Sending, "GET", f"{SENDINGS}/{sending_id}")

    async def recipient(self, sending_id: str) -> Recipient | None:
        """Return what has become of a sending on its way to its one recipient; None while it has none."""
        page = await self._ask(RecipientsPage, "GET", f"{SENDINGS}/{sending_id}/recipients")
        return page.recipients[0] if page.recipients else None

    async def sendings(self, page: int) -> SendingsPage:
        """Return a page of the list of sendings, from 0 on."""
        where = {"start_index": str(page * PAGE + 1), "count": str(PAGE)}
        return await self._ask(SendingsPage, "GET", SENDINGS, params=where)

    async def subscriptions(self) -> SubscriptionsPage:
        """Return what the provider tells us of by itself."""
        return await self._ask(SubscriptionsPage, "GET", SUBSCRIPTIONS)

    async def subscribe(self, event_type: str, callback_url: str) -> None:
        """Ask to be told of a kind of event."""
        wanted = {"event_type": event_type, "resource_type": SENDINGS, "callback_url": callback_url}
        await self._call("POST", SUBSCRIPTIONS, json=wanted)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close()

    async def _ask(self, model: type[Answer], method: str, path: str, **body: Any) -> Answer:
        content = await self._call(method, path, **body)
        try:
            return model.model_validate_json(content)
        except ValidationError:
            raise ProviderAway("unreadable-answer") from None

    async def _call(self, method: str, path: str, **body: Any) -> bytes:
        token = await self._tokens.current()
        reply = await self._exchange(token, method, path, **body)
        if reply.status == 401:
            self._tokens.forget(token)
            reply = await self._exchange(await self._tokens.current(), method, path, **body)
        if reply.status in NOT_LET_IN:
            raise CredentialsRefused
        return reply.judged()

    async def _exchange(self, token: str, method: str, path: str, **body: Any) -> Reply:
        if "form" in body:  # made anew for each try: it can be sent once
            body = {"data": body["form"]()}
        await self._turn()
        headers = {"Authorization": f"Bearer {token}"}
        return await self._http.exchange(method, f"{self._settings.maileva_api_url}/{path}", headers=headers, **body)

    async def _turn(self) -> None:
        """Wait for one's turn: whoever comes takes a place in the queue."""
        now = self._clock.now()
        seconds = self._pace.seconds_until(1, now)
        self._pace.take(1, now)
        if seconds:
            await asyncio.sleep(seconds)
