"""The steps of an adviser over HTTP."""

from typing import Any

import aiohttp
from espace_embedded.staff_tokens import staff_token

from tests.support.identity_fixtures import OpenedIdentity
from tests.support.identity_steps import Seen, post, seen

REASON = "Appel du 10 mars : l’adhérente ne reçoit pas le mail"


class Adviser:
    """A member of a brand's staff at the telephone."""

    def __init__(
        self, opened: OpenedIdentity, client: aiohttp.ClientSession, *, brand: str = "mgas", role: str = "adviser"
    ) -> None:
        self.opened, self.client, self.brand, self.role = opened, client, brand, role
        self.place = f"/v1/{brand}/staff/accounts"

    @property
    def headers(self) -> dict[str, str]:
        """Return the Authorization header of this moment."""
        keys = self.opened.identity.settings.staff_jwks_file.parents[1] / "staff" / "signing-keys.json"
        token = staff_token(keys, brand=self.brand, role=self.role, now=self.opened.clock.now())
        return {"Authorization": f"Bearer {token}"}

    async def search(self, number: str, **body: Any) -> Seen:
        """Look for an account."""
        return await self._post("/search", {"membership_number": number, **body})

    async def found(self, member: dict[str, Any]) -> dict[str, Any]:
        """Look for a member's account and return it."""
        [account] = (await self.search(member["membership_number"])).body["items"]
        return account

    async def send_letter(self, account_id: Any, reason: str | None = REASON, **headers: str) -> Seen:
        """Have a letter sent."""
        return await self._post(f"/{account_id}/letters", {} if reason is None else {"reason": reason}, **headers)

    async def unlock(self, account_id: Any, reason: str | None = REASON) -> Seen:
        """Lift a lock."""
        return await self._post(f"/{account_id}/unlock", {} if reason is None else {"reason": reason})

    async def history(self, account_id: Any, query: str = "") -> Seen:
        """Read what was done to an account."""
        async with self.client.get(f"{self.place}/{account_id}/history{query}", headers=self.headers) as response:
            return await seen(response)

    async def _post(self, path: str, body: dict[str, Any], **headers: str) -> Seen:
        return await post(self.client, f"{self.place}{path}", body, headers=self.headers | headers)
