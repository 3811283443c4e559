"""A batch's folder as one ZIP file, made part by part while it is downloaded: never more than one letter is in memory.

Files are stored, not packed: PDFs are packed already. The same folder gives the same bytes. The manifest comes last, as in a
folder that is being written: an archive that breaks off has none.
"""

import io
import zipfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from uuid import UUID

from notifications_service.channels.letter_folder import MANIFEST

CONTENT_TYPE = "application/zip"


def archive_parts(place: Path, letters: Iterable[UUID], *, stamp: datetime) -> Iterator[bytes]:
    """Yield the bytes of the archive of a folder: those of `letters` that are there, then the manifest.

    A letter whose page is removed meanwhile is left out: it is not to be printed any more. `stamp` dates every file. Raises
    OSError where a file cannot be read, such as the manifest of a folder that was taken away.
    """
    outflow = _Outflow()
    with zipfile.ZipFile(outflow, "w", zipfile.ZIP_STORED) as archive:
        for name in [*(f"{letter}.pdf" for letter in letters), MANIFEST]:
            content = _read(place / name, may_be_gone=name != MANIFEST)
            if content is not None:
                archive.writestr(_entry(f"{place.name}/{name}", stamp), content)
                yield outflow.taken()
    yield outflow.taken()  # the directory, without which the archive is known to be incomplete


def _read(file: Path, *, may_be_gone: bool) -> bytes | None:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        if may_be_gone:
            return None
        raise


def _entry(name: str, stamp: datetime) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, (stamp.year, stamp.month, stamp.day, stamp.hour, stamp.minute, stamp.second))
    entry.create_system = 3  # Unix, wherever this runs
    entry.external_attr = 0o640 << 16
    return entry


class _Outflow(io.BytesIO):
    """What was written since it was last taken. It can be sought within that only, which is all that a stored entry asks for:
    its head is written again with the sum and the size, so that the archive needs no data descriptors."""

    def __init__(self) -> None:
        super().__init__()
        self._gone = 0

    def taken(self) -> bytes:
        """Return what was written since the last time, and forget it."""
        part = self.getvalue()
        self._gone += len(part)
        super().seek(0)
        self.truncate()
        return part

    def tell(self) -> int:
        return self._gone + super().tell()

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if whence != io.SEEK_SET:
            raise io.UnsupportedOperation
        return self._gone + super().seek(offset - self._gone)
