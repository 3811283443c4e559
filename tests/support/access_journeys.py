"""How accesses begin, are found again, are changed and are helped: the same steps against any way of running the product."""

import re
from dataclasses import dataclass
from typing import Any

from tests.support.journeys import Space, mail_about

REASON = "Appel du matin : l’adhérent ne reçoit pas le mail"

# Words of the subjects, beside those in `journeys`.
ACTIVATED, LOOKED_UP = "espace adhérent est activé", "adresse de connexion a été demandée"
PASSWORD_CHANGED, EMAIL_CODE = "mot de passe a été changé", "confirmez votre adresse e-mail"
EMAIL_CHANGED, EMAIL_BACK = "adresse e-mail de votre espace a été changée", "adresse e-mail est rétablie"
EMAIL_GONE, DEVICE_CODE = "cette adresse n’est plus celle", "votre code de connexion"

MAILED_CODE = re.compile(r"^\s*(\d[\d ]{4,}\d)\s*$", re.MULTILINE)


async def create_access(space: Space, brand: str, email: str, **numbers: str) -> tuple[int, Any]:
    """Ask for an access with an address of one's own; `numbers` are `membership_number` and `nir`."""
    _, policy = await space.get("identity", f"/v1/{brand}/sign-in-policy")
    terms = {"accepted_terms": policy["terms_version"]}
    body = {**numbers, "email": email, "email_confirmation": email, **terms}
    return await space.post("identity", f"/v1/{brand}/accounts", body)


def numbers_of(member: dict[str, Any]) -> dict[str, str]:
    """Return what is printed on a member's card, the social-security number without its key."""
    return {"membership_number": member["membership_number"], "nir": member["nir"][:13]}


async def look_up(space: Space, brand: str, member: dict[str, Any], **changes: str) -> tuple[int, Any]:
    """Ask for a forgotten address with a member's three facts, or others."""
    facts = {**numbers_of(member), "birth_date": member["birth_date"], **changes}
    return await space.post("identity", f"/v1/{brand}/identifier-lookups", facts)


async def accept_terms(space: Space, token: str, version: str) -> tuple[int, Any]:
    """Accept the terms of use, signed in."""
    return await space.post("identity", "/v1/account/terms-acceptances", {"version": version}, token)


async def mailed_code(space: Space, email: str, about: str, *, number: int = 1) -> str:
    """Wait for the `number`th mail about something and return the digits that are to be typed."""
    codes = MAILED_CODE.findall(await mail_about(space, email, about, number=number))

    assert len(codes) == 1
    return codes[0].replace(" ", "")


async def change_password(space: Space, token: str, *, current: str, new: str) -> tuple[int, Any]:
    """Choose another password, signed in."""
    body = {"current_password": current, "password": new, "password_confirmation": new}
    return await space.put("identity", "/v1/account/password", body, token)


async def change_email(space: Space, token: str, email: str) -> str:
    """Ask for another address, signed in, confirm it with the code that it gets, and return the code."""
    asked, _ = await space.put("identity", "/v1/account/email", {"email": email, "email_confirmation": email}, token)
    code = await mailed_code(space, email, EMAIL_CODE)
    confirmed, _ = await space.post("identity", "/v1/account/email/confirmation", {"code": code}, token)

    assert (asked, confirmed) == (202, 204)
    return code


async def undo_email(space: Space, brand: str, token: str) -> tuple[int, Any]:
    """Take a change of address back with the token of the link that the former address got."""
    return await space.post("identity", f"/v1/{brand}/email-changes/undo", {"token": token})


@dataclass(frozen=True)
class Adviser:
    """A member of a brand's staff at the telephone, with a staff token."""

    space: Space
    brand: str
    token: str

    async def find(self, membership_number: str) -> dict[str, Any]:
        """Return how the account of a membership number stands."""
        status, found = await self._post("search", {"membership_number": membership_number})

        assert status == 200
        [account] = found["items"]
        return dict(account)

    async def send_letter(self, account_id: str, reason: str = REASON) -> tuple[int, Any]:
        """Have a code sent by letter."""
        return await self._post(f"{account_id}/letters", {"reason": reason})

    async def unlock(self, account_id: str, reason: str = REASON) -> tuple[int, Any]:
        """Lift a lock."""
        return await self._post(f"{account_id}/unlock", {"reason": reason})

    async def history(self, account_id: str) -> list[dict[str, Any]]:
        """Return what was done to an account, oldest first."""
        status, page = await self.space.get("identity", f"{self._accounts}/{account_id}/history", self.token)

        assert status == 200
        return list(reversed(page["items"]))

    @property
    def _accounts(self) -> str:
        return f"/v1/{self.brand}/staff/accounts"

    async def _post(self, path: str, body: dict[str, Any]) -> tuple[int, Any]:
        return await self.space.post("identity", f"{self._accounts}/{path}", body, self.token)
