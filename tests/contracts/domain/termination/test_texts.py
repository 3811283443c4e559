"""What members read about terminations: whole, well set, and a brand's own where it has any."""

import shutil
import tomllib
from datetime import date
from pathlib import Path
from typing import get_args

import pytest
from contracts_service.domain.brand_policy import BrandPolicy
from contracts_service.domain.termination.contract import TerminableContract
from contracts_service.domain.termination.decision import Alternative, Decision
from contracts_service.domain.termination.explanation import explain
from contracts_service.domain.termination.grounds import Reason
from contracts_service.domain.termination.texts import SAMPLE, TextsOfBrand
from contracts_service.texts.termination import SHIPPED, read_termination_texts
from service_kit.brands import BrandFileUnusable, read_brands

from tests.structure.test_french import faults, values_of
from tests.support.contracts_fixtures import BRANDS

pytestmark = pytest.mark.unit

POLICIES = read_brands(BRANDS, "contracts", BrandPolicy)
TEXTS = read_termination_texts(BRANDS, POLICIES)
CONTRACT = TerminableContract("individual", date(2026, 6, 8), date(2026, 12, 31), end_date=date(2026, 12, 31))


@pytest.fixture
def brands(tmp_path: Path) -> Path:
    """A folder with the brand mgas alone, and room for words of its own."""
    shutil.copy(BRANDS / "mgas.toml", tmp_path / "mgas.toml")
    (tmp_path / "mgas").mkdir()
    return tmp_path


def read(brands: Path, own: str) -> TextsOfBrand:
    (brands / "mgas" / "termination.fr.toml").write_text(own, encoding="utf-8")
    return read_termination_texts(brands, {"mgas": POLICIES["mgas"]})["mgas"]


def test_the_shipped_texts_are_set_as_a_french_printer_would() -> None:
    texts = list(values_of(tomllib.loads(SHIPPED.read_text(encoding="utf-8"))))

    assert len(texts) > 70
    assert {text: faults(text.replace("{", "").replace("}", "")) for text in texts if faults(text)} == {}


@pytest.mark.parametrize("brand", sorted(TEXTS))
def test_every_text_is_whole_once_it_is_filled_in(brand: str) -> None:
    texts = TEXTS[brand]
    said = [texts.say(text, SAMPLE) for text in values_of(texts.texts.model_dump())]

    assert [text for text in said if "{" in text or "}" in text or not text.strip()] == []


@pytest.mark.parametrize("reason", get_args(Reason))
@pytest.mark.parametrize("outcome", ["effective", "not_open"])
def test_every_reason_is_told_in_whole_sentences(reason: Reason, outcome: str) -> None:
    end = date(2026, 12, 21) if outcome == "effective" else None
    decision = Decision(
        outcome,
        "annual",
        ("L221-10",),
        effective_date=end,
        refund_by=end,
        reason=reason,
        alternatives=(Alternative("infra_annual", date(2027, 7, 8), date(2027, 6, 8)),),
    )
    explained = explain(decision, CONTRACT, TEXTS["mgas"])
    every = explained.sentences + explained.effects + explained.alternatives

    assert len(explained.sentences) == 2
    assert all(text[0].isupper() and text.endswith(".") and "  " not in text for text in every)
    assert (explained.effects == []) == (end is None)


def test_two_brands_that_say_different_things_have_different_digests() -> None:
    assert len({texts.digest for texts in TEXTS.values()}) == len(TEXTS)


def test_a_brand_says_some_things_in_its_own_words(brands: Path) -> None:
    texts = read(brands, 'version = "2026-mgas"\n[motives.annual]\nlabel = "Dénonciation de l’adhésion à échéance"\n')

    assert texts.texts.version == "2026-mgas"
    assert texts.texts.motives["annual"].label == "Dénonciation de l’adhésion à échéance"
    assert texts.texts.motives["annual"].hint == TEXTS["mgas"].texts.motives["annual"].hint
    assert texts.digest != TEXTS["mgas"].digest


@pytest.mark.parametrize(
    "own",
    [
        'version = "1"\n[effects]\ncard = "Jusqu’au {day}."\n',  # nobody fills that in
        'version = "1"\n[effects]\nsurprise = "Oui."\n',
        'version = "1"\n[motives.death]\nproof = 3\n',
        "version = ",
    ],
)
def test_texts_that_nobody_could_show_stop_the_start(brands: Path, own: str) -> None:
    with pytest.raises(BrandFileUnusable, match=r"termination\.fr\.toml"):
        read(brands, own)


def test_a_cover_that_never_began_is_told_as_such() -> None:
    decision = Decision("effective", "withdrawal", ("L221-18",), effective_date=date(2026, 6, 7))

    assert "jamais pris effet" in explain(decision, CONTRACT, TEXTS["mgas"]).sentences[0]
