"""Whatever identity decides about an account is remembered as a deed, or there is a reason why not."""

import ast
from functools import cache
from pathlib import Path

from espace_embedded.catalogue import ROOT

IDENTITY = ROOT / "services" / "identity" / "identity_service"
WRITES = ("INSERT INTO", "UPDATE ", "DELETE FROM")

# Use cases that write and record nothing, and why.
NO_DEED = {
    "admit": "it only counts, of attempts that are nobody's yet",
    "chain_deeds": "it gives deeds their place",
    "change_password": "choose_password records what it writes",
    "connect_first_time": "choose_password records what it writes",
    "decide_resets": "mail_reset_links and require_letter record what they send",
    "forget_person": "contracts' journal of the purge remembers it",
    "offer_passkey": "nothing has changed until add_passkey",
    "open_account": "what contracts tells is remembered there",
    "passkey_challenges": "nothing has changed until it is answered",
    "prune_deeds": "its anchor remembers it",
    "recognise_by_numbers": "it only counts the try; what follows is recorded by its callers",
    "redeem_reset": "choose_password records what it writes",
    "replace_failed_mail": "require_letter records the letter",
    "request_reset": "nothing has changed until decide_resets",
    "sign_in": "it only counts the try; open_session records the session",
    "tell_passkeys": "its callers record what they have changed",
    "tell_unneeded_codes": "its callers record what they have changed",
}


@cache
def tree_of(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def modules(room: str) -> dict[str, ast.Module]:
    return {file.stem: tree_of(file) for file in sorted((IDENTITY / room).glob("*.py")) if file.stem != "__init__"}


def texts(tree: ast.AST) -> set[str]:
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def writing_functions() -> set[tuple[str, str]]:
    """Return (module, function) of every function of the store whose SQL changes a row."""
    return {
        (module, node.name)
        for module, tree in modules("store").items()
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        if any(word in text for text in texts(node) for word in WRITES)
    }


def writes(tree: ast.Module) -> bool:
    """Tell whether a use case calls a function of the store that changes a row."""
    changing = writing_functions()
    return any(
        isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and (node.value.id, node.attr) in changing
        for node in ast.walk(tree)
    )


def records(tree: ast.Module) -> bool:
    """Tell whether a use case records a deed: `identity.record(…)`, or one of many."""
    attributes = (node for node in ast.walk(tree) if isinstance(node, ast.Attribute))
    return any(
        node.attr in ("record", "record_all") and isinstance(node.value, ast.Name) and node.value.id == "identity"
        for node in attributes
    )


def test_every_use_case_that_changes_an_account_records_a_deed_or_says_why_not():
    silent = {name for name, tree in modules("usecases").items() if writes(tree) and not records(tree)}

    assert silent == NO_DEED.keys(), (
        "record a Deed in the transaction of the decision, or say in NO_DEED who does, or why nobody"
    )


def test_a_silent_decision_would_be_found():
    tree = ast.parse("async def free(connection):\n    await tries.forget(connection, 1)\n")

    assert writes(tree)
    assert not records(tree)
