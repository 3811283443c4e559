"""The brands that ship with the product: complete, documented, fictional, and readable."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from identity_service.domain.brand_policy import BrandPolicy
from notifications_service.domain.letter_schedule import LetterRules
from pydantic import BaseModel

pytestmark = pytest.mark.unit

BRANDS = Path(__file__).parents[2] / "deploy" / "brands"
NAMES = ["demo", "mgas", "safiag"]


def brand(name: str) -> dict[str, Any]:
    return tomllib.loads((BRANDS / f"{name}.toml").read_text(encoding="utf-8"))


def terms(name: str) -> str:
    return (BRANDS / f"{name}.terms.fr.md").read_text(encoding="utf-8")


def keys(table: dict[str, Any], above: str = "") -> Iterator[str]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from keys(value, f"{above}{name}.")
        else:
            yield above + name


def settings(model: type[BaseModel], above: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from settings(field.annotation, f"{above}{name}.")
        else:
            yield above + name


def documented() -> list[str]:
    return re.findall(r"^\| `([a-z_.]+)`", (BRANDS / "README.md").read_text(encoding="utf-8"), re.MULTILINE)


def luminance(colour: str) -> float:
    """Return the relative luminance of `#rrggbb` (WCAG 2.2)."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_three_brands_ship_with_their_terms() -> None:
    assert sorted(file.stem for file in BRANDS.glob("*.toml")) == NAMES
    assert sorted(file.name.split(".")[0] for file in BRANDS.glob("*.terms.fr.md")) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_every_key_is_documented_and_every_documented_key_is_set(name: str) -> None:
    assert sorted(keys(brand(name))) == sorted(documented())


def test_whatever_a_brand_may_decide_about_accounts_is_documented() -> None:
    of_all = {name.removeprefix("brand.") for name in documented() if name.startswith("brand.")}
    of_identity = {name.removeprefix("identity.") for name in documented() if name.startswith("identity.")}

    assert sorted(settings(BrandPolicy)) == sorted(of_identity | (of_all - {"website", "return_address"}))


@pytest.mark.parametrize("name", NAMES)
def test_letters_are_handed_over_as_soon_as_members_are_promised(name: str) -> None:
    content = brand(name)

    assert content["notifications"]["letters"]["promise_hours"] == content["identity"]["letter_hours"]


def test_whatever_a_brand_may_decide_about_letters_is_documented() -> None:
    of_letters = {one.removeprefix("notifications.letters.") for one in documented() if "notifications.letters." in one}

    assert of_letters == set(settings(LetterRules))


@pytest.mark.parametrize("name", NAMES)
def test_contact_data_is_fictional(name: str) -> None:
    content = brand(name)
    contact, mail = content["brand"], content["notifications"]

    assert re.fullmatch(r"01 99 00 \d\d \d\d", contact["phone"])
    assert contact["website"].endswith(".example")
    for address in (contact["email"], mail["sender_address"], mail["reply_to"], mail["message_id_domain"]):
        assert address.endswith(".example")


@pytest.mark.parametrize("name", NAMES)
def test_a_letter_can_carry_the_return_address(name: str) -> None:
    lines = brand(name)["brand"]["return_address"]

    assert 2 <= len(lines) <= 5
    assert max(len(line) for line in lines) <= 38


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("section", ["notifications", "documents"])
def test_text_in_the_brands_colour_is_readable_on_white(name: str, section: str) -> None:
    assert 1.05 / (luminance(brand(name)[section]["colour"]) + 0.05) >= 4.5


@pytest.mark.parametrize("name", NAMES)
def test_the_card_has_its_three_identifiers_and_distinct_columns(name: str) -> None:
    card = brand(name)["documents"]

    assert re.fullmatch(r"\w{8,10}", card["amc_number"])
    assert re.fullmatch(r"[A-Z]{2}", card["convention_type"])
    assert re.fullmatch(r"[A-Z0-9]{0,8}", card["routing_criterion"])
    assert all(domain["label"] for domain in card["domains"])
    assert len({domain["code"] for domain in card["domains"]}) == len(card["domains"])


@pytest.mark.parametrize("name", NAMES)
def test_the_numbers_of_both_guides_have_the_brands_form(name: str) -> None:
    rules = brand(name)["contracts"]

    assert re.fullmatch(rules["membership_number_pattern"], "00412307")
    assert re.fullmatch(rules["statement_identifier_pattern"], "0470160050")
    assert not re.fullmatch(rules["membership_number_pattern"], "0041230")


@pytest.mark.parametrize("name", NAMES)
def test_the_terms_state_version_contact_and_the_figures_of_the_policy(name: str) -> None:
    content, text = brand(name), terms(name)

    assert f"Version {content['identity']['terms_version']}," in text
    for shown in (content["brand"]["phone"], content["brand"]["email"], content["brand"]["hours"]):
        assert shown in text
    assert f"lien valable {content['identity']['reset_link_minutes']} minutes" in text
    assert f"après {content['identity']['lockout']['disable_at_failures']} erreurs" in text
    assert ("6 chiffres" in text) == (content["brand"]["password_rule"] == "six_digits")


@pytest.mark.parametrize("name", NAMES)
def test_the_terms_are_typographically_french(name: str) -> None:
    prose = re.sub(r"https?://\S+", "", terms(name))

    assert "'" not in prose
    assert not re.search(r"[^\u202f][;:?!»]", prose)


def test_each_brand_keeps_its_own_guides_promise_and_demo_is_the_safest() -> None:
    policy = {name: brand(name)["brand"] | brand(name)["identity"] for name in NAMES}

    assert (policy["safiag"]["login_identifier"], policy["safiag"]["password_rule"]) == ("nir", "six_digits")
    assert (policy["mgas"]["login_identifier"], policy["mgas"]["password_rule"]) == ("email", "passphrase")
    assert policy["mgas"]["identifier_recovery"] == "full"
    assert policy["demo"]["identifier_recovery"] == "masked"
    assert policy["demo"]["password_rule"] == "passphrase"
    assert policy["demo"]["reset_link_minutes"] == min(each["reset_link_minutes"] for each in policy.values())
