"""Draws several letters at a time, in a small pool of threads of its own: the compiler releases the interpreter."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property

from notifications_service.channels.letter_pdf import LetterContent, LetterPress


class LetterPrinting:
    """A press and its threads; made when the first letter comes, since an HTTP process never prints."""

    def __init__(self, *, threads: int) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="letters")

    async def draw(self, letter: LetterContent) -> bytes:
        """Return a letter's PDF as soon as a thread is free; raise LetterNotRendered."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._draw, letter)

    def close(self) -> None:
        """End the threads once they have finished what they draw."""
        self._pool.shutdown(cancel_futures=True)

    @cached_property
    def _press(self) -> LetterPress:
        return LetterPress()

    def _draw(self, letter: LetterContent) -> bytes:
        return self._press.render(letter)
