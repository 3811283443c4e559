"""The access token of the print provider (OAuth2, RFC 6749 § 4.3 and 4.4): asked for once, renewed before its end."""

import asyncio
import base64
from datetime import timedelta

from pydantic import ValidationError
from service_kit.clock import Clock

from notifications_service.channels.maileva.answers import CredentialsRefused, ProviderAway, RequestRefused
from notifications_service.channels.maileva.http import Http
from notifications_service.channels.maileva.models import TokenAnswer
from notifications_service.channels.maileva.settings import MailevaSettings

RENEWED_BEFORE = 60.0  # seconds; for a token of less than two minutes, half of its life


class Tokens:
    """Gives the token that all calls share; whoever finds it expired renews it for everybody."""

    def __init__(self, http: Http, settings: MailevaSettings, clock: Clock) -> None:
        self._http, self._settings, self._clock = http, settings, clock
        self._token, self._until = "", clock.now()
        self._renewing = asyncio.Lock()

    async def current(self) -> str:
        """Return a token that opens; raise CredentialsRefused or ProviderAway."""
        async with self._renewing:
            if self._clock.now() >= self._until:
                await self._renew()
            return self._token

    def forget(self, token: str) -> None:
        """Take back a token that was refused, unless another one is there already."""
        if token == self._token:
            self._until = self._clock.now()

    async def _renew(self) -> None:
        asked_at, answer = self._clock.now(), await self._ask()
        life = answer.expires_in
        self._until = asked_at + timedelta(seconds=max(life - RENEWED_BEFORE, life / 2))
        self._token = answer.access_token

    async def _ask(self) -> TokenAnswer:
        settings = self._settings
        application = f"{settings.maileva_client_id}:{settings.maileva_client_secret}"
        headers = {"Authorization": f"Basic {base64.b64encode(application.encode()).decode()}"}
        reply = await self._http.exchange("POST", settings.maileva_token_url, headers=headers, data=self._grant())
        try:
            return TokenAnswer.model_validate_json(reply.judged())
        except RequestRefused:
            raise CredentialsRefused from None
        except ValidationError:
            raise ProviderAway("unreadable-answer") from None

    def _grant(self) -> dict[str, str]:
        settings = self._settings
        if settings.maileva_username is None:
            return {"grant_type": "client_credentials"}
        account = {"username": settings.maileva_username, "password": settings.maileva_password or ""}
        return {"grant_type": "password"} | account
