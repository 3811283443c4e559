"""docs/security/asvs.md answers every requirement of the chapters that it names, and names files that exist."""

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[2]
TABLE = (ROOT / "docs" / "security" / "asvs.md").read_text(encoding="utf-8")
# How many requirements each section of ASVS 5.0 has.
SECTIONS = {
    "6.1": 3, "6.2": 12, "6.3": 8, "6.4": 6, "6.5": 8, "6.6": 4, "6.7": 2, "6.8": 4,
    "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5, "7.5": 3, "7.6": 2,
    "9.1": 3, "9.2": 4,
    "2.4": 2,
}  # fmt: skip
STATES = ("met", "**deviation**", "not applicable", "the portal's")


def rows() -> list[list[str]]:
    return [
        [cell.strip() for cell in line.strip("|").split("|")] for line in TABLE.splitlines() if re.match(r"\| \d", line)
    ]


def test_every_requirement_has_one_row():
    expected = [f"{section}.{number}" for section, count in SECTIONS.items() for number in range(1, count + 1)]

    assert [row[0] for row in rows()] == expected


def test_every_row_says_how_it_stands():
    assert [row[0] for row in rows() if not row[1].startswith(STATES)] == []


def test_every_deviation_says_why():
    assert [row[0] for row in rows() if "deviation" in row[1] and len(row[2]) < 40] == []


def test_whatever_is_met_is_shown_by_a_test():
    assert [row[0] for row in rows() if row[1].startswith("met") and "tests/" not in row[3]] == []


def test_every_file_that_is_named_exists():
    named = set(re.findall(r"\b(?:services|shared|tests|docs|deploy)/[\w./-]+\.(?:py|md|toml)", TABLE))

    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []
