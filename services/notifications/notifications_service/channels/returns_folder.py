"""The folder in which the print provider tells what became of letters: a JSON file each, read once and put away.

The provider writes a file under a name that ends with `.tmp` and renames it. What was done lies in `done/`; what was refused in
`refused/`, with `<name>.why.json` beside it. The provider may write in the folder, so nothing in it is trusted: links are not
followed, and what is no plain file is not opened for long.
"""

import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson

DONE, REFUSED = "done", "refused"
UNFINISHED = ".tmp"
LIMIT = 256 * 1024  # bytes of a file
LONGEST_NAME = 200  # bytes of a name in `refused/`, to which `.why.json` is added
FOLDER_MODE, FILE_MODE = 0o750, 0o640
_File = tuple[int, int, int]  # by which a file is known from another of the same name
_FOR_GOOD = {errno.ELOOP, errno.EACCES, errno.EPERM, errno.ENXIO}  # a link, somebody else's, a socket
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK  # a pipe would keep us waiting for its writer


class FileRefused(Exception):
    """A file cannot be read: its `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class FolderUnusable(Exception):
    """A file could not be put away: the disk, or who may write where."""


class ReturnsFolder:
    """The folder of what the provider tells. Its methods wait for the disk: call them in a thread."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._read: dict[str, _File] = {}

    def names(self) -> list[str]:
        """Return what lies there to be read, by name; the folder is made where it is missing."""
        for folder in (self._root, self._root / DONE, self._root / REFUSED):
            folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        ours = {DONE, REFUSED}
        return sorted(
            name
            for name in (file.name for file in self._root.iterdir())
            if name not in ours and not name.startswith(".") and not name.endswith(UNFINISHED)
        )

    def read(self, name: str) -> bytes:
        """Return what a file holds; raise FileRefused where it is no plain file, too large, or not readable for us.

        Raises FileNotFoundError where another worker was quicker, FolderUnusable where the disk is at fault.
        """
        try:
            with self._opened(name) as descriptor:
                file, content = _file(os.fstat(descriptor)), _content(descriptor)
        except FileNotFoundError:
            raise
        except OSError as error:
            if error.errno in _FOR_GOOD:
                raise FileRefused("not-readable") from error
            raise FolderUnusable(type(error).__name__) from error
        self._read[name] = file
        return content

    def put_away(self, name: str) -> None:
        """Put a file away that was done; one that another worker has put away is no error. Raises FolderUnusable."""
        with _usable():
            self._move(name, DONE)

    def refuse(self, name: str, why: dict[str, Any]) -> None:
        """Put a file away that was refused, and say why beside it. Raises FolderUnusable."""
        with _usable():
            with self._folder(REFUSED) as place:
                kept = _free_name(place, name)
                _write(place, f"{kept}.why.json", orjson.dumps(why, option=orjson.OPT_INDENT_2) + b"\n")
            self._move(name, REFUSED)

    def _move(self, name: str, folder: str) -> None:
        read = self._read.pop(name, None)
        with self._folder("") as root, self._folder(folder) as place:
            moved = _free_name(place, name)
            try:
                os.rename(name, moved, src_dir_fd=root, dst_dir_fd=place)
            except FileNotFoundError:
                return
            if read is not None and _file(os.stat(moved, dir_fd=place, follow_symlinks=False)) != read:
                # The provider has put another file in its place meanwhile, which nobody has read.
                os.rename(moved, _free_name(root, name), src_dir_fd=place, dst_dir_fd=root)
            os.fsync(place)
            os.fsync(root)

    @contextmanager
    def _folder(self, name: str) -> Iterator[int]:
        # The root is ours to name; what is in it may have been replaced by a link.
        descriptor = os.open(self._root, os.O_RDONLY | os.O_DIRECTORY)
        try:
            if not name:
                yield descriptor
                return
            inner = os.open(name, _FOLDER, dir_fd=descriptor)
            try:
                yield inner
            finally:
                os.close(inner)
        finally:
            os.close(descriptor)

    @contextmanager
    def _opened(self, name: str) -> Iterator[int]:
        with self._folder("") as root:
            descriptor = os.open(name, _FILE, dir_fd=root)
        try:
            yield descriptor
        finally:
            os.close(descriptor)


@contextmanager
def _usable() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise FolderUnusable(type(error).__name__) from error


def _file(status: os.stat_result) -> _File:
    return status.st_dev, status.st_ino, status.st_mtime_ns


def _content(descriptor: int) -> bytes:
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        raise FileRefused("not-a-file")
    content = b""
    while part := os.read(descriptor, LIMIT + 1 - len(content)):
        content += part
    if len(content) > LIMIT:
        raise FileRefused("too-large")
    return content


def _free_name(place: int, name: str) -> str:
    """Return the name under which a file is put away: its own, where it is not too long and nothing lies there under it."""
    if len(os.fsencode(name)) > LONGEST_NAME:
        name = hashlib.sha256(os.fsencode(name)).hexdigest()
    number, free = 1, name
    while _is_there(place, free):
        number += 1
        free = f"{name}.{number}"
    return free


def _is_there(place: int, name: str) -> bool:
    try:
        os.stat(name, dir_fd=place, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def _write(place: int, name: str, content: bytes) -> None:
    unfinished = f"{name}{UNFINISHED}"
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, FILE_MODE, dir_fd=place)
    with os.fdopen(descriptor, "wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(descriptor)
    os.rename(unfinished, name, src_dir_fd=place, dst_dir_fd=place)
