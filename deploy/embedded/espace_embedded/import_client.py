"""The client of the import endpoints: sends a file, again when that broke off, follows it to its end, fetches the report."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from espace_embedded.import_files import ImportFile

PAUSES = (1.0, 2.0, 4.0, 8.0, 16.0)  # seconds before each further try
POLL_SECONDS = 0.3
ANSWER_SECONDS = 120.0  # without a byte from the other side
BUSY = frozenset({409, 429, 502, 503, 504})

Shown = Callable[[int], None]


class NotReachable(Exception):
    """Nobody answers, or nobody answers properly, however often it is tried."""


class Refused(Exception):
    """The service has refused the call as a whole; the message is one line."""


@dataclass(frozen=True)
class Place:
    """Where the contracts service is, and who calls: `token(brand)` is asked anew for each call, since tokens run out."""

    url: str
    token: Callable[[str], str]


class ImportClient:
    """Calls one contracts service."""

    def __init__(self, place: Place, session: aiohttp.ClientSession) -> None:
        self._place, self._session = place, session

    async def look(self, brand: str) -> None:
        """See whether the service is there and takes this caller, before anything is read; raise NotReachable and Refused."""
        await self._call("GET", brand, "?limit=1")

    async def send(self, file: ImportFile, *, key: str | None, sent: Shown) -> str:
        """Upload a file and return the import's id; `sent` is told the bytes that have gone. Only what has a key is sent again.

        Raises NotReachable, Refused and FileRefused.
        """
        headers = {"Content-Type": file.content_type, "Prefer": "respond-async"}
        if key is not None:
            headers["Idempotency-Key"] = key

        async def upload() -> dict[str, Any]:
            return await self._call(
                "POST", file.brand, f"?kind={file.kind}", headers=headers, data=_counted(file, sent)
            )

        answer = await (_again(upload) if key is not None else upload())
        return str(answer["id"])

    async def follow(
        self, file: ImportFile, import_id: str, *, shown: Callable[[dict[str, Any]], None]
    ) -> dict[str, Any]:
        """Return the answer of an import that is over; `shown` is told how far it is."""
        while True:
            answer = await _again(lambda: self._call("GET", file.brand, f"/{import_id}"))
            shown(answer)
            if answer["state"] in ("done", "failed"):
                return answer
            await asyncio.sleep(POLL_SECONDS)

    async def save_report(self, file: ImportFile, import_id: str, target: Path) -> None:
        """Write every refused line to `target`: CSV by its ending, else NDJSON."""
        query = "format=csv" if target.suffix == ".csv" else "format=ndjson"
        url, headers = self._url(file.brand, f"/{import_id}/report?{query}"), self._headers(file.brand)
        try:
            async with self._session.get(url, headers=headers) as response:
                if response.status != 200:
                    raise Refused(await _problem(response))
                with target.open("wb") as stream:
                    async for part in response.content.iter_any():
                        await asyncio.to_thread(stream.write, part)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise NotReachable(f"the report broke off ({type(error).__name__})") from None

    async def _call(
        self, method: str, brand: str, path: str, *, headers: dict[str, str] | None = None, data: Any = None
    ) -> dict[str, Any]:
        try:
            async with self._session.request(
                method,
                self._url(brand, path),
                headers=self._headers(brand) | (headers or {}),
                data=data,
                expect100=data is not None,  # whoever is refused need not send the file first
            ) as response:
                if response.status in BUSY:
                    raise NotReachable(await _problem(response))
                if response.status >= 300:
                    raise Refused(await _problem(response))
                answer: dict[str, Any] = await response.json(content_type=None)
                return answer
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise NotReachable(f"{self._place.url} does not answer ({type(error).__name__})") from None

    def _url(self, brand: str, path: str) -> str:
        return f"{self._place.url.rstrip('/')}/v1/{brand}/imports{path}"

    def _headers(self, brand: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._place.token(brand)}"}


async def _again(call: Callable[[], Any]) -> dict[str, Any]:
    for pause in PAUSES:
        try:
            answer: dict[str, Any] = await call()
            return answer
        except NotReachable:
            await asyncio.sleep(pause)
    last: dict[str, Any] = await call()
    return last


async def _counted(file: ImportFile, sent: Shown) -> AsyncIterator[bytes]:
    size = 0
    async for part in file.parts():
        yield part
        size += len(part)
        sent(size)


async def _problem(response: aiohttp.ClientResponse) -> str:
    """Return a problem (RFC 9457) as one line; the fields' names are columns or parameters, never a person's."""
    try:
        content = await response.json(content_type=None)
        fields = "; ".join(f"{one['field']}: {one['code']}" for one in content["fields"])
        return f"{content['code']}: {content['detail']}" + (f" ({fields})" if fields else "")
    except (ValueError, KeyError, TypeError):
        return f"HTTP {response.status}"
