"""A brand's own templates: each takes the place of a shipped one, and whatever would fail later is refused at start."""

import re
from collections.abc import Mapping
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from notifications_service.channels.brand_templates import BrandTemplates, read_own_templates
from notifications_service.channels.letter_pdf import LetterPress
from notifications_service.channels.mail_templates import TEMPLATES
from notifications_service.domain.brand_sender import BrandSender
from notifications_service.domain.message_kinds import LETTERS, MAILS
from notifications_service.rendering.checked_templates import check_templates
from notifications_service.rendering.previews import BrandPreviews
from notifications_service.rendering.samples import samples
from service_kit.brands import BrandFileUnusable, read_brands

pytestmark = pytest.mark.unit

BRANDS = Path(__file__).parents[3] / "deploy" / "brands"
SENDERS = read_brands(BRANDS, "notifications", BrandSender)
NAMES = ["demo", "mgas"]
WELCOME = samples(MAILS["welcome"])[0]


@pytest.fixture
def brands(tmp_path: Path) -> Path:
    """A folder of two brands, without anything of their own."""
    for name in NAMES:
        (tmp_path / f"{name}.toml").touch()
    return tmp_path


def put(brands: Path, place: str, text: str | bytes = "…") -> Path:
    file = brands / place
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return file


def previews(own: Mapping[str, str], name: str = "mgas") -> BrandPreviews:
    return BrandPreviews(SENDERS[name], own, "https://espace.example")


def shipped(place: str) -> str:
    return (TEMPLATES / place).read_text(encoding="utf-8")


def printed(pdf: bytes) -> str:
    return re.sub(r"[\u00a0\s]+", " ", pdfium.PdfDocument(pdf)[0].get_textpage().get_text_range())


def refusal(own: Mapping[str, str]) -> str:
    with pytest.raises(BrandFileUnusable) as refused:
        check_templates({"mgas": SENDERS["mgas"]}, {"mgas": own})
    return str(refused.value)


def test_the_brands_that_ship_can_be_used_and_mgas_welcomes_in_its_own_words():
    own = read_own_templates(BRANDS, SENDERS.keys())
    check_templates(SENDERS, own)
    mails = BrandTemplates(own)
    told = {name: mails.render(name, "welcome", previews({}, name).mail_words(WELCOME)) for name in SENDERS}

    assert [name for name, mail in told.items() if "appartient à ses adhérents" in mail.text] == ["mgas"]
    assert [name for name, mail in told.items() if "appartient à ses adhérents" in mail.html] == ["mgas"]
    assert all("ne sert qu’une fois" in mail.text for mail in told.values())
    assert told["mgas"].subject == "MGAS\u202f: bienvenue, votre espace adhérent est ouvert"
    assert told["demo"] == previews({}, "demo").mail(WELCOME)


def test_what_surrounds_mails_and_letters_can_be_the_brands_own():
    foot = '{% extends "shipped/frame/mail.html" %}{% block foot %}<p>Le pied de la MGAS</p>{% endblock %}'
    frame = shipped("frame/letter.typ").replace("Vous pouvez aussi écrire", "Ou bien écrivez")
    brand = previews({"frame/mail.html": foot, "frame/letter.typ": frame})
    press = LetterPress()
    letters = {name: printed(brand.letter(press, samples(kind)[0])) for name, kind in LETTERS.items()}

    assert [name for name, kind in MAILS.items() if "Le pied de la MGAS" not in brand.mail(samples(kind)[0]).html] == []
    assert [name for name, text in letters.items() if "Ou bien écrivez à adherents@mgas.example" not in text] == []


def test_a_letter_can_be_the_brands_own_and_no_other_brand_gets_it():
    own = shipped("posted_code/letter.typ").replace(
        "Votre code pour choisir un nouveau mot de passe", "Votre code MGAS"
    )
    (posted, *_), press = samples(LETTERS["posted_code"]), LetterPress()

    assert "Votre code MGAS" in printed(previews({"posted_code/letter.typ": own}).letter(press, posted))
    assert "Votre code MGAS" not in printed(previews({}, "demo").letter(press, posted))


@pytest.mark.parametrize(
    ("place", "text", "named"),
    [
        ("mgas/templates/welcome/body.htm", "…", "mgas/templates/welcome/body.htm: takes the place of nothing"),
        ("mgas/templates/welcome/body.html~", "…", "mgas/templates/welcome/body.html~: takes the place of nothing"),
        ("mgas/templates/welcome/letter.typ", "…", "mgas/templates/welcome/letter.typ: takes the place of nothing"),
        ("mgas/templates/welcom/body.html", "…", "mgas/templates/welcom: takes the place of nothing"),
        ("mgas/templates/body.html", "…", "mgas/templates/body.html: takes the place of nothing"),
        ("mgas/templates/welcome/fr/body.html", "…", "mgas/templates/welcome/fr: takes the place of nothing"),
        ("mgsa/templates/welcome/body.html", "…", "mgsa/templates: there is no mgsa.toml"),
        ("mgas/templates/welcome/body.txt", b"\xe9t\xe9", "mgas/templates/welcome/body.txt: UnicodeDecodeError"),
        (
            "demo/templates/posted_code/letter.typ",
            '#import "@preview/x:1.0.0": *',
            "demo/templates/posted_code/letter.typ: letters use no packages",
        ),
    ],
)
def test_a_file_that_nobody_would_see_or_that_cannot_be_read_is_refused(
    brands: Path, place: str, text: str | bytes, named: str
):
    put(brands, place, text)

    with pytest.raises(BrandFileUnusable, match=f"^{re.escape(named)}"):
        read_own_templates(brands, NAMES)


@pytest.mark.parametrize("place", ["welcome/body.html", "welcome", ""])
def test_a_link_that_leads_out_of_the_brands_folder_is_refused(
    brands: Path, tmp_path_factory: pytest.TempPathFactory, place: str
):
    outside = tmp_path_factory.mktemp("outside")
    target = put(outside, "welcome/body.html", "secret")
    link = brands / "mgas" / "templates" / place
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to({"welcome/body.html": target, "welcome": target.parent, "": outside}[place])

    with pytest.raises(BrandFileUnusable, match=f"^mgas/templates{f'/{place}' if place else ''}: leads out"):
        read_own_templates(brands, NAMES)


def test_files_as_kubernetes_lays_them_out_are_read(brands: Path):
    put(brands, "..2026_11_21/mgas/templates/welcome/body.txt", "Bienvenue")
    (brands / "..data").symlink_to("..2026_11_21")
    (brands / "mgas").symlink_to("..data/mgas")

    assert read_own_templates(brands, NAMES) == {"demo": {}, "mgas": {"welcome/body.txt": "Bienvenue"}}


def test_what_editors_and_systems_hide_is_no_template(brands: Path):
    put(brands, "mgas/templates/welcome/.body.txt.swp")
    put(brands, "mgas/templates/.DS_Store")

    assert read_own_templates(brands, NAMES) == {"demo": {}, "mgas": {}}


@pytest.mark.parametrize(
    ("place", "text", "named"),
    [
        ("welcome/body.txt", "Bonjour {{ nom }}", "'nom' is undefined"),
        ("welcome/body.html", "Bonjour {{ brand.nom }}", "has no attribute 'nom'"),
        ("welcome/subject.txt", "{% if brand.name == 'X' %}{{ moment }}{% endif %}", "asks for moment, which welcome"),
        ("welcome/body.txt", "{% if lien is defined %}a{% endif %}", "asks for lien, which welcome does not have"),
        ("frame/parts.txt", "{% macro password_rule(brand) %}{{ brnd }}{% endmacro %}", "'brnd' is undefined"),
        ("frame/mail.txt", "{{ moment }}", "'moment' is undefined"),
        ("welcome/body.txt", "Bonjour\n{% if link %}", "line 2: Unexpected end of template"),
        ("welcome/body.html", '{% extends "frame/mial.html" %}', "frame/mial.html"),
        ("welcome/body.html", '{% extends "frame/mail.html" %}', "title"),
        ("welcome/body.txt", "{{ ''.__class__ }}", "may not touch"),
        ("posted_code/letter.typ", "#lettre", "unknown variable: lettre"),
        (
            "access_requested/letter.typ",
            '#import "/frame/letter.typ": *\n#words.montant',
            'does not contain key "montant"',
        ),
        ("posted_code/letter.typ", "#let x = (", "unclosed"),
        ("frame/letter.typ", "#let page-of = 3", "unknown variable"),
    ],
)
def test_a_template_that_would_fail_for_a_member_is_refused_at_start_by_its_name(place: str, text: str, named: str):
    told = refusal({place: text})

    assert told.startswith("mgas/templates/")
    assert named in told
    if place.startswith("welcome") and "frame" not in text:
        assert place in told


def test_a_letter_whose_address_to_type_is_too_long_for_the_page_is_refused_at_start():
    long = SENDERS["demo"].model_copy(update={"first_connection_path": "/" + "premiere-connexion/" * 8 + "ici"})

    with pytest.raises(BrandFileUnusable, match="too long to be copied"):
        check_templates({"demo": long}, {"demo": {}})


def test_a_shipped_template_asks_for_nothing_that_its_message_does_not_have():
    own = {str(file.relative_to(TEMPLATES)): file.read_text(encoding="utf-8") for file in TEMPLATES.glob("*/*.*")}

    check_templates({"safiag": SENDERS["safiag"]}, {"safiag": {k: v for k, v in own.items() if k[-4:] != ".typ"}})
    assert len(own) > 60
