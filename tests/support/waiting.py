"""Waiting for what happens by itself, with a deadline."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

Found = TypeVar("Found")


async def eventually(
    look: Callable[[], Awaitable[Found]], expected: Callable[[Found], bool], *, within: float = 10.0
) -> Found:
    """Look every 20 ms until what is seen is as expected; return what was seen last, expected or not, after `within` s."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within
    while True:
        found = await look()
        if expected(found) or loop.time() > deadline:
            return found
        await asyncio.sleep(0.02)
