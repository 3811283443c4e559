"""Every letter of every brand, read back from its bytes: what the window shows, where it is folded, what it declares."""

import re
from functools import cache
from pathlib import Path

import pytest
from notifications_service.channels.brand_templates import letters_of, read_own_templates
from notifications_service.channels.letter_pdf import LetterPress
from notifications_service.domain.brand_sender import BrandSender
from notifications_service.domain.message_kinds import LETTERS
from notifications_service.rendering.previews import BrandPreviews
from notifications_service.rendering.samples import CODES, Sample, samples
from service_kit.brands import read_brands

from tests.structure.test_french import faults
from tests.support.letter_page import ADDRESS, DECLARED, MM, WINDOW, Page, is_inside, shows

pytestmark = pytest.mark.unit

BRANDS = Path(__file__).parents[3] / "deploy" / "brands"
SENDERS = read_brands(BRANDS, "notifications", BrandSender)
OWN = read_own_templates(BRANDS, SENDERS.keys())
PRESS = LetterPress()


@pytest.fixture(params=[(brand, purpose) for brand in SENDERS for purpose in LETTERS], ids=lambda each: "-".join(each))
def previews(request: pytest.FixtureRequest) -> tuple[BrandPreviews, str]:
    brand, purpose = request.param
    return of_brand(brand), purpose


@cache
def of_brand(brand: str) -> BrandPreviews:
    return BrandPreviews(SENDERS[brand], OWN[brand], "https://espace.example")


def addressed(previews: BrandPreviews, sample: Sample, lines: tuple[str, ...]) -> Page:
    content = previews.letter_content(sample).model_copy(update={"address_lines": lines})
    return Page(PRESS.render(content, letters_of(previews.own)))


def test_the_window_shows_the_whole_address_and_nothing_else_whatever_its_length(previews: tuple[BrandPreviews, str]):
    brand, purpose = previews
    for count in (3, 4, 5, 6, 7):
        page = addressed(brand, samples(LETTERS[purpose])[0], ADDRESS[-count:])
        seen = [(character, box) for character, box in page.characters() if shows(box)]

        assert "".join(character for character, _ in seen) == "".join(ADDRESS[-count:])
        assert [character for character, box in seen if not is_inside(box)] == []
        assert max(box[3] for _, box in seen) > WINDOW[3] - 3  # at its bottom, where the norm wants it
        assert [box for box in page.shapes() if shows(box)] == []


def test_a_letter_is_one_sheet_that_declares_itself_and_can_be_read_aloud(previews: tuple[BrandPreviews, str]):
    brand, purpose = previews
    for sample in samples(LETTERS[purpose]):
        pdf = brand.letter(PRESS, sample)
        page = Page(pdf)
        text = re.sub(r"[\u00a0\s]+", " ", page.whole)
        metadata = page.document.get_metadata_dict()
        folds = [round((box[1] + box[3]) / 2) for box in page.shapes() if box[2] < 12]

        assert tuple(round(side / MM) for side in page.page.get_size()) == (210, 297)
        assert [mark for mark in DECLARED if mark not in pdf] == []
        assert re.search(rb"/Lang\s*\(fr", pdf)
        assert metadata["Title"]
        assert metadata["Author"] == brand.brand.name
        assert [name for name in ("Martin", "Montmorency", CODES["letter"]) if name in str(metadata)] == []
        assert folds == [99, 198]
        # Sender, address, reference and date, title, salutation, words, and whom to call: as one reads a letter.
        order = [
            brand.brand.name,
            sample.person.address_lines()[-1],
            "Référence",
            metadata["Title"],
            f"{sample.person.salutation()},",
            "Besoin d’aide",
        ]
        places = [text.find(words) for words in order]
        assert -1 not in places, [words for words, place in zip(order, places, strict=True) if place < 0]
        assert places == sorted(places)
        top_left = "".join(character for character, box in page.characters() if box[2] < 105 and box[3] < WINDOW[1])
        assert [line for line in brand.brand.return_address if "".join(line.split()) not in top_left] == []
        assert faults(page.whole.replace("\r\n", "\n")) == {}


@pytest.mark.parametrize("brand", SENDERS)
def test_a_code_is_printed_in_groups_larger_than_anything_else(brand: str):
    page = Page(of_brand(brand).letter(PRESS, samples(LETTERS["posted_code"])[0]))
    heights = {character: 0.0 for character, _ in page.characters()}
    for character, box in page.characters():
        heights[character] = max(heights[character], box[3] - box[1])
    largest = max(heights.values())
    of_the_code = [character for character, box in page.characters() if box[3] - box[1] > largest * 0.9]

    assert "".join(of_the_code) == CODES["letter"]
    assert [len(group) for group in CODES["letter"].split("-")] == [4, 4, 4]
    assert largest > 7  # mm
