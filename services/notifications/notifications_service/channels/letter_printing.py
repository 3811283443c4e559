"""Draws several letters at a time, in a small pool of threads of its own: the compiler releases the interpreter."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property

from notifications_service.channels.letter_pdf import LetterContent, LetterNotRendered, LetterPress


class LetterPrinting:
    """A press and its threads; made when the first letter comes, since an HTTP process never prints."""

    def __init__(self, *, threads: int) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="letters")

    async def print_all(self, letters: list[LetterContent]) -> list[bytes | LetterNotRendered]:
        """Return the PDF of each letter in their order, or why there is none."""
        loop = asyncio.get_running_loop()
        return await asyncio.gather(*(loop.run_in_executor(self._pool, self._print, letter) for letter in letters))

    def close(self) -> None:
        """End the threads once they have finished what they draw."""
        self._pool.shutdown(cancel_futures=True)

    @cached_property
    def _press(self) -> LetterPress:
        return LetterPress()

    def _print(self, letter: LetterContent) -> bytes | LetterNotRendered:
        try:
            return self._press.render(letter)
        except LetterNotRendered as reason:
            return reason
