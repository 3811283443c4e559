"""What members read is set as a French printer would: apostrophes, narrow no-break spaces, guillemets, numbers."""

import ast
import html
import importlib
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from espace_embedded.catalogue import ROOT
from espace_embedded.state import SERVICES
from service_kit.field_problems import FORBIDDEN, OTHERWISE, WORDS
from service_kit.http.problems import KIT_PROBLEMS

NARROW = "\u202f"
PLACES = [ROOT / "services", ROOT / "shared" / "service_kit", ROOT / "deploy" / "embedded" / "espace_embedded"]
WORDS_OF_FRENCH = (
    "le la les l du de des d un une est et ou vous votre vos nous ne pas à au aux en dans par pour sur qui que ce cet cette "
    "avec sans son sa ses être sont doit peut il elle n s qu"
)
WORDS_OF_ENGLISH = "the of is and to by for who whom what whose be are its than which when"
FRENCH_WORDS = frozenset(WORDS_OF_FRENCH.split())
ENGLISH_WORDS = frozenset(WORDS_OF_ENGLISH.split())
FAULTS = {
    "a straight apostrophe": re.compile(r"\w'\w"),
    "no narrow no-break space before ; : ? ! »": re.compile(rf"(?<![{NARROW};:?!])[;:?!»](?!//)"),
    "no narrow no-break space after «": re.compile(rf"«(?!{NARROW})"),
    "two spaces": re.compile(r"\S[ \u00a0\u202f]{2,}"),
    "three dots": re.compile(r"\.\.\."),
    "a plain space in a number": re.compile(r"\d \d{3}(?!\d)"),
    "a plain space before a unit": re.compile(r"\d [%€]"),
    "straight quotation marks": re.compile(r'"\w[^"]*"'),
}
NOT_PROSE = re.compile(r"https?://\S+|\b\d?\d:\d\d\b|[\w.+-]+@[\w.-]+|/[\w/{}.…-]+")


def faults(text: str) -> dict[str, str]:
    """Return what is wrong with a French text, and where."""
    prose = NOT_PROSE.sub("X", text)
    found = {what: shape.search(prose) for what, shape in FAULTS.items()}
    return {what: prose[max(0, hit.start() - 15) : hit.end() + 15] for what, hit in found.items() if hit}


def is_french(text: str) -> bool:
    words = {word.lower() for word in re.findall(r"\b[A-ZÀ]?[a-zà-ÿœ]+\b|\bÀ\b", text)}  # not a table in capitals
    french, english = len(words & FRENCH_WORDS), len(words & ENGLISH_WORDS)
    return " " in text and french >= 2 and french > english  # an English sentence may name the code de la mutualité


def texts_in_code(file: Path) -> Iterator[str]:
    """Yield the texts of a module, f-strings with X for what is filled in; texts that stand alone are docstrings, in English."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    skipped = {
        id(part) for node in ast.walk(tree) if isinstance(node, (ast.JoinedStr, ast.Expr)) for part in _texts(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "X" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped:
            yield node.value


def _texts(node: ast.JoinedStr | ast.Expr) -> list[ast.AST]:
    return [node.value] if isinstance(node, ast.Expr) else list(ast.walk(node))


def texts_in_template(file: Path) -> Iterator[str]:
    """Yield the lines of a template for mails or pages, without its markup."""
    text = re.sub(
        r"<(style|pre|head)\b.*?</\1>|<!--.*?-->|{%.*?%}|{#.*?#}", "", file.read_text(encoding="utf-8"), flags=re.DOTALL
    )
    text = re.sub(r"{{.*?}}", "X", re.sub(r"<[^>]+>", "", text), flags=re.DOTALL)
    yield from (line.strip() for line in html.unescape(text).splitlines() if line.strip())


def texts_in_typst(file: Path) -> Iterator[str]:
    """Yield the pieces of prose in a Typst template: what lies between its code."""
    text = re.sub(r"^\s*//.*$", "", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
    text = re.sub(r"#(sym\.space\.nobreak\.narrow|thin);?", NARROW, text).replace("~", "\u00a0")
    yield from (piece for piece in re.split(r'[#\[\]{}()"\n]', text) if is_french(piece))


def values_of(table: Any) -> Iterator[str]:
    if isinstance(table, dict):
        table = list(table.values())
    if isinstance(table, list):
        for one in table:
            yield from values_of(one)
    elif isinstance(table, str):
        yield table


def templates(*endings: str) -> list[Path]:
    places = [*PLACES, ROOT / "deploy" / "brands"]
    return sorted(file for place in places for file in place.rglob("*") if file.suffix in endings)


def details() -> dict[str, str]:
    """Return every sentence of a problem: code → French."""
    tables = [importlib.import_module(f"{service}_service.http.problems").PROBLEMS for service in SERVICES]
    problems = {error.code: text.detail for table in (KIT_PROBLEMS, *tables) for error, text in table.items()}
    return problems | dict([*WORDS.values(), OTHERWISE, FORBIDDEN])


def name(file: Path) -> str:
    return "/".join(file.parts[-2:])


@pytest.mark.parametrize(("code", "detail"), details().items(), ids=details())
def test_a_problem_is_told_in_whole_french_sentences(code: str, detail: str):
    assert re.fullmatch(r"[A-ZÀÉÊŒ].*\.", detail)
    assert faults(detail) == {}


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_french_in_code_is_well_set(place: Path):
    found = [
        (name(file), text) for file in sorted(place.rglob("*.py")) for text in texts_in_code(file) if is_french(text)
    ]

    assert found
    assert [(file, faults(text)) for file, text in found if faults(text)] == []


@pytest.mark.parametrize("file", templates(".txt", ".html"), ids=name)
def test_a_template_is_well_set(file: Path):
    assert [faults(text) for text in texts_in_template(file) if faults(text)] == []


@pytest.mark.parametrize("file", templates(".typ"), ids=name)
def test_a_printed_page_is_well_set(file: Path):
    found = list(texts_in_typst(file))

    assert found
    assert [faults(text) for text in found if faults(text)] == []


@pytest.mark.parametrize("file", sorted((ROOT / "deploy" / "brands").glob("*.toml")), ids=name)
def test_a_brands_words_are_well_set(file: Path):
    words = [value for value in values_of(tomllib.loads(file.read_text(encoding="utf-8"))) if is_french(value)]

    assert words
    assert [faults(value) for value in words if faults(value)] == []


@pytest.mark.parametrize(
    "text",
    [
        "C'est fait.",
        "Besoin d’aide ?",
        "Attention: ceci",
        "le « mot »",
        "Deux  espaces",
        "Patientez...",
        "1 200 euros",
        "20 %",
        'dit "bonjour"',
        "Ouvrez\u00a0: là",
    ],
)
def test_what_a_typewriter_does_is_found(text: str):
    assert faults(text) != {}


def test_what_a_printer_does_is_let_pass():
    text = "Besoin d’aide\u202f? Appelez le 01 99 00 12 34, de 9:00 à 18:00\u202f: «\u202foui\u202f»\u202f! Voir https://a.example/b:c…"

    assert faults(text) == {}
