"""The letter as a printer and a screen reader get it: read back from the PDF's bytes with pdfium."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pypdfium2 as pdfium
import pytest
from notifications_service.channels.letter_pdf import LetterBrand, LetterNotRendered, LetterPress, PostedCodeLetter
from pydantic import ValidationError

pytestmark = pytest.mark.unit

MM = 72 / 25.4
WINDOW = (110.0, 55.0, 195.0, 80.0)  # mm from the sheet's left and top edges: common to DL and C5
FRESH = LetterPress()
BRAND = LetterBrand(
    name="SAFIAG",
    return_address=("12 rue de la Boétie", "75008 PARIS"),
    phone="01 23 45 67 89",
    email="aide@safiag.example",
    hours="du lundi au vendredi de 9 h à 18 h",
    colour="#0b5fa5",
)
ADDRESS = (
    "Mme Catherine Gimenez",
    "Appartement 12",
    "RES LES TILLEULS BAT C ENT 2",
    "8 RUE ALICE TOUSSAINT",
    "LIEU DIT KEROUZ",
    "56780 SAINTE MICHELLE",
    "BELGIQUE",
)


def letter(**changes: Any) -> PostedCodeLetter:
    content = {
        "brand": BRAND,
        "address_lines": ADDRESS[:3],
        "dated": date(2026, 11, 21),
        "salutation": "Madame Gimenez",
        "code": "C4DF-H7JK-9MNP",
        "valid_until": date(2026, 12, 12),
        "web_address": "https://safiag.example/particulier/premiere-connexion",
        "reference": "0197a6c2-5b7e-7c1d-9f30-2f7f5a1f4c11",
        "login_identifier": "nir",
        "password_rule": "six_digits",
    }
    return PostedCodeLetter(**(content | changes))


def page_of(pdf: bytes) -> pdfium.PdfPage:
    document = pdfium.PdfDocument(pdf)
    assert len(document) == 1
    return document[0]


def text_of(content: PostedCodeLetter) -> str:
    return re.sub("[ \\u00a0\\r\\n]+", " ", page_of(FRESH.render(content)).get_textpage().get_text_range())


def touches_window(box: tuple[float, float, float, float], height: float) -> bool:
    """Tell whether a box in PDF points, from the bottom left, meets the window."""
    left, bottom, right, top = box
    x0, y0, x1, y1 = (edge * MM for edge in WINDOW)
    return left < x1 and right > x0 and height - top < y1 and height - bottom > y0


def test_the_letter_is_one_a4_page():
    page = page_of(FRESH.render(letter()))

    expected = (210, 297)
    assert expected == tuple(round(side / MM) for side in page.get_size())


@pytest.mark.parametrize("count", [3, 4, 5, 6, 7])
def test_nothing_but_the_address_shows_in_the_window(count: int):
    page = page_of(FRESH.render(letter(address_lines=ADDRESS[:count])))
    texts, height = page.get_textpage(), page.get_height()
    shown = [i for i in range(texts.count_chars()) if touches_window(texts.get_charbox(i, loose=True), height)]
    boxes = [item.get_bounds() for item in page.get_objects() if item.type != pdfium.raw.FPDF_PAGEOBJ_TEXT]

    expected = "".join(ADDRESS[:count]).replace(" ", "")
    assert expected == "".join("".join(texts.get_text_range(i, 1) for i in shown).split())
    assert not [box for box in boxes if touches_window(box, height)]


@pytest.mark.parametrize("count", [3, 4, 5, 6, 7])
def test_the_widest_address_lies_within_the_window_and_at_its_bottom(count: int):
    lines = ("ÉÇ" * 19,) + ("W" * 38,) * (count - 2) + ("ÉÇ" * 19,)
    page = page_of(FRESH.render(letter(address_lines=lines)))
    texts, height = page.get_textpage(), page.get_height()
    boxes = [texts.get_charbox(i) for i in range(texts.count_chars()) if texts.get_text_range(i, 1) in {"W", "É", "Ç"}]
    left, top = min(b[0] for b in boxes) / MM, (height - max(b[3] for b in boxes)) / MM
    right, bottom = max(b[2] for b in boxes) / MM, (height - min(b[1] for b in boxes)) / MM

    expected = 38 * count
    assert expected == len(boxes)
    assert WINDOW[0] < left
    assert right < WINDOW[2]
    assert WINDOW[1] < top
    assert WINDOW[3] - 2 < bottom < WINDOW[3]


def test_fold_marks_stand_at_99_and_198_millimetres_and_are_no_content():
    page = page_of(FRESH.render(letter()))
    lines = [item.get_bounds() for item in page.get_objects() if item.get_bounds()[2] < 12 * MM]

    expected = [99, 198]
    assert expected == [round((page.get_height() - (low + high) / 2) / MM) for _, low, _, high in lines]


def test_the_code_and_what_to_do_with_it_are_on_the_page():
    text = text_of(letter())

    for words in (
        "C4DF-H7JK-9MNP",
        "Valable 21 jours, jusqu’au 12 décembre 2026",
        "Il ne sert qu’une fois",
        "safiag.example/particulier/premiere-connexion",
        "numéro de sécurité sociale",
        "mot de passe de 6 chiffres",
        "reconnectez-vous",
        "Ne le donnez à personne",
        "Vous n’avez rien demandé\u202f?",
        "Appelez le 01 23 45 67 89",
        "0197a6c2-5b7e-7c1d-9f30-2f7f5a1f4c11",
        "Le 21 novembre 2026",
    ):
        assert words in text


def test_a_return_address_that_begins_with_the_brand_does_not_repeat_it():
    address = ("SAFIAG", "1 rue de l’Exemple", "99999 EXEMPLE CEDEX")

    text = text_of(letter(brand=BRAND.model_copy(update={"return_address": address})))

    assert text.startswith("SAFIAG 1 rue de l’Exemple 99999 EXEMPLE CEDEX")


@pytest.mark.parametrize("address", [(), ("SAFIAG",)])
def test_a_brand_without_return_address_is_named_alone(address: tuple[str, ...]):
    text = text_of(letter(brand=BRAND.model_copy(update={"return_address": address})))

    assert text.startswith("SAFIAG Mme Catherine Gimenez")


def test_the_code_is_the_largest_text_of_the_letter():
    page = page_of(FRESH.render(letter()))
    texts = page.get_textpage()
    heights = [b[3] - b[1] for b in map(texts.get_charbox, range(texts.count_chars()))]

    assert max(heights) > 20  # points: over 7 mm
    assert texts.get_text_range(heights.index(max(heights)), 1) in "C4DF-H7JK-9MNP"


def test_the_first_of_a_month_is_written_as_the_french_do():
    assert "jusqu’au 1er décembre 2026" in text_of(letter(valid_until=date(2026, 12, 1)))


def test_a_brand_with_passphrases_is_not_told_of_six_digits():
    text = text_of(letter(password_rule="passphrase"))

    assert "nouveau mot de passe, long" in text
    assert "6 chiffres" not in text


def test_a_brand_that_signs_in_by_e_mail_asks_for_the_address():
    text = text_of(letter(login_identifier="email"))

    assert "Tapez votre adresse e-mail, puis le code" in text
    assert "sécurité sociale" not in text


def test_the_file_declares_tags_language_title_and_both_standards():
    pdf = FRESH.render(letter())

    for mark in (b"/StructTreeRoot", b"/MarkInfo", b"<pdfuaid:part>1<", b"<pdfaid:part>2<", b"<pdfaid:conformance>A<"):
        assert mark in pdf
    assert b"/Lang" in pdf
    expected = "Votre code pour choisir un nouveau mot de passe"
    assert expected == pdfium.PdfDocument(pdf).get_metadata_value("Title")


def test_nobody_is_named_in_the_metadata():
    metadata = pdfium.PdfDocument(FRESH.render(letter())).get_metadata_dict()

    assert "Gimenez" not in str(metadata)
    assert "C4DF" not in str(metadata)


def test_signs_of_the_template_language_in_a_name_are_printed_as_they_are():
    name = 'M. #let x = 1 $y$ *Z* \\ _a_ `b` "c" <d>'[:38]
    salutation = "Madame #panic() $x$ *B* @ref // \\u{41} [L'Haÿ]"

    text = text_of(letter(address_lines=(name, "75008 PARIS"), salutation=salutation))

    assert name in text
    assert f"{salutation}," in text


def test_rare_letters_and_signs_of_french_names_can_be_read_back():
    rare = "Aÿ Ÿ œ Œ æ Æ ñ N'Gu O’Ne ü Ô Ł ș « é »"
    hours = "« jusqu’à 18\u202fh 30 – 7\u202fj\u202f/\u202f7 »…"

    text = text_of(
        letter(
            address_lines=(rare, "75008 PARIS"),
            salutation=f"\u200fMadame {rare}",
            brand=BRAND.model_copy(update={"hours": hours}),
        )
    )

    expected = 2
    assert expected == text.count(rare)
    assert f"Madame {rare}," in text
    assert hours in text


def test_a_letter_without_glyph_is_refused_and_the_refusal_is_silent_about_it():
    with pytest.raises(LetterNotRendered) as caught:
        FRESH.render(letter(salutation="Madame 日本"))

    expected = "glyph"
    assert expected == caught.value.reason
    assert "日" not in f"{caught.value} {caught.value.__cause__} {caught.value.__context__ and ''}"
    assert caught.value.__suppress_context__


def test_a_letter_that_needs_a_second_page_is_refused():
    with pytest.raises(LetterNotRendered) as caught:
        FRESH.render(letter(salutation="Madame " * 400))

    expected = "overflow"
    assert expected == caught.value.reason


def test_a_web_address_too_long_to_copy_is_refused():
    with pytest.raises(LetterNotRendered) as caught:
        FRESH.render(letter(web_address="https://safiag.example/" + "a" * 100))

    expected = "overflow"
    assert expected == caught.value.reason


@pytest.mark.parametrize(
    "changes",
    [
        {"code": "C4DF-H7J0-9MNP"},
        {"code": "C4DF-OOOO"},
        {"code": "c4df-h7jk"},
        {"address_lines": ("A" * 39, "75008 PARIS")},
        {"address_lines": ("A",) * 8},
        {"brand": BRAND.model_dump() | {"colour": "red"}},
    ],
)
def test_content_outside_the_norm_is_refused_before_rendering(changes: dict[str, Any]):
    with pytest.raises(ValidationError) as caught:
        letter(**changes)

    assert "H7J0" not in str(caught.value)


def test_neither_code_nor_name_shows_when_the_content_is_printed_by_a_log():
    shown = f"{letter()!r} {letter()}"

    assert "C4DF" not in shown
    assert "Gimenez" not in shown


def test_the_same_content_gives_the_same_bytes_in_every_thread():
    press = LetterPress()
    with ThreadPoolExecutor(4) as pool:
        copies = set(pool.map(press.render, [letter()] * 12))

    expected = {FRESH.render(letter())}
    assert expected == copies
