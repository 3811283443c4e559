"""The page of a notice, for every brand: its window, its folds, what it declares, and that it is one sheet in every case."""

from datetime import date
from typing import Any

import pytest
from documents_service.domain.documents import TERMINATION_NOTICE
from documents_service.rendering.press import DocumentNotRendered, DocumentPress
from documents_service.rendering.termination_notice import TerminationNoticeContent

from tests.structure.test_french import faults
from tests.support.brought_notices import notice_content, printed_brands
from tests.support.documents_fixtures import termination
from tests.support.letter_page import ADDRESS, DECLARED, MM, WINDOW, Page, is_inside, shows

pytestmark = pytest.mark.unit

PRESS = DocumentPress()
# All that can be said at once, by who has the longest names.
FULLEST: dict[str, Any] = {
    "requalified": True,
    "corrects": date(2026, 11, 3),
    "product": "Formule intégrale renforcée hospitalisation, optique et dentaire",
    "effective_date": "2026-09-30",
    "holder": termination()["holder"]
    | {"last_name": "de Montmorency-Laval-Châteaubriand-Wittelsbach", "first_name": "Jean-Maximilien Barthélemy"},
}


CASES = [{}, FULLEST, {"use": "withdrawal", "refund_by": None}, {"motive": "death"}]


def page(content: TerminationNoticeContent) -> tuple[bytes, Page]:
    pdf = PRESS.render(TERMINATION_NOTICE, content)
    return pdf, Page(pdf)


@pytest.mark.parametrize("brand", printed_brands())
def test_the_window_shows_the_whole_address_and_nothing_else_whatever_its_length(brand: str):
    for count in (3, 6, 7):
        _, drawn = page(notice_content(brand=brand).model_copy(update={"address_lines": ADDRESS[-count:]}))
        seen = [(character, box) for character, box in drawn.characters() if shows(box)]

        assert "".join(character for character, _ in seen) == "".join(ADDRESS[-count:])
        assert [character for character, box in seen if not is_inside(box)] == []
        assert max(box[3] for _, box in seen) > WINDOW[3] - 3
        assert [box for box in drawn.shapes() if shows(box)] == []


@pytest.mark.parametrize("brand", printed_brands())
@pytest.mark.parametrize("changes", CASES, ids=["plain", "fullest", "withdrawal", "death"])
def test_a_notice_is_one_sheet_that_declares_itself_and_can_be_read_aloud(brand: str, changes: dict[str, Any]):
    content = notice_content(brand=brand, **changes)
    pdf, drawn = page(content)
    text, metadata = " ".join(drawn.whole.split()), drawn.document.get_metadata_dict()
    folds = [round((box[1] + box[3]) / 2) for box in drawn.shapes() if box[2] < 12]
    order = [content.brand.name, content.address_lines[-1], "Référence", f"{content.salutation},", "Besoin d’aide"]
    places = [text.find(words) for words in order]

    assert tuple(round(side / MM) for side in drawn.page.get_size()) == (210, 297)
    assert [mark for mark in DECLARED if mark not in pdf] == []
    assert (metadata["Author"], content.person in str(metadata)) == (content.brand.name, False)
    assert folds == [99, 198]
    assert min(places) >= 0
    assert places == sorted(places)
    assert faults(drawn.whole.replace("\r\n", "\n")) == {}


def test_the_same_notice_is_drawn_with_the_same_bytes():
    assert page(notice_content())[0] == page(notice_content())[0]


def test_a_notice_that_needs_a_second_sheet_is_refused():
    endless = notice_content().model_copy(update={"product": "Formule " * 2000})

    with pytest.raises(DocumentNotRendered) as caught:
        page(endless)

    assert caught.value.reason == "overflow"


def test_template_code_in_a_name_is_printed_as_it_is():
    holder = termination()["holder"] | {"last_name": "#panic()[$x$]"}

    assert "#panic()[$x$]" in page(notice_content(holder=holder))[1].whole
