"""How much a viewer would draw for a PDF, before anybody opens it: forms that draw forms multiply. Used by `clean_pdf`.

What one content draws is counted through whatever it draws in turn: forms and images (`Do`), patterns, the masks of graphics
states. A name that a form does not explain itself is looked up where the form is drawn from, as the most indulgent viewers do.
"""

from dataclasses import dataclass, field
from typing import cast

import pikepdf
from pikepdf import ContentStreamInlineImage, Dictionary, Name, Object, Page, Pdf, Stream

from contracts_service.domain.document_refusals import DocumentRefused
from contracts_service.security.pdf_leftovers import REFUSED_CODECS

MOST_DRAWN = 10_000  # of all pages together
MOST_NESTED = 20
MOST_CONTENTS = 10_000  # looked at: each form once for each way to it that may explain its names differently
OPERATORS = "Do gs scn SCN BI ID EI"
GLYPH_OPERATORS = "Do gs scn SCN Tj TJ ' \" BI ID EI"
MAPS = {"Do": "/XObject", "gs": "/ExtGState", "scn": "/Pattern", "SCN": "/Pattern"}
INLINE_CODECS = REFUSED_CODECS | {"/JPX", "/JBIG2"}

Key = tuple[int, int]


@dataclass(frozen=True)
class _Place:
    """Where names are looked up: the resources of one content, then those of whoever draws it."""

    resources: tuple[Object, ...] = field(compare=False, hash=False)
    owners: tuple[Key, ...]

    def below(self, one: Object) -> "_Place":
        found = one.get(Name.Resources)
        if not isinstance(found, Dictionary):
            return self
        return _Place((found, *self.resources), (one.objgen, *self.owners))

    def find(self, map_name: str, name: str) -> Object | None:
        for resources in self.resources:
            named = resources.get(map_name)
            if isinstance(named, Dictionary) and name in named:
                return named[name]
        return None


def check_drawing(fresh: Pdf) -> None:
    """Raise DocumentRefused for pages that draw too much (`document-too-heavy`), or images of a refused kind inline."""
    walk = _Walk()
    drawn = 0
    for page in fresh.pages:
        drawn += walk.drawn_by(page, _Place((), ()).below(page.obj), depth=0)
        if drawn > MOST_DRAWN:
            raise DocumentRefused("document-too-heavy")
    _check_glyphs(fresh)


def _key_of(content: Page | Object) -> Key:
    return cast("Key", content.objgen)  # pikepdf's types leave open what it is of a page


class _Walk:
    def __init__(self) -> None:
        self._known: dict[tuple[Key, tuple[Key, ...]], int] = {}
        self._named: dict[Key, list[tuple[str, str]]] = {}

    def drawn_by(self, content: Page | Object, place: _Place, *, depth: int) -> int:
        """Return how many things a content draws, its own and those that they draw."""
        if depth > MOST_NESTED or len(self._known) > MOST_CONTENTS:
            raise DocumentRefused("document-too-heavy")  # one that draws itself as well
        own = _key_of(content)
        key = (own, place.owners)
        if key not in self._known or not key[0][0]:
            self._known[key] = self._sum(content, place, depth=depth)
        return self._known[key]

    def _sum(self, content: Page | Object, place: _Place, *, depth: int) -> int:
        drawn = 0
        for operator, name in self._names_in(content):
            target = _content_of(place.find(MAPS[operator], name), operator)
            drawn += operator == "Do"
            if target is not None:
                drawn += 1 + self.drawn_by(target, place.below(target), depth=depth + 1)
            if drawn > MOST_DRAWN:
                raise DocumentRefused("document-too-heavy")
        return drawn

    def _names_in(self, content: Page | Object) -> list[tuple[str, str]]:
        key = _key_of(content)
        if key not in self._named or not key[0]:
            self._named[key] = _names_in(content)
        return self._named[key]


def _names_in(content: Page | Object) -> list[tuple[str, str]]:
    """Return what a content draws by name: operators, and the names they are given."""
    found = []
    for instruction in pikepdf.parse_content_stream(content, OPERATORS):
        if isinstance(instruction, ContentStreamInlineImage):
            _check_inline(instruction)
        elif instruction.operands and isinstance(instruction.operands[-1], Name):
            found.append((str(instruction.operator), str(instruction.operands[-1])))
    return found


def _check_inline(instruction: ContentStreamInlineImage) -> None:
    if any(str(one) in INLINE_CODECS for one in instruction.iimage.filters):
        raise DocumentRefused("document-images")


def _content_of(found: Object | None, operator: str) -> Stream | None:
    """Return the content that a name stands for: a form, a tiling pattern, or a mask's form; images draw nothing further."""
    if operator == "gs" and isinstance(found, Dictionary):
        mask = found.get(Name.SMask)
        found = mask.get(Name.G) if isinstance(mask, Dictionary) else None
    if not isinstance(found, Stream) or found.get(Name.Subtype) == Name.Image:
        return None
    return found


def _check_glyphs(fresh: Pdf) -> None:
    """Refuse glyphs (Type 3) that draw by name anything but images, or that write: each is drawn with each character."""
    for font in fresh.objects:
        glyphs = font.get(Name.CharProcs) if isinstance(font, Dictionary) else None
        for glyph in glyphs.values() if isinstance(glyphs, Dictionary) else ():
            if isinstance(glyph, Stream):
                _check_glyph(glyph, font)


def _check_glyph(glyph: Stream, font: Object) -> None:
    place = _Place((), ()).below(font)
    for instruction in pikepdf.parse_content_stream(glyph, GLYPH_OPERATORS):
        if isinstance(instruction, ContentStreamInlineImage):
            _check_inline(instruction)
            continue
        operator, operands = str(instruction.operator), instruction.operands
        if operator not in MAPS:
            raise DocumentRefused("document-too-heavy")
        if operands and isinstance(operands[-1], Name):
            found = place.find(MAPS[operator], str(operands[-1]))
            if _content_of(found, operator) is not None or (found is None and operator != "gs"):
                raise DocumentRefused("document-too-heavy")
