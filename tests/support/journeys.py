"""The journeys of a forgotten password, as a gateway client makes them: the same steps against any way of running it."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import aiohttp
import pypdfium2
from joserfc import jwt
from joserfc.jwk import KeySet

DELIVERY_SECONDS = 30.0
CODE = re.compile(r"\b[2-9A-HJ-NP-Z]{4}(?:-[2-9A-HJ-NP-Z]{4}){2}\b")

Found = TypeVar("Found")


@dataclass(frozen=True)
class Space:
    """A running member space: how to call a service, and how to read the newest mails and letters of somebody."""

    client: aiohttp.ClientSession
    url: Callable[[str], str]
    mails_to: Callable[[str], Awaitable[list[str]]]  # address → texts, oldest first
    letters_to: Callable[[str], Awaitable[list[bytes]]]  # a line of the address block → PDFs, oldest first

    async def post(self, service: str, path: str, body: dict[str, Any]) -> tuple[int, Any]:
        """Send a JSON body; return status and answer."""
        async with self.client.post(f"{self.url(service)}{path}", json=body) as response:
            return response.status, await response.json(content_type=None) if await response.read() else None

    async def get(self, service: str, path: str, token: str = "") -> tuple[int, Any]:
        """Read JSON, signed in when there is a token."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        async with self.client.get(f"{self.url(service)}{path}", headers=headers) as response:
            return response.status, await response.json(content_type=None)

    async def download(self, service: str, path: str, token: str) -> tuple[int, bytes]:
        """Read bytes, signed in."""
        headers = {"Authorization": f"Bearer {token}"}
        async with self.client.get(f"{self.url(service)}{path}", headers=headers) as response:
            return response.status, await response.read()


async def ask_for_reset(space: Space, brand: str, identifier: str) -> dict[str, Any]:
    """Ask for a new password."""
    status, answer = await space.post("identity", f"/v1/{brand}/password-resets", {"identifier": identifier})

    assert status == 202
    return answer


async def token_from_mail(space: Space, email: str, *, number: int = 1) -> str:
    """Wait for the `number`th mail with a link and return the link's last path segment."""
    texts = await _wait_for(lambda: space.mails_to(email), number)
    links = re.findall(r"https?://\S+/([\w-]{40,})", texts[number - 1])

    assert len(set(links)) == 1
    return links[0]


async def code_from_letter(space: Space, address_line: str, *, number: int = 1) -> str:
    """Wait for the `number`th letter and return the code printed in it."""
    letters = await _wait_for(lambda: space.letters_to(address_line), number)
    codes = set(CODE.findall(text_of(letters[number - 1])))

    assert len(codes) == 1
    return codes.pop()


async def _wait_for(look: Callable[[], Awaitable[list[Found]]], number: int) -> list[Found]:
    async with asyncio.timeout(DELIVERY_SECONDS):
        while len(found := await look()) < number:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.2)
        return found


def text_of(pdf: bytes) -> str:
    """Return the text of every page."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)
    finally:
        document.close()


async def redeem(space: Space, brand: str, token: str, password: str) -> tuple[int, Any]:
    """Choose a new password with a mailed token."""
    body = {"token": token, "password": password, "password_confirmation": password}
    return await space.post("identity", f"/v1/{brand}/password-resets/redeem", body)


async def connect_with_code(space: Space, brand: str, identifier: str, code: str, password: str) -> tuple[int, Any]:
    """Choose a new password with a posted code, accepting the terms in force."""
    _, policy = await space.get("identity", f"/v1/{brand}/sign-in-policy")
    body = {
        "identifier": identifier,
        "code": code,
        "password": password,
        "password_confirmation": password,
        "accepted_terms": policy["terms_version"],
    }
    return await space.post("identity", f"/v1/{brand}/first-connections", body)


async def sign_in(space: Space, brand: str, identifier: str, password: str) -> dict[str, Any]:
    """Sign in."""
    status, answer = await space.post(
        "identity", f"/v1/{brand}/sessions", {"identifier": identifier, "password": password}
    )

    assert status == 201, answer
    return answer


async def look_around(space: Space, token: str) -> bytes:
    """Verify the token against the JWKS, read the contract, wait for the card and return its PDF."""
    _, keys = await space.get("identity", "/.well-known/jwks.json")
    claims = jwt.decode(token, KeySet.import_key_set(keys), algorithms=["EdDSA"]).claims
    status, contract = await space.get("contracts", "/v1/me/contract", token)

    assert claims["exp"] - claims["iat"] <= 600
    assert status == 200
    assert contract["product"]

    async def cards() -> list[dict[str, Any]]:
        _, page = await space.get("documents", "/v1/me/documents?kind=third_party_payment_card", token)
        return page["items"]

    card = (await _wait_for(cards, 1))[0]
    status, pdf = await space.download("documents", f"/v1/me/documents/{card['id']}", token)

    assert status == 200
    assert pdf.startswith(b"%PDF-")
    return pdf
