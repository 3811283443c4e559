"""The third-party-payment card as a pharmacist and a screen reader get it, read back with pdfium."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pypdfium2 as pdfium
import pytest
from documents_service.domain.documents import CARD
from documents_service.rendering.card import (
    CardBeneficiary,
    CardBrand,
    CardContent,
    CardMember,
    Domain,
    Guarantee,
)
from documents_service.rendering.press import DocumentNotRendered, DocumentPress
from pydantic import ValidationError

pytestmark = pytest.mark.unit

MM = 72 / 25.4
PRESS = DocumentPress()
LABELS = ("Période de validité", "N° adhérent", "N° AMC", "Type de convention", "CSR")
NOBLE = "de Montesquiou-Fezensac d'Artagnan de La Rochefoucauld-Doude"  # 60 characters
DOMAINS = tuple(
    Domain(code=code, label=label)
    for code, label in (("PHAR", "pharmacie"), ("HOSP", "hospitalisation"), ("OPTI", "optique"))
)
BRAND = CardBrand(
    name="MGAS",
    amc_number="75712345",
    convention_type="SP",
    routing_criterion="C2",
    phone="01 23 45 67 89",
    email="aide@mgas.example",
    hours="du lundi au vendredi de 9 h à 18 h",
    domains=DOMAINS,
)
MEMBER = CardMember(
    title="M.",
    last_name="Da Silva",
    first_name="Zoë",
    birth_date=date(1974, 2, 1),
    nir="1 74 02 57 519 276 20",
    membership_number="90757356",
    statement_identifier="3114103743",
)


def people(count: int, **changes: Any) -> tuple[CardBeneficiary, ...]:
    facts = {"last_name": "Le Gall", "birth_date": date(2012, 3, 4), "birth_rank": 2} | changes
    return tuple(CardBeneficiary(first_name=f"Prénom{number}", **facts) for number in range(count))


def card(**changes: Any) -> CardContent:
    content = {
        "brand": BRAND,
        "member": MEMBER,
        "beneficiaries": people(1),
        "guarantees": (Guarantee(code="HOSP", level="200%"), Guarantee(code="OPTI", level="250 EUR")),
        "responsible": True,
        "valid_from": date(2026, 1, 1),
        "valid_until": date(2026, 12, 31),
        "issued_on": date(2026, 11, 21),
        "reference": "0197a6c2-5b7e-7c1d-9f30-2f7f5a1f4c11",
    }
    return CardContent(**(content | changes))


def text_of(content: CardContent) -> str:
    pages = pdfium.PdfDocument(PRESS.render(CARD, content))
    return re.sub("[ \u00a0\r\n]+", " ", " ".join(page.get_textpage().get_text_range() for page in pages))


def test_the_five_standard_items_carry_their_labels_and_values():
    text = text_of(card())

    for label, value in zip(LABELS, ("du 01/01/2026 au 31/12/2026", "90757356", "75712345", "SP", "C2"), strict=True):
        assert f"{label} {value}" in text


def test_the_five_labels_are_printed_even_without_values():
    bare = BRAND.model_copy(update={"amc_number": "", "convention_type": "", "routing_criterion": ""})
    text = text_of(card(brand=bare))

    assert not [label for label in LABELS if label not in text]


def test_the_validity_stands_at_the_top_left_of_the_standard_block():
    texts = pdfium.PdfDocument(PRESS.render(CARD, card()))[0].get_textpage()
    corners = []
    for label in LABELS:
        index, _ = texts.search(label.replace(" adhérent", "\u00a0adhérent").replace(" AMC", "\u00a0AMC")).get_next()
        left, bottom, _, _ = texts.get_charbox(index, loose=True)
        corners.append((round(left), round(bottom)))

    expected = corners[0]
    assert expected == (min(left for left, _ in corners), max(bottom for _, bottom in corners))


@pytest.mark.parametrize("responsible", [True, False])
def test_the_letter_r_marks_a_responsible_contract_and_no_other(responsible: bool):
    text = text_of(card(responsible=responsible))

    assert responsible == (" R Contrat responsable" in text)


def test_the_card_says_how_to_connect_for_the_first_time_and_whom_to_ask():
    text = text_of(card())

    for words in (
        "Identifiant de première connexion 3114103743",
        "N° de sécurité sociale 1 74 02 57 519 276 20",
        "M. Da Silva Zoë",
        "01 23 45 67 89, du lundi au vendredi de 9 h à 18 h, ou aide@mgas.example",
        "Carte émise le 21/11/2026. Référence\u202f: 0197a6c2-5b7e-7c1d-9f30-2f7f5a1f4c11",
        "OPTI\u202f: optique",
    ):
        assert words in text


def test_every_person_has_a_row_with_birth_date_rank_and_each_domain_in_the_brand_s_order():
    text = text_of(card())

    assert "Bénéficiaire Naissance Rang PHAR HOSP OPTI" in text
    assert "Da Silva Zoë 01/02/1974 1 non 200\u202f% 250\u202f€" in text
    assert "Le Gall Prénom0 04/03/2012 2 non 200\u202f% 250\u202f€" in text


@pytest.mark.parametrize(
    ("given", "printed"),
    [("00/00/1950", "00/00/1950"), ("1950-00-00", "00/00/1950"), ("1950-06-07", "07/06/1950"), ("1950", "1950")],
)
def test_a_birth_date_may_be_a_text_since_parts_of_it_may_be_unknown(given: str, printed: str):
    text = text_of(card(beneficiaries=people(1, birth_date=given, birth_rank=1)))

    assert f"Prénom0 {printed} 1" in text


def test_a_guarantee_that_the_brand_s_table_forgot_is_still_on_the_card():
    text = text_of(card(guarantees=(Guarantee(code="AUDI", level="PEC"),)))

    assert "Rang PHAR HOSP OPTI AUDI" in text
    assert "1 non non non PEC" in text


def test_the_word_non_is_explained_only_where_it_stands():
    everything = tuple(Guarantee(code=domain.code, level="100%") for domain in DOMAINS)

    assert "«\u202fnon\u202f»" in text_of(card())
    assert "«\u202fnon\u202f»" not in text_of(card(guarantees=everything))


@pytest.mark.parametrize("domains", [3, 12])
@pytest.mark.parametrize("count", [0, 3, 9])
def test_up_to_nine_beneficiaries_fit_on_one_a4_page(count: int, domains: int):
    table = tuple(Domain(code=f"D{number:03}", label="soins courants") for number in range(domains))
    brand = BRAND.model_copy(update={"domains": table})
    pages = pdfium.PdfDocument(PRESS.render(CARD, card(brand=brand, beneficiaries=people(count))))

    expected = [[210, 297]]
    assert expected == [sorted(round(side / MM) for side in page.get_size()) for page in pages]


@pytest.mark.parametrize("domains", [3, 8, 14])
@pytest.mark.parametrize("last_name", [NOBLE, "W" * 60, "Anticonstitutionnellement-" * 2 + "Montmoren"])
def test_names_of_sixty_characters_are_whole_and_stay_in_their_column(domains: int, last_name: str):
    table = tuple(Domain(code=f"D{number:03}", label="soins") for number in range(domains))
    content = card(
        brand=BRAND.model_copy(update={"domains": table}),
        member=MEMBER.model_copy(update={"last_name": last_name}),
        beneficiaries=people(9, last_name=last_name),
    )
    pdf = pdfium.PdfDocument(PRESS.render(CARD, content))
    text = "".join(page.get_textpage().get_text_range() for page in pdf)
    squeezed = re.sub("[\\s\u200b\ufffe\u0002-]", "", text)
    texts = pdf[0].get_textpage()
    birth_column = texts.get_charbox(texts.search("Naissance").get_next()[0])[0]
    first, length = texts.search("Prénom0").get_next()
    holder = texts.search("Titulaire").get_next()[0]
    holder_end = texts.search("N°\u00a0de sécurité").get_next()[0]
    holder_right = max(texts.get_charbox(i)[2] for i in range(holder, holder_end))

    expected = 11  # ten rows and the holder's line
    assert expected == squeezed.count(re.sub("[\\s-]", "", last_name))
    assert texts.get_charbox(first + length - 1)[2] < birth_column
    assert holder_right < texts.get_charbox(texts.search("1 74 02").get_next()[0])[0]
    for page in pdf:
        lines = page.get_textpage()
        boxes = [lines.get_charbox(i) for i in range(lines.count_chars())]
        assert max(box[2] for box in boxes) < page.get_width() - 15 * MM
        assert min(box[0] for box in boxes) > 15 * MM


def test_more_people_than_a_page_holds_continue_under_a_repeated_header():
    text = text_of(card(beneficiaries=people(60)))

    expected = 2
    assert expected == text.count("Bénéficiaire Naissance Rang")
    assert "Prénom59" in text


def test_the_file_declares_tags_language_title_and_both_standards():
    pdf = PRESS.render(CARD, card())

    for mark in (b"/StructTreeRoot", b"/MarkInfo", b"<pdfuaid:part>1<", b"<pdfaid:part>2<", b"<pdfaid:conformance>A<"):
        assert mark in pdf
    assert re.search(rb"/S */TH\b", pdf)
    assert b"/Lang" in pdf
    expected = "Carte de tiers payant MGAS"
    assert expected == pdfium.PdfDocument(pdf).get_metadata_value("Title")


def test_nobody_is_named_in_the_metadata():
    metadata = pdfium.PdfDocument(PRESS.render(CARD, card())).get_metadata_dict()

    assert "Silva" not in str(metadata)


def test_signs_of_the_template_language_in_a_name_are_printed_as_they_are():
    name = '#let x = 1 $y$ *Z* \\ _a_ `b` "c" @d'

    assert f"{name} Prénom0" in text_of(card(beneficiaries=people(1, last_name=name)))


def test_rare_letters_of_french_names_can_be_read_back_and_hidden_marks_are_gone():
    rare = "Aÿ Ÿ œ Œ æ Æ ñ N'Guyen O’Neil Müller Ô Ł ș"

    assert f"{rare} Prénom0" in text_of(card(beneficiaries=people(1, last_name=f"\u202e{rare}\u200f")))


def test_a_letter_without_glyph_is_refused_and_the_refusal_is_silent_about_it():
    with pytest.raises(DocumentNotRendered) as caught:
        PRESS.render(CARD, card(beneficiaries=people(1, last_name="日本")))

    expected = "glyph"
    assert expected == caught.value.reason
    assert caught.value.__suppress_context__
    assert "日" not in str(caught.value)


def test_identifiers_longer_than_the_attestation_allows_are_refused_without_being_repeated():
    facts = MEMBER.model_dump()

    with pytest.raises(ValidationError) as caught:
        CardMember(**(facts | {"membership_number": "9075735690757356"}))

    assert "9075735690757356" not in str(caught.value)


def test_neither_name_nor_number_shows_when_the_content_is_printed_by_a_log():
    shown = f"{card()!r} {card()}"

    assert not [fact for fact in ("Silva", "1 74 02", "3114103743", "90757356", "Le Gall", "1974") if fact in shown]


def test_the_same_content_gives_the_same_bytes_in_every_thread():
    press = DocumentPress()
    with ThreadPoolExecutor(4) as pool:
        copies = set(pool.map(press.render, [CARD] * 12, [card()] * 12))

    expected = {PRESS.render(CARD, card())}
    assert expected == copies
