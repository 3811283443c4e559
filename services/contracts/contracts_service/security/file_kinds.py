"""Which kind of file bytes are, by what they begin with and how they end: nobody's word for it is taken.

Used inside `cleaning_process` only. A file that could be taken for another kind as well is refused: whoever makes one means harm.
"""

import io
import re
import zipfile
from typing import Literal

from contracts_service.domain.document_refusals import DocumentRefused

Kind = Literal["pdf", "jpeg", "png", "heic"]

PDF, PNG, JPEG = b"%PDF-", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
PNG_END = b"\x00\x00\x00\x00IEND\xaeB`\x82"
HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
HEAD_BYTES = 4096
MARKUP = re.compile(rb"<(?:!doctype|html|head|body|script|svg|iframe|\?php|\?xml-stylesheet)", re.IGNORECASE)


def kind_of(raw: bytes) -> Kind:
    """Return the kind of a file; raise DocumentRefused (`document-empty`, `document-type`, `document-mixed`, `-unreadable`)."""
    if not raw:
        raise DocumentRefused("document-empty")
    kind = _by_its_beginning(raw)
    if kind is None:
        raise DocumentRefused("document-type")
    _refuse_mixtures(kind, raw)
    return kind


def _by_its_beginning(raw: bytes) -> Kind | None:
    if raw.startswith(PDF):
        return "pdf"
    if raw.startswith(JPEG):
        return "jpeg"
    if raw.startswith(PNG):
        return "png"
    return "heic" if raw[4:8] == b"ftyp" and raw[8:12] in HEIC_BRANDS else None


def _refuse_mixtures(kind: Kind, raw: bytes) -> None:
    # Telephones append films and second pictures to photos: those are dropped when the photo is written anew. An archive, a
    # PDF or a page of markup has no business there.
    if zipfile.is_zipfile(io.BytesIO(raw)) or (kind != "pdf" and (PDF in raw or MARKUP.search(raw[:HEAD_BYTES]))):
        raise DocumentRefused("document-mixed")
    if kind == "png":
        _refuse_rest(raw, PNG_END)
    if kind == "pdf":
        _refuse_rest(raw, b"%%EOF")


def _refuse_rest(raw: bytes, end: bytes) -> None:
    _, found, rest = raw.rpartition(end)
    if not found:
        raise DocumentRefused("document-unreadable")  # broken off
    if rest.strip(b"\x00\t\n\x0c\r "):
        raise DocumentRefused("document-mixed")
