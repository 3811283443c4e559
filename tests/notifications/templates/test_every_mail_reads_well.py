"""Every mail of every brand as mail programs and screen readers get it: structure, colours, sizes, a text part that is whole."""

import re
from functools import cache
from pathlib import Path

import pytest
from notifications_service.channels.brand_templates import read_own_templates
from notifications_service.channels.mail_templates import RenderedMail
from notifications_service.domain.brand_sender import BrandSender
from notifications_service.domain.colours import ENOUGH, contrast
from notifications_service.domain.message_kinds import MAILS
from notifications_service.rendering.previews import BrandPreviews
from notifications_service.rendering.samples import CODES, TOKEN, Sample, samples
from service_kit.brands import read_brands

from tests.structure.test_french import faults
from tests.support.mail_reading import MailDocument, plain

pytestmark = pytest.mark.unit

BRANDS = Path(__file__).parents[3] / "deploy" / "brands"
SENDERS = read_brands(BRANDS, "notifications", BrandSender)
OWN = read_own_templates(BRANDS, SENDERS.keys())
GMAIL_CLIPS_AT = 102_000  # bytes
DATE = re.compile(r"\b\d{1,2}(?:er)?\u00a0[a-zéû]+\u00a0\d{4}(?: à \d{1,2}\u00a0h\u00a0\d\d)?")
FETCHES = re.compile(r"<(img|link|script|iframe|object|embed|form|video|svg)\b|url\(|@import|expression\(")
# Outlook lays out by Word, Gmail drops what it does not know: nothing may depend on these.
FRAGILE = re.compile(r"\b(position|float|flex|grid|transform|animation|var\(|calc\(|background-image)\b")
SAYS_NOTHING = {"ici", "cliquez ici", "lien", "ce lien", "en savoir plus", "suite"}

# Beside the shipped brands, what they do not have between them: every way to sign in with every kind of password.
BRANDS_TO_READ = {
    **{name: BrandPreviews(SENDERS[name], OWN[name], "https://espace.example") for name in SENDERS},
    **{
        f"{login} and {rule}": BrandPreviews(
            SENDERS["demo"].model_copy(update={"login_identifier": login, "password_rule": rule}), {}, None
        )
        for login, rule in (("nir", "passphrase"), ("email", "six_digits"))
    },
}


@cache
def mails(brand: str) -> list[tuple[Sample, RenderedMail, MailDocument]]:
    found = []
    for kind in MAILS.values():
        for sample in samples(kind):
            mail = BRANDS_TO_READ[brand].mail(sample)
            found.append((sample, mail, MailDocument(mail.html)))
    return found


def flowing(text: str) -> str:
    return plain(text)


@pytest.fixture(params=BRANDS_TO_READ)
def brand(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_a_screen_reader_is_told_language_title_headings_and_what_is_no_table(brand: str):
    for sample, _, document in mails(brand):
        root = document.root
        (html,), (title,), (article,) = (
            root.all("html"),
            root.all("title"),
            [one for one in root.all("div") if one.attributes.get("role") == "article"],
        )
        headings = root.all("h1", "h2", "h3", "h4")
        levels = [int(one.tag[1]) for one in headings]

        assert [one.attributes["lang"] for one in (html, article)] == ["fr", "fr"]
        assert article.attributes["aria-label"] == title.text == headings[0].text, sample.name
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert max(levels) == 2
        assert [one for one in headings if not one.text] == []
        for table in root.all("table"):
            headed = {cell.attributes.get("scope") for cell in table.all("th") if cell.nearest("table") is table}
            assert (headed, table.attributes.get("role")) in [({"row"}, None), (set(), "presentation")], sample.name


def test_nothing_is_fetched_run_or_laid_out_by_what_mail_programs_drop(brand: str):
    for sample, mail, document in mails(brand):
        styles = " ".join(one.attributes.get("style", "") for one in document.root.all())

        assert FETCHES.search(mail.html) is None, sample.name
        assert FRAGILE.search(styles) is None, sample.name
        assert re.search(r"\son[a-z]+=", mail.html) is None
        assert len(BRANDS_TO_READ[brand].mail_bytes(mail, sample)) < GMAIL_CLIPS_AT


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_is_large_enough_and_contrasts_with_what_it_stands_on(brand: str, scheme: str):
    for sample, _, document in mails(brand):
        texts = document.read_texts()

        assert len(texts) > 5
        for text, element in texts:
            ink, ground = (document.value(element, name, scheme) for name in ("color", "background-color"))
            size = document.value(element, "font-size", scheme)
            assert contrast(ink, ground) >= ENOUGH, (sample.name, text, ink, ground)
            assert int(size.removesuffix("px")) >= 16, (sample.name, text)


@pytest.mark.parametrize("colour", ["#ffff00", "#ff8800", "#8c8c8c", "#ffffff", "#000000"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_brand_may_have_any_colour(colour: str, scheme: str):
    previews = BrandPreviews(SENDERS["safiag"].model_copy(update={"colour": colour}), {}, None)
    for purpose in ("welcome", "new_device_code"):
        document = MailDocument(previews.mail(samples(MAILS[purpose])[0]).html)
        for text, element in document.read_texts():
            ink, ground = (document.value(element, name, scheme) for name in ("color", "background-color"))
            assert contrast(ink, ground) >= ENOUGH, (text, ink, ground)


def test_a_link_says_where_it_leads_and_a_button_has_its_colour_and_size_in_outlook_too(brand: str):
    for sample, _, document in mails(brand):
        leads_to: dict[str, set[str]] = {}
        for link in document.root.all("a"):
            leads_to.setdefault(link.text, set()).add(link.attributes["href"])
        buttons = [one for one in document.root.all("td") if "button" in one.classes]

        assert [text for text in leads_to if text.lower() in SAYS_NOTHING or len(text) < 4] == []
        assert [text for text, places in leads_to.items() if len(places) > 1] == [], sample.name
        for button in buttons:
            assert button.attributes["bgcolor"] == button.style["background-color"]
            assert "mso-padding-alt" in button.style
            assert [link.style["padding"] for link in button.all("a")] == ["14px 24px"]


def test_the_text_part_has_every_link_code_date_number_and_stressed_word_of_the_other(brand: str):
    for sample, mail, document in mails(brand):
        text = flowing(mail.text)
        told = text.casefold()
        links = {link.attributes["href"] for link in document.root.all("a")}
        pages = {link for link in links if link.startswith("https:")}
        shown = {link.text for link in document.root.all("a") if not link.attributes["href"].startswith("https:")}
        stressed = {one.text for one in document.root.all("strong")}
        codes = {one.text for one in document.root.all("td") if "code" in one.classes}

        assert {link.partition(":")[0] for link in links} <= {"https", "mailto", "tel"}
        assert [page for page in pages if page not in mail.text.split()] == [], sample.name
        assert [words for words in shown | codes if words not in text] == [], sample.name
        # What stands out in one part may be a heading in the other.
        assert [words for words in stressed if words.rstrip(" :").casefold() not in told] == [], sample.name
        assert [date for date in DATE.findall(mail.html) if date not in mail.text] == [], sample.name
        assert codes == ({CODES["email"]} if sample.content.code else set())
        assert [code for code in codes if code not in mail.text.splitlines()] == []


def test_the_text_part_has_short_lines_and_no_trace_of_a_template(brand: str):
    for sample, mail, _ in mails(brand):
        long = [line for line in mail.text.splitlines() if len(line) > 76 and "://" not in line]

        assert long == [], sample.name
        assert "\n\n\n" not in mail.text, sample.name
        assert re.search(r"\bNone\b|[{}<>]|&\w+;", mail.text + mail.subject) is None, sample.name
        assert [faults(words) for words in (mail.text, mail.subject)] == [{}, {}], sample.name


def test_lists_of_mails_show_how_it_begins_and_no_secret(brand: str):
    for sample, mail, document in mails(brand):
        (preheader,) = [one for one in document.root.all("div") if "preheader" in one.classes]

        assert 30 < len(preheader.text) <= 150, sample.name
        assert flowing(mail.text).find(preheader.text.removesuffix("…")) > 0
        assert preheader.style["display"] == "none"
        assert preheader.attributes["aria-hidden"] == "true"
        assert [one for one in (TOKEN, CODES["email"], "://") if one in preheader.text + mail.subject] == []


def test_whoever_signs_in_with_one_thing_is_not_asked_for_the_other(brand: str):
    sender = BRANDS_TO_READ[brand].brand
    words = {sample.name: flowing(mail.text) for sample, mail, _ in mails(brand)}

    asks = {"nir": "Vous vous connectez avec votre numéro de sécurité sociale", "email": "avec cette adresse e-mail"}
    assert asks[sender.login_identifier] in words["account_created"]
    assert ("6 chiffres" in words["password_reset"]) == (sender.password_rule == "six_digits")
    assert ("mot de passe long" in words["password_reset"]) == (sender.password_rule == "passphrase")


@pytest.mark.parametrize("purpose", MAILS)
def test_there_is_a_sample_with_each_thing_that_a_mail_can_say(purpose: str):
    kind = MAILS[purpose]
    found = samples(kind)
    said = [name for name in kind.content if getattr(found[0].content, name) is not None]

    assert said == list(kind.content)
    assert len({sample.name for sample in found}) == len(found)
    for name in kind.optional:
        assert f"without-{name.replace('_', '-')}" in {sample.variant for sample in found}
