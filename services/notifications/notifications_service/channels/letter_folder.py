"""Hands letters to the print provider: a folder for each batch, PDFs and a manifest, complete as soon as it has its name.

It is written as `<brand>-<batch id>.<attempt>.tmp`, brought to the disk, and renamed: whoever sees `<brand>-<batch id>` sees
all of it. A worker that dies leaves a `.tmp` folder that nobody reads; the next one writes the same batch anew, or finds it
there already.
"""

import hashlib
import os
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson

MANIFEST = "manifest.json"
FILE_MODE, FOLDER_MODE = 0o640, 0o750  # readable by the group, which is the print provider's
PAGES = 1  # the template refuses to make a second one


@dataclass(frozen=True)
class PrintedLetter:
    """A letter as it leaves the house."""

    id: UUID
    purpose: str
    created_at: datetime
    address_lines: tuple[str, ...]
    pdf: bytes


@dataclass(frozen=True)
class Batch:
    """A batch and which attempt at it this is; attempts may overlap, so each writes a folder of its own."""

    id: UUID
    brand: str
    created_at: datetime
    attempt: int

    @property
    def folder(self) -> str:
        """Return the folder's final name."""
        return folder_name(self.brand, self.id)


def folder_name(brand: str, batch_id: UUID) -> str:
    """Return the name of a batch's folder."""
    return f"{brand}-{batch_id}"


class LetterFolder:
    """The folder of batches. Its methods wait for the disk: call them in a thread."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def hand_over(self, batch: Batch, letters: list[PrintedLetter]) -> frozenset[UUID]:
        """Write a batch, and return which letters are in it. One that is there already is left as it is."""
        if not (self._root / batch.folder).exists():
            self._root.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
            unfinished = self._write(batch, letters)
            self._publish(unfinished, self._root / batch.folder)
        self._remove_unfinished(batch)
        return self.letters_in(batch)

    def letters_in(self, batch: Batch) -> frozenset[UUID]:
        """Return the letters of a batch that was handed over; none if it was not."""
        try:
            manifest = orjson.loads((self._root / batch.folder / MANIFEST).read_bytes())
        except FileNotFoundError:
            return frozenset()
        return frozenset(UUID(letter["id"]) for letter in manifest["letters"])

    def remove_pdfs(self, folder: str) -> None:
        """Remove the PDFs of a batch, and the address lines from its manifest; a folder that is gone is no error."""
        place = self._root / folder
        if not place.exists():
            return
        for pdf in place.glob("*.pdf"):
            pdf.unlink(missing_ok=True)
        manifest = orjson.loads((place / MANIFEST).read_bytes())
        for letter in manifest["letters"]:
            letter.pop("address_lines", None)
        _write_file(place / f"{MANIFEST}.tmp", _json(manifest))
        (place / f"{MANIFEST}.tmp").replace(place / MANIFEST)
        _to_disk(place)

    def _write(self, batch: Batch, letters: list[PrintedLetter]) -> Path:
        unfinished = self._root / f"{batch.folder}.{batch.attempt}.tmp"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir()
        unfinished.chmod(FOLDER_MODE)  # whatever the process's mask is
        for letter in letters:
            _write_file(unfinished / f"{letter.id}.pdf", letter.pdf)
        _write_file(unfinished / MANIFEST, _json(_manifest(batch, letters)))
        _to_disk(unfinished)
        return unfinished

    def _publish(self, unfinished: Path, final: Path) -> None:
        try:
            unfinished.rename(final)
        except OSError:
            if not final.exists():  # another worker was faster: the same letters, the same content
                raise
        _to_disk(self._root)

    def _remove_unfinished(self, batch: Batch) -> None:
        for leftover in self._root.glob(f"{batch.folder}.*.tmp"):
            shutil.rmtree(leftover, ignore_errors=True)


def _manifest(batch: Batch, letters: list[PrintedLetter]) -> dict[str, Any]:
    return {
        "batch_id": str(batch.id),
        "brand": batch.brand,
        "created_at": _instant(batch.created_at),
        "letters": [
            {
                "id": str(letter.id),
                "file": f"{letter.id}.pdf",
                "sha256": hashlib.sha256(letter.pdf).hexdigest(),
                "pages": PAGES,
                "address_lines": letter.address_lines,
                "created_at": _instant(letter.created_at),
                "purpose": letter.purpose,
            }
            for letter in letters
        ],
    }


def _instant(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _json(content: dict[str, Any]) -> bytes:
    return orjson.dumps(content, option=orjson.OPT_INDENT_2) + b"\n"


def _write_file(file: Path, content: bytes) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE_MODE)
    with os.fdopen(descriptor, "wb") as opened:
        os.fchmod(descriptor, FILE_MODE)
        opened.write(content)
        opened.flush()
        os.fsync(descriptor)


def _to_disk(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
