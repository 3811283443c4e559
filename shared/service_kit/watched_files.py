"""A file that is read at once, and again when it was replaced: keys are exchanged while processes run."""

from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

import structlog

from service_kit.problems import SettingUnusable

Content = TypeVar("Content")

log = structlog.get_logger()


class WatchedFile(Generic[Content]):
    """What `read` makes of a file; `read` raises SettingUnusable, as does the constructor, when the file cannot be used.

    Asking costs one `stat`, some two microseconds: nothing beside the signature that it is asked for.
    """

    def __init__(self, file: Path, read: Callable[[Path], Content]) -> None:
        self._file, self._read_file = file, read
        self._stamp: tuple[int, int, int] | None = None
        self._content = self._read()

    def content(self) -> Content:
        """Return the present content; the former goes on while the new file cannot be used."""
        try:
            if self._present_stamp() != self._stamp:
                self._content = self._read()
        except (OSError, SettingUnusable) as error:
            log.error("file_unusable", file=str(self._file), reason=type(error).__name__)
        return self._content

    def _read(self) -> Content:
        try:
            # Before the content: a file that is replaced in between is read once more, not once too few.
            self._stamp = self._present_stamp()
            return self._read_file(self._file)
        except OSError as error:
            raise SettingUnusable(f"{self._file}: {type(error).__name__}") from None

    def _present_stamp(self) -> tuple[int, int, int]:
        found = self._file.stat()
        return found.st_mtime_ns, found.st_ino, found.st_size
