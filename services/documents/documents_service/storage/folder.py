"""Objects as files of a folder: written under another name, synced, then renamed, so that none is ever half there.

`<folder>/ab/cd/abcd…` by the key's first digits; unfinished files are in `<folder>/incoming`, on the same file system.
"""

import asyncio
import os
import re
import secrets
import time
from contextlib import suppress
from pathlib import Path

from documents_service.storage.objects import ObjectUnusable

ABANDONED_SECONDS = 3600.0
_KEY = re.compile(r"[0-9a-f]{4}[0-9a-z-]{4,200}")
_PRIVATE = 0o700


class Folder:
    """The folder of one deployment; the processes that share it may read and write at the same time."""

    def __init__(self, directory: Path) -> None:
        """Use `directory`, made where it is missing; raise OSError when it cannot be."""
        self._directory, self._incoming, self._swept = directory, directory / "incoming", False
        directory.mkdir(parents=True, exist_ok=True, mode=_PRIVATE)

    async def put(self, key: str, content: bytes) -> None:
        """Store the whole object durably, or nothing; raise OSError."""
        await asyncio.to_thread(self._put, key, content)

    async def get(self, key: str) -> bytes:
        """Return the object; raise ObjectUnusable."""
        try:
            return await asyncio.to_thread(self._path(key).read_bytes)
        except FileNotFoundError:
            raise ObjectUnusable("missing") from None
        except OSError:
            raise ObjectUnusable("unreadable") from None

    async def remove(self, key: str) -> None:
        """Remove the object; a missing one is no error."""
        await asyncio.to_thread(self._path(key).unlink, missing_ok=True)

    def _path(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise ValueError("not a storage key")
        return self._directory / key[:2] / key[2:4] / key

    def _put(self, key: str, content: bytes) -> None:
        path = self._path(key)
        # Both are made again where they are gone: a volume may be mounted anew under a running process.
        self._incoming.mkdir(exist_ok=True, mode=_PRIVATE)
        self._make_shard(path.parent)
        self._sweep_once()
        unfinished = self._incoming / secrets.token_hex(16)
        try:
            _write_durably(unfinished, content)
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
        _sync_directory(path.parent)

    def _make_shard(self, shard: Path) -> None:
        for folder in (shard.parent, shard):
            if not folder.is_dir():
                folder.mkdir(exist_ok=True, mode=_PRIVATE)
                _sync_directory(folder.parent)

    def _sweep_once(self) -> None:
        """Before the first write, remove what dead processes have left unfinished, but not what another writes now."""
        if self._swept:
            return
        self._swept = True
        for file in self._incoming.iterdir():
            with suppress(FileNotFoundError):  # finished, or removed by a process that starts beside this one
                if file.stat().st_mtime < time.time() - ABANDONED_SECONDS:
                    file.unlink()


def _write_durably(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())


def _sync_directory(directory: Path) -> None:
    # A rename is durable only once the directory is.
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
