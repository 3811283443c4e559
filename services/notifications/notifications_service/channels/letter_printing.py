"""Draws several letters at a time, in a small pool of threads of its own: the compiler releases the interpreter."""

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property

from notifications_service.channels.letter_pdf import SHIPPED, LetterContent, LetterPress


class LetterPrinting:
    """A press and its threads; made when the first letter comes, since an HTTP process never prints."""

    def __init__(self, *, threads: int) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="letters")

    async def draw(self, letter: LetterContent, own: Mapping[str, bytes] = SHIPPED) -> bytes:
        """Return a letter's PDF as soon as a thread is free, by the brand's `own` templates; raise LetterNotRendered."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._draw, letter, own)

    def close(self) -> None:
        """End the threads once they have finished what they draw."""
        self._pool.shutdown(cancel_futures=True)

    @cached_property
    def _press(self) -> LetterPress:
        return LetterPress()

    def _draw(self, letter: LetterContent, own: Mapping[str, bytes]) -> bytes:
        return self._press.render(letter, own)
