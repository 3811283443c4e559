"""Connections of the pool go from one to the next as they are: nothing may be set on them that lasts as long as a session."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from espace_embedded.catalogue import ROOT

SESSION = re.compile(
    r"^\s*(SET(?!\s+LOCAL)|RESET|LISTEN|UNLISTEN|PREPARE|DECLARE|DISCARD)\s|;\s*SET(?!\s+LOCAL)\s"
    r"|pg_(try_)?advisory_(lock|unlock)|CREATE\s+TEMP|WITH\s+HOLD",
    re.IGNORECASE,
)
SENDING = {"execute", "executemany", "fetch", "fetchrow", "fetchval"}
# Connections of their own, which end with what they are for.
OWN_CONNECTIONS = {"shared/service_kit/migrate.py"}
CODE = [file for place in ("shared/service_kit", "services") for file in sorted((ROOT / place).rglob("*.py"))]


def lasting(tree: ast.AST) -> Iterator[str]:
    """Return the SQL of a module that lasts as long as a session."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in SENDING
            and node.args
        ):
            sql = text_of(node.args[0])
            if SESSION.search(sql):
                yield sql


def text_of(given: ast.expr) -> str:
    """Return a text, with `x` in the place of what is put into it."""
    parts = given.values if isinstance(given, ast.JoinedStr) else [given]
    return "".join(str(part.value) if isinstance(part, ast.Constant) else "x" for part in parts)


def relative(file: Path) -> str:
    return str(file.relative_to(ROOT))


def test_nothing_is_set_on_a_connection_that_lasts_longer_than_a_transaction() -> None:
    found = {relative(file) for file in CODE if any(lasting(ast.parse(file.read_text(encoding="utf-8"))))}

    assert found == OWN_CONNECTIONS


def test_what_lasts_would_be_found() -> None:
    kept = "connection.execute('SET LOCAL jit = off; SET LOCAL x = 1'); connection.execute('UPDATE a SET b = 1')"
    lasts = ("SET jit = off", "LISTEN a", "SELECT pg_advisory_lock(1)", "CREATE TEMP TABLE a ()", "SELECT 1; SET a = 1")

    assert list(lasting(ast.parse(kept))) == []
    assert [bool(list(lasting(ast.parse(f"c.execute({sql!r})")))) for sql in lasts] == [True] * len(lasts)
