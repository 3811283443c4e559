"""Draws letters: `templates/<purpose>/letter.typ`, each in the same frame.

Place in the flow: `usecases/draw_letters` builds a LetterContent from the brand and what was sealed;
the bytes go into a print batch. Nothing is kept here: a code exists in clear only in
the content and in the bytes.

One typst compiler per thread, since a shared one raises "Already borrowed". The compiler releases the
GIL, reads no system font and no network package, and gives the same bytes for the same content.
"""

import threading
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Annotated, Any, Literal

import typst
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from service_kit.postal_address import LINE_LIMIT, LINES_ABROAD
from service_kit.postal_capitals import printable_words

_TEMPLATES = Path(__file__).parent.parent / "templates"
SHIPPED: Mapping[str, bytes] = {}  # nothing of a brand's own

AddressLine = Annotated[str, Field(min_length=1, max_length=LINE_LIMIT)]
# The letter tells its reader that there is neither zero nor O, neither one nor I.
PostedCode = Annotated[str, Field(pattern=r"^[2-9A-HJ-NP-Z]{2,6}(-[2-9A-HJ-NP-Z]{2,6}){1,4}$", max_length=24)]


class LetterNotRendered(Exception):
    """No page could be made of this content: the delivery must fail for the back office, not be retried.

    `reason` is `glyph` (a character that no shipped font has), `overflow` (the text does not fit its
    place) or `template`. It carries nothing of the content: the compiler's own message may.
    """

    code = "letter-not-rendered"

    def __init__(self, reason: Literal["glyph", "overflow", "template"]) -> None:
        super().__init__(f"{self.code}: {reason}")
        self.reason = reason


class LetterBrand(BaseModel):
    """What a letter shows of the mutual that sends it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    return_address: tuple[str, ...] = Field(max_length=5)
    phone: str
    email: str
    hours: str
    colour: str = Field(pattern=r"^#[0-9a-fA-F]{6}$")


class LetterContent(BaseModel):
    """What every letter says; `address_lines` as service_kit.postal_address lays them out."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    purpose: str

    brand: LetterBrand
    address_lines: tuple[AddressLine, ...] = Field(min_length=2, max_length=LINES_ABROAD, repr=False)
    dated: date
    salutation: Annotated[str, AfterValidator(printable_words)] = Field(repr=False)
    reference: str
    shows_address: bool = True  # False where the print provider prints it, in a window that we leave blank
    # A hint at the e-mail address at which the same did not arrive.
    unreached_email: str | None = Field(default=None, repr=False)


class PostedCodeLetter(LetterContent):
    """The letter that carries a one-time code."""

    purpose: Literal["posted_code"] = "posted_code"

    code: PostedCode = Field(repr=False)
    valid_until: date
    web_address: str
    login_identifier: Literal["nir", "email"]
    password_rule: Literal["six_digits", "passphrase"]


class NoticeLetter(LetterContent):
    """A letter that only tells something: its template says which words it needs."""

    purpose: str
    words: dict[str, str | int] = Field(repr=False)


class LetterPress:
    """Renders letters; may be shared by the threads of a small pool."""

    def __init__(self) -> None:
        self._fonts = typst.Fonts(include_system_fonts=False)
        self._of_thread = threading.local()

    def render(self, letter: LetterContent, own: Mapping[str, bytes] = SHIPPED) -> bytes:
        """Render one A4 page as PDF/A-2a and PDF/UA-1; raise LetterNotRendered where that is impossible.

        `own` are a brand's templates that take the place of shipped ones, by `<purpose>/letter.typ` or `frame/letter.typ`.
        """
        try:
            return self.compile(letter, own)
        except typst.TypstError as error:
            raise LetterNotRendered(_reason(error.message)) from None  # its message may quote a name

    def compile(self, letter: LetterContent, own: Mapping[str, bytes] = SHIPPED) -> bytes:
        """Do the same for sample data: raise typst.TypstError, whose message may quote the content."""
        place = f"{letter.purpose}/letter.typ"
        # Several files in one mapping, as its documentation says and its types do not; the rest is looked up in its root.
        files: Any = {**own, "main.typ": own.get(place, _TEMPLATES / place)}
        pdf = self._compiler().compile(
            files,
            format="pdf",
            sys_inputs={"content": letter.model_dump_json()},
            pdf_standards=["a-2a", "ua-1"],
            timestamp=datetime.combine(letter.dated, time(), UTC),
        )
        if not isinstance(pdf, bytes):
            raise typst.TypstError("more than one file", "")
        return pdf

    def _compiler(self) -> typst.Compiler:
        if not hasattr(self._of_thread, "compiler"):
            self._of_thread.compiler = typst.Compiler(root=_TEMPLATES, font_paths=self._fonts, ignore_system_fonts=True)
        compiler: typst.Compiler = self._of_thread.compiler
        return compiler


def _reason(message: str) -> Literal["glyph", "overflow", "template"]:
    if "could not be displayed" in message:
        return "glyph"
    return "overflow" if "overflow:" in message else "template"
