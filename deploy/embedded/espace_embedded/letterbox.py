"""The desk's view of the letters: it reads the batches where notifications hands them over, as a print provider would."""

import json
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID


@dataclass(frozen=True)
class Letter:
    """A letter as the desk shows it."""

    id: str
    brand: str
    purpose: str
    address_lines: list[str]
    created_at: str
    file: Path

    def as_dict(self) -> dict[str, object]:
        """Return the JSON shape of /_desk/letters."""
        return {
            "id": self.id,
            "brand": self.brand,
            "purpose": self.purpose,
            "address_lines": self.address_lines,
            "created_at": self.created_at,
            "pdf_url": f"/_desk/letters/{self.id}.pdf",
        }


class Letterbox:
    """The letters that were handed over."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def letters(self) -> list[Letter]:
        """Return the letters whose PDF is still there, oldest first."""
        found = []
        for manifest in self._directory.glob("*/manifest.json"):
            if manifest.parent.suffix == ".tmp":
                continue  # being written
            content = json.loads(manifest.read_text(encoding="utf-8"))
            for letter in content["letters"]:
                file = manifest.parent / letter["file"]
                if file.is_file():
                    lines = list(letter.get("address_lines", []))
                    about = content["brand"], letter["purpose"]
                    found.append(Letter(letter["id"], *about, lines, letter["created_at"], file))
        return sorted(found, key=lambda letter: (letter.created_at, letter.id))

    def pdf(self, letter_id: str) -> bytes | None:
        """Return a letter's PDF, or None."""
        try:
            wanted = str(UUID(letter_id))
        except ValueError:
            return None
        return next((letter.file.read_bytes() for letter in self.letters() if letter.id == wanted), None)
