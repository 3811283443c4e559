"""The house style, where a machine can tell: sizes, names, layers, and a kit that knows nothing of health mutuals."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from espace_embedded.catalogue import ROOT
from espace_embedded.state import SERVICES

LONGEST_FILE, LONGEST_FUNCTION, MOST_PARAMETERS = 300, 40, 5
KIT = ROOT / "shared" / "service_kit"
PACKAGES = [
    KIT,
    *(ROOT / "services" / service / f"{service}_service" for service in SERVICES),
    ROOT / "deploy" / "embedded" / "espace_embedded",
]
CODE = sorted(file for package in PACKAGES for file in package.rglob("*.py"))
FILES = sorted(
    file for package in PACKAGES for file in package.rglob("*") if file.suffix in {".py", ".sql", ".typ", ".html"}
)
NO_NAMES = {
    "util",
    "utils",
    "helper",
    "helpers",
    "manager",
    "managers",
    "base",
    "common",
    "misc",
    "tools",
    "stuff",
    "lib",
}
EXCUSED: dict[str, str] = {}  # function: why it needs more

BUSINESS = re.compile(
    r"member|contract|nir|letter|card|reset|beneficiar(y|ies)|e?mail|mailing|account|password|passphrase|enrol(l?ed|ment)?|"
    r"guarantee|contribution|reimbursement|insurer|insurance|mutual|mgas|safiag|birth|birthday|postal|adviser|spouse|"
    r"session|membership|adherent|patient"
)
ALLOWED: dict[str, dict[str, str]] = {
    "broker.py": {"member": "the exchanges are named after the product, not after a person"},
    "access_tokens.py": {
        "member": "two kinds of people call: members, with identity's token, and staff, with their provider's",
        "account": "a claim of the token (RFC 9068's sub)",
        "session": "a claim of the token (sid)",
    },
    "foundation.py": {"member": "the verifier of members' tokens"},
    "settings.py": {
        "member": "whose tokens a key file is for",
        "adherent": "the product's name, as issuer and audience",
    },
    "http/authentication.py": {"member": "one of the two kinds of people who call"},
    "http/endpoints.py": {"member": "the caller of a SignedIn endpoint"},
    "http/recent_sign_ins.py": {
        "member": "the caller of a SignedIn endpoint",
    },
    "staff_deeds.py": {"member": "whom a deed concerns: its column"},
    "http/openapi.py": {"member": "the security scheme of SignedIn endpoints"},
    "http/application.py": {"account": "an idempotency key belongs to a caller"},
    "http/problems.py": {
        "adherent": "the product's name, in the URN of a problem",
        "reset": "a word of the RateLimit header: when what is left is filled up again",
    },
    "brands.py": {"letter": "of the alphabet"},
    # The norm NF Z 10-011, for whoever lays out a page for a window envelope.
    "postal_address.py": {"postal": "the norm's word", "letter": "of the alphabet"},
    "postal_capitals.py": {"postal": "the norm's word", "letter": "of the alphabet"},
    "postal_countries.py": {"postal": "the norm's word"},
    "forms_of_address.py": {"postal": "the norm's word"},
    "logging.py": dict.fromkeys(("password", "email", "nir"), "fields whose values are never logged"),
    "database.py": {
        "session": "PostgreSQL's idle_in_transaction_session_timeout",
        "reset": "asyncpg's name for what is done to a connection that comes back",
    },
    "dead_letters.py": {"reset": "a context variable, or a counter, is put back"},
    "tracing.py": {"reset": "a context variable is put back"},
}


def relative(file: Path) -> str:
    return str(file.relative_to(ROOT))


@cache
def tree_of(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def functions() -> Iterator[tuple[Path, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for file in CODE:
        for node in ast.walk(tree_of(file)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                yield file, node


def parameters(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    """Return the names of what a caller gives, beside the object, the connection or the resources that it works on."""
    positional = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
    return [*positional[1:], *(argument.arg for argument in node.args.kwonlyargs)]


def test_files_are_short():
    long = {relative(file): lines for file in FILES if (lines := len(file.read_text().splitlines())) > LONGEST_FILE}

    assert long == {}


def test_functions_are_short():
    sizes = {f"{relative(file)}: {node.name}": (node.end_lineno or 0) - node.lineno + 1 for file, node in functions()}

    assert {name: lines for name, lines in sizes.items() if lines > LONGEST_FUNCTION} == {}


def test_functions_take_few_parameters():
    many = {f"{file.stem}.{node.name}": parameters(node) for file, node in functions()}

    assert {name: names for name, names in many.items() if len(names) > MOST_PARAMETERS and name not in EXCUSED} == {}


def test_modules_are_named_after_what_they_hold():
    named = [relative(file) for file in CODE if NO_NAMES & set(re.split(r"[_/]", relative(file.with_suffix(""))))]

    assert named == []


def test_every_module_says_its_place_in_the_flow():
    silent = [relative(file) for file in CODE if (tree := tree_of(file)).body and not ast.get_docstring(tree)]

    assert silent == []


def test_every_public_function_and_class_says_what_it_does():
    silent = [
        f"{relative(file)}: {node.name}"
        for file in CODE
        for node in tree_of(file).body
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]

    assert silent == []


def test_the_layers_are_kept():
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert answer.returncode == 0, answer.stdout


def business_words(file: Path) -> set[str]:
    """Return the business nouns in a module's code: its names and texts, but neither comments nor docstrings."""
    texts = " ".join(_names_and_texts(tree_of(file)))
    # "Dead letter" is AMQP's; a name in camel case is several words.
    texts = re.sub(r"dead[-_ ]?letters?", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", texts), flags=re.IGNORECASE)
    words = {word.lower() for word in re.findall(r"[A-Za-z]+", texts)}
    return {
        word.removesuffix("s")
        for word in words
        if BUSINESS.fullmatch(word) or BUSINESS.fullmatch(word.removesuffix("s"))
    }


def _names_and_texts(tree: ast.Module) -> Iterator[str]:
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        named = (getattr(node, part, None) for part in ("id", "attr", "name", "arg", "module"))
        yield from (name for name in named if isinstance(name, str))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value


@pytest.mark.parametrize("file", sorted(KIT.rglob("*.py")), ids=lambda file: str(file.relative_to(KIT)))
def test_the_kit_knows_no_business_noun(file: Path):
    assert business_words(file) - ALLOWED.get(str(file.relative_to(KIT)), {}).keys() == set()


def test_no_exception_for_the_kit_outlives_its_reason():
    unused = {name: words.keys() - business_words(KIT / name) for name, words in ALLOWED.items()}

    assert {name: words for name, words in unused.items() if words} == {}
