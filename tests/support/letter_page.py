"""The one page of a letter, read back from its bytes: what stands where, in millimetres, and what shows in the window."""

import pypdfium2 as pdfium

MM = 72 / 25.4
WINDOW = (110.0, 55.0, 195.0, 80.0)  # mm from the sheet's left and top edges: common to DL and C5
# As wide as lines can be, so that whatever is too wide or too high is seen.
ADDRESS = ("ÉÇ" * 19, "W" * 38, "M" * 38, "Q" * 38, "O" * 38, "Ç" * 38, "ÉÇ" * 19)
DECLARED = (b"/StructTreeRoot", b"/MarkInfo", b"<pdfuaid:part>1<", b"<pdfaid:part>2<", b"<pdfaid:conformance>A<")

Box = tuple[float, float, float, float]  # left, top, right, bottom in mm from the sheet's left and top edges


class Page:
    """The one page of a letter."""

    def __init__(self, pdf: bytes) -> None:
        self.document = pdfium.PdfDocument(pdf)
        assert len(self.document) == 1
        self.page = self.document[0]
        self.texts, self.height = self.page.get_textpage(), self.page.get_height()
        self.whole: str = self.texts.get_text_range()
        assert len(self.whole) == self.texts.count_chars()

    def characters(self) -> list[tuple[str, Box]]:
        """Return what is read, each character with its box."""
        # One code unit a character, as pdfium counts: no letter has more.
        places = [place for place, character in enumerate(self.whole) if character.strip()]
        return [(self.whole[place], self._box(self.texts.get_charbox(place, loose=True))) for place in places]

    def shapes(self) -> list[Box]:
        """Return the boxes of what is drawn and is no text."""
        drawn = [one for one in self.page.get_objects() if one.type != pdfium.raw.FPDF_PAGEOBJ_TEXT]
        return [self._box(one.get_bounds()) for one in drawn]

    def _box(self, points: tuple[float, float, float, float]) -> Box:
        left, bottom, right, top = points
        return (left / MM, (self.height - top) / MM, right / MM, (self.height - bottom) / MM)


def shows(box: Box) -> bool:
    """Tell whether a box meets the window."""
    return box[0] < WINDOW[2] and box[2] > WINDOW[0] and box[1] < WINDOW[3] and box[3] > WINDOW[1]


def is_inside(box: Box) -> bool:
    return box[0] > WINDOW[0] and box[2] < WINDOW[2] and box[1] > WINDOW[1] and box[3] < WINDOW[3]
