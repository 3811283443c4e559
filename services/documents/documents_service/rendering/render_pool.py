"""A small pool of threads that draw PDFs: typst releases the GIL, so that the event loop goes on meanwhile.

Drawing is CPU work: more threads than cores would only slow each other down.
"""

import asyncio
import hashlib
import os
import re
import time
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property

from documents_service.domain.documents import DocumentKind
from documents_service.metrics import RENDER_SECONDS
from documents_service.rendering.press import TEMPLATES, DocumentContent, DocumentPress

_IMPORTED = re.compile(rb'^#import "/([a-z_]+\.typ)"', re.MULTILINE)


def template_version(kind: DocumentKind) -> str:
    """Return what names the present template of a kind: the first 12 hexadecimal digits of a SHA-256, imports included."""
    own = (TEMPLATES / f"{kind}.typ").read_bytes()
    imported = [(TEMPLATES / name.decode()).read_bytes() for name in _IMPORTED.findall(own)]
    return hashlib.sha256(b"".join((own, *imported))).hexdigest()[:12]


class RenderPool:
    """Draws up to `threads` documents at a time. The HTTP process never draws one, and loads no font."""

    def __init__(self, *, threads: int) -> None:
        self.threads = min(threads, os.cpu_count() or 1)
        self._pool = ThreadPoolExecutor(self.threads, thread_name_prefix="render")

    @cached_property
    def _press(self) -> DocumentPress:
        return DocumentPress()

    async def draw(self, kind: DocumentKind, content: DocumentContent) -> bytes:
        """Return the document's PDF; raise DocumentNotRendered."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._draw, kind, content)

    def _draw(self, kind: DocumentKind, content: DocumentContent) -> bytes:
        begun = time.perf_counter()
        pdf = self._press.render(kind, content)
        RENDER_SECONDS.labels(kind).observe(time.perf_counter() - begun)
        return pdf

    def close(self) -> None:
        """Let the drawing in hand end; begin no other."""
        self._pool.shutdown(cancel_futures=True)
