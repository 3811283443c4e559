"""Calls of the print provider over HTTP, as bytes: patient for a bounded time, reading a bounded answer, following no redirect.

The session is opened with the first call: the HTTP process of the service never makes one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import Any

import aiohttp
import orjson

from notifications_service.channels.maileva.answers import ProviderAway, RequestRefused, codes_of

LONGEST_ANSWER = 4 * 1024 * 1024  # a page of 500 sendings is about an eighth of it
LONGEST_RETRY_AFTER = 3600.0
_BUSY = {408, 425, 429}


@dataclass(frozen=True)
class Reply:
    """What came back, whatever it says."""

    status: int
    content: bytes
    retry_after: float = 0.0

    def judged(self) -> bytes:
        """Return the content of a success; raise ProviderAway or RequestRefused for anything else."""
        if self.status in _BUSY or self.status >= 500:
            raise ProviderAway(f"answers-{self.status}", retry_after=self.retry_after)
        if not 200 <= self.status < 300:
            raise RequestRefused(self.status, self.codes())
        return self.content

    def codes(self) -> tuple[str, ...]:
        """Return the error codes in the content, if it has any."""
        try:
            return codes_of(orjson.loads(self.content))
        except orjson.JSONDecodeError:
            return ()


class Http:
    """A few connections to the provider, kept open between calls."""

    def __init__(self, *, answer_seconds: float, connections: int) -> None:
        self._answer_seconds, self._connections = answer_seconds, connections
        self._is_open = False

    async def exchange(self, method: str, url: str, *, headers: Mapping[str, str], **body: Any) -> Reply:
        """Make one call; `body` is aiohttp's `json`, `data` or `params`. Raises ProviderAway when no whole answer comes."""
        try:
            async with self._session.request(method, url, headers=headers, allow_redirects=False, **body) as response:
                content = await _read(response)
                return Reply(
                    response.status, content, _retry_after(response.headers.get("Retry-After"), datetime.now(UTC))
                )
        except TimeoutError:  # before OSError, which it is, too
            raise ProviderAway("too-slow") from None
        except (aiohttp.ClientError, OSError):
            raise ProviderAway("unreachable") from None  # the error's own words name addresses

    async def close(self) -> None:
        """Close the connections, if there ever was one."""
        if self._is_open:
            await self._session.close()

    @cached_property
    def _session(self) -> aiohttp.ClientSession:
        self._is_open = True
        return aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=self._answer_seconds),
            connector=aiohttp.TCPConnector(limit=self._connections),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"Accept": "application/json"},
        )


async def _read(response: aiohttp.ClientResponse) -> bytes:
    content = bytearray()
    async for part in response.content.iter_any():
        content += part
        if len(content) > LONGEST_ANSWER:
            raise ProviderAway("answer-too-long")
    return bytes(content)


def _retry_after(header: str | None, now: datetime) -> float:
    """Return for how many seconds to wait (RFC 9110 § 10.2.3: a number, or a date)."""
    if header is None:
        return 0.0
    try:
        seconds = float(header) if header.strip().isdigit() else (parsedate_to_datetime(header) - now).total_seconds()
    except (ValueError, TypeError):  # TypeError: a date without a zone
        return 0.0
    return min(max(seconds, 0.0), LONGEST_RETRY_AFTER)
