"""Is a password known from leaks? Asked of a range service by k-anonymity: only five hexadecimal digits of its SHA-1 leave.

The protocol is that of "Pwned Passwords" (`GET <address>/<5 digits>` → lines `<35 digits>:<times>`). Off unless an address is
set. A service that is away never keeps a member from choosing a password: the shipped list has been asked before.
"""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import structlog

from identity_service.domain.passwords import normalise

PREFIX = 5
LARGEST_ANSWER = 1_000_000  # octets; a range has some 1,000 lines of 45

log = structlog.get_logger()


class BreachRanges:
    """Asks one range service."""

    def __init__(self, session: aiohttp.ClientSession, address: str) -> None:
        self._session, self._address = session, address.rstrip("/")

    async def knows(self, password: str) -> bool:
        """Tell whether the service knows `password`; False when it does not answer in time."""
        digest = hashlib.sha1(normalise(password).encode(), usedforsecurity=False).hexdigest().upper()
        try:
            # Padded, so that the length of the answer does not tell which range was asked.
            headers = {"Add-Padding": "true"}
            async with self._session.get(f"{self._address}/{digest[:PREFIX]}", headers=headers) as response:
                response.raise_for_status()
                lines = (await response.content.read(LARGEST_ANSWER)).decode("ascii", "replace").upper().splitlines()
        except (aiohttp.ClientError, TimeoutError) as error:
            log.warning("breach_ranges_unavailable", error=type(error).__name__)
            return False
        found = dict(line.strip().partition(":")[::2] for line in lines)
        return found.get(digest[PREFIX:], "0") != "0"  # padding counts zero times


@asynccontextmanager
async def open_breach_ranges(address: str | None, *, seconds: float) -> AsyncIterator[BreachRanges | None]:
    """Give the service at `address`, or None without one; an answer that takes longer than `seconds` is not waited for."""
    if address is None:
        yield None
        return
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=seconds)) as session:
        yield BreachRanges(session, address)
