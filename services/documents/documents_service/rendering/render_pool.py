"""A small pool of threads that draw PDFs: typst releases the GIL, so that the event loop goes on meanwhile.

Drawing is CPU work: more threads than cores would only slow each other down.
"""

import asyncio
import hashlib
import os
import time
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path

from documents_service.domain.documents import CARD, DocumentKind
from documents_service.metrics import RENDER_SECONDS
from documents_service.rendering.card import CardContent, CardPress

_TEMPLATES = Path(__file__).parent.parent / "templates"


def template_version(kind: DocumentKind) -> str:
    """Return what names the present template of a kind: the first 12 hexadecimal digits of its SHA-256."""
    return hashlib.sha256((_TEMPLATES / f"{kind}.typ").read_bytes()).hexdigest()[:12]


class RenderPool:
    """Draws up to `threads` documents at a time. The HTTP process never draws one, and loads no font."""

    def __init__(self, *, threads: int) -> None:
        self.threads = min(threads, os.cpu_count() or 1)
        self._pool = ThreadPoolExecutor(self.threads, thread_name_prefix="render")

    @cached_property
    def _press(self) -> CardPress:
        return CardPress()

    async def card(self, content: CardContent) -> bytes:
        """Return the card's PDF; raise CardNotRendered."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._draw, content)

    def _draw(self, content: CardContent) -> bytes:
        begun = time.perf_counter()
        pdf = self._press.render(content)
        RENDER_SECONDS.labels(CARD).observe(time.perf_counter() - begun)
        return pdf

    def close(self) -> None:
        """Let the drawing in hand end; begin no other."""
        self._pool.shutdown(cancel_futures=True)
