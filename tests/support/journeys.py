"""The journeys of a forgotten password, as a gateway client makes them: the same steps against any way of running it.

What signed-in members, people without an access and advisers do is in `access_journeys`.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import aiohttp
import pypdfium2
from joserfc import jwt
from joserfc.jwk import KeySet

DELIVERY_SECONDS = 30.0
LINK = re.compile(r"https?://\S+/([\w-]{40,})")
CODE = re.compile(r"\b[2-9A-HJ-NP-Z]{4}(?:-[2-9A-HJ-NP-Z]{4}){2}\b")

# What a member recognises a mail by: words of its subject. One address gets mails of several kinds.
RESET, WELCOME, ACTIVATION = (
    "choisissez votre nouveau mot de passe",
    "espace adhérent est ouvert",
    "activez votre espace",
)

Found = TypeVar("Found")


@dataclass(frozen=True)
class Mail:
    """A mail as its reader sees it."""

    subject: str
    text: str


@dataclass(frozen=True)
class Space:
    """A running member space: how to call a service, and how to read the newest mails and letters of somebody."""

    client: aiohttp.ClientSession
    url: Callable[[str], str]
    mails_to: Callable[[str], Awaitable[list[Mail]]]  # address → mails, oldest first
    letters_to: Callable[[str], Awaitable[list[bytes]]]  # a line of the address block → PDFs, oldest first

    async def post(self, service: str, path: str, body: dict[str, Any], token: str = "") -> tuple[int, Any]:
        """Send a JSON body, signed in when there is a token; return status and answer."""
        return await self.call("POST", f"{self.url(service)}{path}", body, token)

    async def put(self, service: str, path: str, body: dict[str, Any], token: str) -> tuple[int, Any]:
        """Replace what the signed-in member has; return status and answer."""
        return await self.call("PUT", f"{self.url(service)}{path}", body, token)

    async def get(self, service: str, path: str, token: str = "") -> tuple[int, Any]:
        """Read JSON, signed in when there is a token."""
        return await self.call("GET", f"{self.url(service)}{path}", None, token)

    async def call(self, method: str, url: str, body: Any, token: str) -> tuple[int, Any]:
        """Send a request with a JSON body, if any; return status and answer."""
        async with self.client.request(method, url, json=body, headers=_bearer(token)) as response:
            return response.status, await response.json(content_type=None) if await response.read() else None

    async def download(self, service: str, path: str, token: str) -> tuple[int, bytes]:
        """Read bytes, signed in."""
        async with self.client.get(f"{self.url(service)}{path}", headers=_bearer(token)) as response:
            return response.status, await response.read()


def _bearer(token: str) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {token}"} if token else {}


async def ask_for_reset(space: Space, brand: str, identifier: str) -> dict[str, Any]:
    """Ask for a new password."""
    status, answer = await space.post("identity", f"/v1/{brand}/password-resets", {"identifier": identifier})

    assert status == 202
    return answer


async def mail_about(space: Space, email: str, subject: str, *, number: int = 1) -> str:
    """Wait for the `number`th mail to an address whose subject has these words, and return its text."""

    async def look() -> list[str]:
        return [mail.text for mail in await space.mails_to(email) if subject in mail.subject]

    try:
        return (await _wait_for(look, number))[number - 1]
    except TimeoutError:
        subjects = [mail.subject for mail in await space.mails_to(email)]
        raise AssertionError(f"no {number} mails about {subject!r}, only {subjects}") from None


async def token_from_mail(space: Space, email: str, *, about: str = RESET, number: int = 1) -> str:
    """Wait for the `number`th mail about something and return the last path segment of its link."""
    links = set(LINK.findall(await mail_about(space, email, about, number=number)))

    assert len(links) == 1
    return links.pop()


async def code_from_letter(space: Space, address_line: str, *, number: int = 1) -> str:
    """Wait for the `number`th letter with a code, and return the code printed in it."""
    return (await _wait_for(lambda: printed_codes(space, address_line), number))[number - 1]


async def printed_codes(space: Space, address_line: str) -> list[str]:
    """Return the codes that can be read in letters now, oldest first. Letters that only tell something have none."""
    found = [set(CODE.findall(text)) for text in await letter_texts(space, address_line)]

    assert all(len(codes) <= 1 for codes in found)
    return [codes.pop() for codes in found if codes]


async def letter_about(space: Space, address_line: str, words: str) -> str:
    """Wait for a letter that has these words, and return its text on one line."""

    async def look() -> list[str]:
        texts = [" ".join(text.split()) for text in await letter_texts(space, address_line)]
        return [text for text in texts if words in text]

    return (await _wait_for(look, 1))[0]


async def letter_texts(space: Space, address_line: str) -> list[str]:
    """Return what is written in the letters to an address, oldest first."""
    return [text_of(pdf) for pdf in await space.letters_to(address_line)]


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
