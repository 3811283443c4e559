"""Draws documents: `templates/<kind>.typ`, filled in with a DocumentContent.

Place in the flow: planning collects the facts of one document into its kind's content; `issue_due_documents` has it drawn. The
bytes that come out are stored once and never drawn again.

One typst compiler per thread and kind, since a shared one raises "Already borrowed". The compiler releases the
GIL, reads no system font and no network package, and gives the same bytes for the same content.
"""

import json
import threading
import unicodedata
from abc import ABC, abstractmethod
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Annotated, Any, Literal

import typst
from pydantic import AfterValidator, BaseModel, ConfigDict

from documents_service.domain.card_validity import Validity
from documents_service.domain.documents import DocumentKind

TEMPLATES = Path(__file__).parent.parent / "templates"

Reason = Literal["glyph", "overflow", "template", "size"]


def _without_hidden_marks(text: str) -> str:
    """Compose to NFC and drop control and direction marks: they would reorder what stands beside them."""
    return "".join(c for c in unicodedata.normalize("NFC", text) if not unicodedata.category(c).startswith("C"))


Printed = Annotated[str, AfterValidator(_without_hidden_marks)]


class DocumentNotRendered(Exception):
    """No document could be made of this content: the issue must fail for the back office, not be retried.

    `reason` is `glyph` (a character that no shipped font has), `overflow` (the text does not fit its place), `size` (too many
    bytes to be brought) or `template`. It carries nothing of the content: the compiler's own message may.
    """

    code = "document-not-rendered"

    def __init__(self, reason: Reason) -> None:
        super().__init__(f"{self.code}: {reason}")
        self.reason: Reason = reason


class Facts(BaseModel):
    """A part of what a document says."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class DocumentContent(Facts, ABC):
    """Everything that one document says: a kind's own facts, and what is to be known of every document."""

    @property
    @abstractmethod
    def brand_name(self) -> str:
        """Return whose document it is, as members know it."""

    @property
    @abstractmethod
    def dated(self) -> date:
        """Return the day on which it is issued (Paris)."""

    @property
    @abstractmethod
    def validity(self) -> Validity:
        """Return from when to when members are shown it as valid."""

    @property
    def title(self) -> str | None:
        """Return its French title where that of its kind does not say enough."""
        return None

    @property
    def year(self) -> int:
        """Return the year that the name of its file gives."""
        return self.validity.last.year

    @abstractmethod
    def as_printed(self) -> dict[str, Any]:
        """Return the strings of the page."""

    def told(self) -> dict[str, Any]:
        """Return what `document.issued` says of it beside what it says of every document."""
        return {}


class DocumentPress:
    """Renders documents of every kind; may be shared by the threads of a small pool."""

    def __init__(self) -> None:
        self._fonts = typst.Fonts(include_system_fonts=False)
        self._of_thread = threading.local()

    def render(self, kind: DocumentKind, content: DocumentContent) -> bytes:
        """Render a document as PDF/A-2a and PDF/UA-1; raise DocumentNotRendered where that is impossible."""
        try:
            pdf = self._compiler(kind).compile(
                format="pdf",
                sys_inputs={"content": json.dumps(content.as_printed())},
                pdf_standards=["a-2a", "ua-1"],
                timestamp=datetime.combine(content.dated, time(), UTC),
            )
        except typst.TypstError as error:
            raise DocumentNotRendered(_reason(error.message)) from None  # its message may quote a name
        if not isinstance(pdf, bytes):
            raise DocumentNotRendered("template")
        return pdf

    def _compiler(self, kind: DocumentKind) -> typst.Compiler:
        compilers: dict[DocumentKind, typst.Compiler] = self._of_thread.__dict__.setdefault("compilers", {})
        if kind not in compilers:
            compilers[kind] = typst.Compiler(
                input=TEMPLATES / f"{kind}.typ", root=TEMPLATES, font_paths=self._fonts, ignore_system_fonts=True
            )
        return compilers[kind]


def _reason(message: str) -> Reason:
    if "could not be displayed" in message:
        return "glyph"
    return "overflow" if "overflow:" in message else "template"
