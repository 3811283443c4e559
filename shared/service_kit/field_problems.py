"""What is wrong with a field, in French and with a stable code: one table for every request body and import line."""

from collections.abc import Iterable
from typing import Any

from pydantic import ValidationError

from service_kit.problems import FieldProblem

# pydantic's error type → our code and words, with the limits of the rule. A value is never repeated: it may be personal.
WORDS: dict[str, tuple[str, str]] = {
    "missing": ("required", "Cette information est obligatoire."),
    "extra_forbidden": ("unknown-field", "Ce champ n’est pas attendu."),
    "string_type": ("text-required", "Un texte est attendu."),
    "string_too_short": ("too-short", "Cette information est trop courte."),
    "string_too_long": ("too-long", "Cette information est trop longue."),
    "string_pattern_mismatch": ("invalid-format", "Le format n’est pas celui attendu."),
    "literal_error": ("unknown-value", "Cette valeur n’est pas proposée."),
    "enum": ("unknown-value", "Cette valeur n’est pas proposée."),
    "bool_type": ("true-or-false-required", "Une réponse par oui ou par non (true ou false) est attendue."),
    "int_type": ("number-required", "Un nombre entier est attendu."),
    "int_parsing": ("number-required", "Un nombre entier est attendu."),
    "greater_than_equal": ("too-small", "Le plus petit nombre admis est {ge}."),
    "less_than_equal": ("too-large", "Le plus grand nombre admis est {le}."),
    "date_from_datetime_parsing": ("invalid-date", "La date doit s’écrire AAAA-MM-JJ."),
    "date_parsing": ("invalid-date", "La date doit s’écrire AAAA-MM-JJ."),
    "date_type": ("invalid-date", "La date doit s’écrire AAAA-MM-JJ."),
    "date_from_datetime_inexact": ("invalid-date", "La date doit s’écrire AAAA-MM-JJ."),
    **dict.fromkeys(
        (
            "datetime_parsing",
            "datetime_from_date_parsing",
            "datetime_type",
            "datetime_object_invalid",
            "timezone_aware",
        ),
        ("invalid-instant", "Un instant avec son décalage horaire est attendu (RFC 3339)."),
    ),
    "uuid_parsing": ("invalid-identifier", "Cet identifiant n’est pas valable."),
    "list_type": ("list-required", "Une liste est attendue."),
    "tuple_type": ("list-required", "Une liste est attendue."),
    "too_short": ("too-few", "Cette liste est trop courte."),
    "too_long": ("too-many", "Cette liste est trop longue."),
    "dict_type": ("object-required", "Un ensemble de champs est attendu."),
    "model_type": ("object-required", "Un ensemble de champs est attendu."),
    "model_attributes_type": ("object-required", "Un ensemble de champs est attendu."),
}
LONGEST_NAME = 64
OTHERWISE = ("invalid-value", "Cette information n’est pas valable.")
DUPLICATE = ("duplicate-field", "Ce champ figure deux fois.")
FORBIDDEN = ("forbidden-characters", "Cette information contient des caractères non autorisés.")

# Unicode's bidirectional controls: invisible, and they make a name read as another.
BIDIRECTIONAL = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def field_problems(error: ValidationError, *, whole: str = "body") -> tuple[FieldProblem, ...]:
    """Return one problem for each field that pydantic refused; `whole` names the field of a problem of no field.

    A custom error type, such as `invalid-nir-key`, is taken as our own code and its message as our own words.
    """
    found = error.errors(include_url=False, include_input=False)
    return tuple(FieldProblem(_path(one["loc"]) or whole, *_code_and_words(one)) for one in found)


def _code_and_words(one: Any) -> tuple[str, str]:
    if "-" in one["type"]:
        return one["type"], one["msg"]
    code, words = WORDS.get(one["type"], OTHERWISE)
    return code, words.format(**one.get("ctx", {}))


def _path(location: Iterable[int | str]) -> str:
    return ".".join(printable_name(str(part)) for part in location)


def printable_name(name: str) -> str:
    """Return a field's name as it may be shown: an unknown field's was written by others, endless or unprintable."""
    return "".join(character if character.isprintable() else "\ufffd" for character in name[:LONGEST_NAME])


def forbidden_character_fields(content: Any, path: str = "") -> tuple[FieldProblem, ...]:
    """Return the fields whose text (or name) holds NUL, control characters, lone surrogates or bidirectional marks."""
    if isinstance(content, str):
        return () if is_plain(content) else (FieldProblem(path or "body", *FORBIDDEN),)
    if isinstance(content, dict):
        bad_names = tuple(FieldProblem(path or "body", *FORBIDDEN) for name in content if not is_plain(name))
        children = ((f"{path}.{name}" if path else name, value) for name, value in content.items() if is_plain(name))
        return bad_names + tuple(bad for child, value in children for bad in forbidden_character_fields(value, child))
    if isinstance(content, list):
        items = enumerate(content)
        return tuple(bad for n, value in items for bad in forbidden_character_fields(value, f"{path}.{n}".lstrip(".")))
    return ()


def is_plain(text: str) -> bool:
    """Tell whether `text` is free of control characters, lone surrogates, non-characters and bidirectional marks."""
    return text.isprintable() or not any(
        character < " "
        or "\x7f" <= character <= "\x9f"
        or "\ud800" <= character <= "\udfff"
        or character in BIDIRECTIONAL
        or character in "\u2028\u2029\ufffe\uffff"
        for character in text
    )
