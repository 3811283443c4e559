"""Hands letters to the print provider: a folder for each batch, PDFs and a manifest, complete as soon as it has its name.

It is written as `<brand>-<batch id>.<attempt>.tmp` and brought to the disk. Then the caller chooses one attempt for good, in
the database; only its folder is renamed, to `<brand>-<batch id>`, by whoever comes first. A folder can be renamed once:
however many workers die, freeze or overlap, and whatever the provider takes away, each letter leaves in one folder.
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
    """A letter as it leaves the house; one that `shows_address` has it in its window."""

    id: UUID
    purpose: str
    created_at: datetime
    address_lines: tuple[str, ...]
    pdf: bytes
    shows_address: bool = True


@dataclass(frozen=True)
class Batch:
    """A batch and which attempt's folder of it is meant; attempts may overlap, so each writes one of its own."""

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


class BatchMissing(Exception):
    """A batch's folder is neither here under its unfinished name, nor was it ever written on this disk."""


class LetterFolder:
    """The folder of batches. Its methods wait for the disk: call them in a thread."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def write(self, batch: Batch, letters: list[PrintedLetter]) -> None:
        """Bring an attempt's folder to the disk, under a name that nobody reads."""
        self._root.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        unfinished = self._unfinished(batch)
        _remove(unfinished)
        unfinished.mkdir()
        unfinished.chmod(FOLDER_MODE)  # whatever the process's mask is
        for letter in letters:
            _write_file(unfinished / f"{letter.id}.pdf", letter.pdf)
        _write_file(unfinished / MANIFEST, _json(_manifest(batch, letters)))
        _write_file(self._witness(batch), b"")
        _to_disk(unfinished)
        _to_disk(self._root)  # a power failure must not undo what will be chosen

    def publish(self, batch: Batch) -> None:
        """Give the chosen attempt's folder its name, unless it had it already: then the provider may have taken it away.

        Raises BatchMissing where this disk has never seen the folder, such as an empty place where a volume should be.
        """
        final = self._root / batch.folder
        try:
            self._unfinished(batch).rename(final)
        except FileNotFoundError:
            if not self._witness(batch).exists():
                raise BatchMissing(batch.folder) from None
        _to_disk(self._root)
        for leftover in self._leftovers(batch.folder):
            if leftover != self._witness(batch):
                _remove(leftover)

    def discard(self, batch: Batch) -> None:
        """Remove what an attempt wrote that is not chosen."""
        _remove(self._unfinished(batch))
        _remove(self._witness(batch))

    def tidy(self, folder: str) -> None:
        """Remove what all attempts at a batch have left behind, once it is noted what became of it."""
        for leftover in self._leftovers(folder):
            _remove(leftover)

    def place(self, folder: str) -> Path:
        """Return where a batch's folder is, if it is there."""
        return self._root / folder

    def manifest_digest(self, folder: str) -> str | None:
        """Return the SHA-256 of a batch's manifest as it is now, in hexadecimal; None where the folder is not there."""
        try:
            return hashlib.sha256((self.place(folder) / MANIFEST).read_bytes()).hexdigest()
        except FileNotFoundError:
            return None

    def remove_pdfs(self, folder: str) -> None:
        """Remove the PDFs of a batch, and the address lines from its manifest; a folder that is gone is no error."""
        self.tidy(folder)
        place = self._root / folder
        if _is_a_folder(place):
            _empty(place, list(place.glob("*.pdf")))

    def remove_letters(self, folder: str, letters: list[UUID]) -> None:
        """Remove the PDFs of some letters of a batch, and their address lines; what is gone already is no error."""
        self.tidy(folder)
        place = self._root / folder
        if _is_a_folder(place):
            _empty(place, [place / f"{letter}.pdf" for letter in letters])

    def _unfinished(self, batch: Batch) -> Path:
        return self._root / f"{batch.folder}.{batch.attempt}.tmp"

    def _witness(self, batch: Batch) -> Path:
        # Stays until the hand-over is noted: tells a folder that was taken away from one that was never here.
        return self._root / f"{batch.folder}.{batch.attempt}.written.tmp"

    def _leftovers(self, folder: str) -> list[Path]:
        return list(self._root.glob(f"{folder}.*.tmp"))


def _remove(leftover: Path) -> None:
    if leftover.is_dir():
        shutil.rmtree(leftover, ignore_errors=True)
    else:
        leftover.unlink(missing_ok=True)


def _is_a_folder(place: Path) -> bool:
    # Whoever may take a folder away may put a link in its place, to another batch or to anything else of ours.
    return place.is_dir() and not place.is_symlink()


def _empty(place: Path, pdfs: list[Path]) -> None:
    """Remove PDFs, then from the manifest the address lines of every letter that has none: the rest stays as evidence."""
    for pdf in pdfs:
        pdf.unlink(missing_ok=True)
    try:
        manifest = orjson.loads((place / MANIFEST).read_bytes())
    except FileNotFoundError:  # taken away in this moment, or file by file
        return
    for letter in manifest["letters"]:
        if not (place / letter["file"]).exists():
            letter.pop("address_lines", None)
    (place / f"{MANIFEST}.tmp").unlink(missing_ok=True)
    _write_file(place / f"{MANIFEST}.tmp", _json(manifest))
    (place / f"{MANIFEST}.tmp").replace(place / MANIFEST)
    _to_disk(place)


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
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, FILE_MODE)
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
