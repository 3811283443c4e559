"""Each brand's templates: those that ship with the service, and the brand's own in their places.

`<brands directory>/<brand>/templates/` mirrors the shipped `templates/`. Its files are read once, at start, so that what was
checked is what is used. A file that takes no shipped one's place is refused: it would never be seen.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from service_kit.brands import BrandFileUnusable

from notifications_service.channels.mail_templates import TEMPLATES, MailTemplates, RenderedMail

FOLDER = "templates"
SHIPPED = frozenset(str(file.relative_to(TEMPLATES)) for file in TEMPLATES.glob("*/*") if file.is_file())

Own = Mapping[str, str]  # place, such as welcome/body.html → text

_PACKAGE = re.compile(r"""(?:import|include)\s*\(?\s*["']@""")  # Typst would fetch it from the network


def read_own_templates(brands_directory: Path, brands: Collection[str]) -> dict[str, Own]:
    """Return brand → its own templates; raise BrandFileUnusable for a file that cannot be one, by its name."""
    for folder in sorted(brands_directory.iterdir()):
        if folder.name not in brands and (folder / FOLDER).is_dir() and not folder.name.startswith("."):
            raise BrandFileUnusable(f"{folder.name}/{FOLDER}: there is no {folder.name}.toml")
    return {brand: _read_folder(brands_directory, brand) for brand in brands}


class BrandTemplates:
    """The templates of every brand."""

    def __init__(self, own: Mapping[str, Own]) -> None:
        shipped = MailTemplates()
        self._mails = {brand: MailTemplates(texts) if texts else shipped for brand, texts in own.items()}
        self._letters = {brand: letters_of(texts) for brand, texts in own.items()}

    def render(self, brand: str, purpose: str, values: Mapping[str, Any]) -> RenderedMail:
        """Fill in the three parts of a mail; raise TemplateUnusable for a value that is missing."""
        return self._mails[brand].render(purpose, values)

    def letters(self, brand: str) -> Mapping[str, bytes]:
        """Return the brand's own templates of letters."""
        return self._letters[brand]


def letters_of(own: Own) -> dict[str, bytes]:
    """Return those of a brand's own templates that are for letters."""
    return {place: text.encode() for place, text in own.items() if place.endswith(".typ")}


def _read_folder(brands_directory: Path, brand: str) -> dict[str, str]:
    place = brands_directory / brand / FOLDER
    if not place.exists():
        return {}
    # Kubernetes mounts files by way of links, so the folder itself may be one, as long as it stays among the brands.
    root = _inside(brands_directory.resolve(), place, f"{brand}/{FOLDER}")
    return {name: _text(root, file, f"{brand}/{FOLDER}/{name}") for name, file in _files(root, f"{brand}/{FOLDER}")}


def _files(root: Path, shown: str) -> Iterator[tuple[str, Path]]:
    folders = {place.partition("/")[0] for place in SHIPPED}
    for entry in _entries(root):
        if entry.name not in folders or not entry.is_dir():
            raise BrandFileUnusable(f"{shown}/{entry.name}: takes the place of nothing that ships with the service")
        _inside(root, entry, f"{shown}/{entry.name}")
        for file in _entries(entry):
            name = f"{entry.name}/{file.name}"
            if name not in SHIPPED:
                raise BrandFileUnusable(f"{shown}/{name}: takes the place of nothing that ships with the service")
            yield name, file


def _entries(folder: Path) -> list[Path]:
    return sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))


def _text(root: Path, file: Path, shown: str) -> str:
    try:
        text = _inside(root, file, shown).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BrandFileUnusable(f"{shown}: {type(error).__name__}") from None
    if file.suffix == ".typ" and _PACKAGE.search(text):
        raise BrandFileUnusable(f"{shown}: letters use no packages")
    return text


def _inside(root: Path, place: Path, shown: str) -> Path:
    real = place.resolve()
    if not real.is_relative_to(root):
        raise BrandFileUnusable(f"{shown}: leads out of the brand's folder")
    return real
