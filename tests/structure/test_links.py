"""Every link in the documentation leads to a file, or to a heading, that is there."""

import re
from pathlib import Path

import pytest
from espace_embedded.catalogue import ROOT

FOLDERS = ("deploy", "docs", "services", "shared", "tests")
PAGES = sorted([*ROOT.glob("*.md"), *(page for folder in FOLDERS for page in (ROOT / folder).rglob("*.md"))])
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def headings(page: Path) -> set[str]:
    """Return the anchors of a page, as a Git forge makes them."""
    titles = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.strip().lower()).replace(" ", "-") for title in titles}


def links(page: Path) -> list[str]:
    prose = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    return [link for link in LINK.findall(prose) if "://" not in link and not link.startswith("mailto:")]


def test_there_are_pages():
    assert ROOT / "README.md" in PAGES
    assert links(ROOT / "README.md")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path):
    targets = [(link, page.parent / link.partition("#")[0] if link[0] != "#" else page) for link in links(page)]
    missing = [link for link, target in targets if not target.exists()]
    lost = [
        link
        for link, target in targets
        if "#" in link and target.suffix == ".md" and target.exists() and link.partition("#")[2] not in headings(target)
    ]

    assert (missing, lost) == ([], [])


@pytest.mark.parametrize("page", [ROOT / "README.md", ROOT / "CONTRIBUTING.md"], ids=lambda page: page.name)
def test_every_make_target_that_is_named_exists(page: Path):
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"\bmake ([a-z-]+)", page.read_text(encoding="utf-8")))

    assert named
    assert named - targets == set()
