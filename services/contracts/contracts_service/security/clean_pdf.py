"""A PDF, written anew by qpdf: pages as they are seen, and nothing that acts. Used by `cleaning_process`.

Only pages are taken over, and of each page only what draws it: so scripts, actions, links, forms, attachments, films,
layers' switches, outlines, signatures and metadata stay behind, whether anybody knows them or not. What forms and notes show is
drawn into the page first. A second walk then takes out of what is left whatever has the shape of an action, a file or metadata.

A PDF that is not well formed, encrypted, or that unfolds to more than a viewer should bear is refused, and nothing is repaired:
what two readers read differently is how one thing is checked and another one shown.
"""

import io
from decimal import Decimal

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Page, Pdf

from contracts_service.domain.document_refusals import DocumentRefused
from contracts_service.security.pdf_drawing import check_drawing
from contracts_service.security.pdf_leftovers import strip_leftovers

MOST_PAGES = 50
LARGEST_PAGE = 14_400  # units: the largest that a viewer must show (ISO 32000-2, Annex C)
DRAWING = {"/Type", "/Parent", "/MediaBox", "/CropBox", "/Rotate", "/Resources", "/Contents"}


def clean_pdf(raw: bytes) -> bytes:
    """Return the pages of a PDF as a new one; raise DocumentRefused."""
    try:
        with pikepdf.open(io.BytesIO(raw), attempt_recovery=False, suppress_warnings=True) as given:
            if given.is_encrypted:
                raise DocumentRefused("document-encrypted")
            with _pages_of(given) as fresh:
                strip_leftovers(fresh)
                check_drawing(fresh)
                return _saved(fresh)
    except pikepdf.PasswordError:
        raise DocumentRefused("document-encrypted") from None
    except (DocumentRefused, MemoryError):
        raise
    except Exception:  # qpdf's own errors, and Python's where an object is not what its place asks for
        raise DocumentRefused("document-unreadable") from None


def _pages_of(given: Pdf) -> Pdf:
    if not 1 <= len(given.pages) <= MOST_PAGES:
        raise DocumentRefused("document-too-many-pages" if len(given.pages) else "document-unreadable")
    if Name.AcroForm in given.Root:
        given.generate_appearance_streams()
    given.flatten_annotations("screen")
    fresh = Pdf.new()
    for page in given.pages:
        _keep_drawing(page)
        fresh.pages.append(page)
    return fresh


def _keep_drawing(page: Page) -> None:
    for key in sorted(page.obj.keys()):
        if key not in DRAWING:
            del page.obj[key]
    _check_box(page.mediabox)
    if Name.Resources in page.obj and not isinstance(page.obj.Resources, Dictionary):
        raise DocumentRefused("document-unreadable")


def _check_box(box: Array | Object) -> None:
    left, bottom, right, top = (Decimal(side) for side in box)  # type: ignore[arg-type]
    if max(abs(right - left), abs(top - bottom)) > LARGEST_PAGE:
        raise DocumentRefused("document-too-heavy")


def _saved(fresh: Pdf) -> bytes:
    written = io.BytesIO()
    fresh.save(
        written,
        deterministic_id=True,  # nothing of when and where
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
        stream_decode_level=pikepdf.StreamDecodeLevel.generalized,
        compress_streams=True,
        recompress_flate=True,
    )
    return written.getvalue()
