"""A file for `espace import`: whose lines it has, what they are about, how they are written, and its bytes as they are sent.

`<kind>-<brand>.ndjson` says it by its name; `.csv` and `.jsonl` are known, too, more words may follow the brand, and `.gz` is
unpacked on the way.
"""

import asyncio
import gzip
import hashlib
import re
import sys
import zlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal, cast

KINDS = ("members", "contributions", "reimbursements")
FORMATS = {"ndjson": "application/x-ndjson", "csv": "text/csv"}
STDIN = "-"
PART_BYTES = 256 * 1024

_NAME = re.compile(rf"({'|'.join(KINDS)})-([a-z0-9]+)(?:[-_.].*)?")
_ENDINGS = {".ndjson": "ndjson", ".jsonl": "ndjson", ".csv": "csv"}


class FileRefused(Exception):
    """The file, or what was said of it, cannot be imported; the message is one line."""


@dataclass(frozen=True)
class Said:
    """What the command line says of its files; None where their names are to say it."""

    brand: str | None
    kind: str | None
    format: str | None


@dataclass(frozen=True)
class ImportFile:
    """One file; `path` is None for standard input, which can be read only once."""

    path: Path | None
    brand: str
    kind: str
    format: Literal["ndjson", "csv"]

    @property
    def name(self) -> str:
        """Return what the file is called."""
        return "standard input" if self.path is None else self.path.name

    @property
    def content_type(self) -> str:
        """Return the media type of the lines."""
        return FORMATS[self.format]

    async def identity(self) -> tuple[str, int]:
        """Return the key that is the same whenever this file is sent, and its length; raise FileRefused."""
        digest, size = hashlib.sha256(), 0
        async for part in self.parts():
            digest.update(part)
            size += len(part)
        named = f"{self.name}:{size}:{digest.hexdigest()}"
        return hashlib.sha256(named.encode()).hexdigest(), size

    async def parts(self) -> AsyncIterator[bytes]:
        """Yield what is sent; raise FileRefused when the file cannot be read."""
        try:
            with self._open() as stream:
                while part := await asyncio.to_thread(stream.read, PART_BYTES):
                    yield part
        except (OSError, EOFError, zlib.error) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise FileRefused(f"cannot read {self.name}: {reason}") from None

    def _open(self) -> BinaryIO:
        if self.path is None:
            return sys.stdin.buffer
        return cast(BinaryIO, gzip.open(self.path)) if self.path.suffix == ".gz" else self.path.open("rb")


def import_file(argument: str, said: Said) -> ImportFile:
    """Return the file that an argument names; raise FileRefused where name and command line contradict or say too little."""
    name = Path(argument).name.removesuffix(".gz")
    found = None if argument == STDIN else _NAME.fullmatch(name)
    told_kind, told_brand = (found[1], found[2]) if found else (None, None)
    told_format = None if argument == STDIN else _ENDINGS.get(Path(name).suffix)
    return ImportFile(
        None if argument == STDIN else Path(argument),
        _agreed(argument, "--brand", said.brand, told_brand),
        _agreed(argument, "--kind", said.kind, told_kind),
        "csv" if _agreed(argument, "--format", said.format, told_format) == "csv" else "ndjson",
    )


def _agreed(argument: str, option: str, said: str | None, told: str | None) -> str:
    if said is not None and told is not None and said != told:
        raise FileRefused(f"{argument}: its name says {told}, {option} says {said}")
    found = said or told
    if found is None:
        raise FileRefused(f"{argument}: say {option}, or name it like members-mgas.ndjson")
    return found
