"""Which passwords a brand takes: six digits (with a blocklist of about a tenth of the space) or a passphrase.

A six-digit password is 20 bits: it is defensible only with the pepper, the shared failure counter and this list
(docs/decisions, CNIL 2022-100).
"""

import itertools
import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import Literal

from service_kit.problems import FieldProblem
from zxcvbn import zxcvbn
from zxcvbn.frequency_lists import FREQUENCY_LISTS

Rule = Literal["six_digits", "passphrase"]
IsPersonal = Callable[[str], bool]

SHORTEST_PASSPHRASE = 12
LONGEST_PASSWORD = 128
GUESSES_AT_LEAST = 10**8
LETTERS_OF_ONES_OWN = 8  # what a passphrase must hold beside one's own name and numbers

WORDS = {
    "six-digits-required": "Le mot de passe doit comporter exactement 6 chiffres.",
    "too-guessable": "Ce mot de passe est trop facile à deviner. Choisissez-en un autre.",
    "too-short": "Le mot de passe doit comporter au moins 12 caractères.",
    "too-long": "Le mot de passe doit comporter au plus 128 caractères.",
    "breached": "Ce mot de passe est connu des fraudeurs. Choisissez-en un autre.",
    "confirmation-differs": "Les deux mots de passe saisis sont différents.",
    "derived-from-your-data": "Ce mot de passe reprend vos informations personnelles. Choisissez-en un autre.",
}


def password_problems(rule: Rule, password: str, confirmation: str, *, is_personal: IsPersonal) -> list[FieldProblem]:
    """Return what is wrong with a new password, the most telling first; empty when it may be used.

    `is_personal(text)` tells whether a piece of text is one of the member's own numbers or names.
    """
    codes = shape_codes(rule, password)
    if not codes:
        check = _six_digit_codes if rule == "six_digits" else _passphrase_codes
        codes = check(password, is_personal)
    found = [_problem("password", code) for code in codes]
    if password != confirmation:
        found.append(_problem("password_confirmation", "confirmation-differs"))
    return found


def shape_problems(rule: Rule, password: str, confirmation: str) -> list[FieldProblem]:
    """Return what can be said of a new password before it is known who chooses it."""
    found = [_problem("password", code) for code in shape_codes(rule, password)]
    if password != confirmation:
        found.append(_problem("password_confirmation", "confirmation-differs"))
    return found


def shape_codes(rule: Rule, password: str) -> list[str]:
    """Return the codes that its length and characters alone deserve."""
    if rule == "six_digits":
        return [] if re.fullmatch(r"[0-9]{6}", password) else ["six-digits-required"]
    if len(password) < SHORTEST_PASSPHRASE:
        return ["too-short"]
    return ["too-long"] if len(password) > LONGEST_PASSWORD else []


def _problem(field: str, code: str) -> FieldProblem:
    return FieldProblem(field, code, WORDS[code])


def _six_digit_codes(password: str, is_personal: IsPersonal) -> list[str]:
    codes = ["derived-from-your-data"] if is_personal(password) else []
    return [*codes, "too-guessable"] if password in guessable_six_digits() else codes


def _passphrase_codes(password: str, is_personal: IsPersonal) -> list[str]:
    pieces = re.findall(r"\d+|[^\W\d_]+", password)
    own = [piece for piece in pieces if is_personal(fold(piece))]
    if own and len(password) - sum(map(len, own)) < LETTERS_OF_ONES_OWN:
        return ["derived-from-your-data"]
    if password.casefold() in FREQUENCY_LISTS["passwords"]:
        return ["breached"]
    return ["too-guessable"] if int(zxcvbn(password, max_length=LONGEST_PASSWORD)["guesses"]) < GUESSES_AT_LEAST else []


@lru_cache(maxsize=1)
def guessable_six_digits() -> frozenset[str]:
    """Return the six-digit passwords that people choose first: runs, repeats, keypad shapes and every date."""
    return frozenset(_runs() | _repeats() | _keypad_shapes() | _dates())


def _runs() -> set[str]:
    digits = "0123456789"
    wheels = (digits * 2, digits[::-1] * 2, "13579" * 3, "02468" * 3, "97531" * 3, "86420" * 3)
    return {wheel[start : start + 6] for wheel in wheels for start in range(len(wheel) - 5)} | {"567890", "098765"}


def _repeats() -> set[str]:
    pairs = {f"{a}{b}" for a in range(10) for b in range(10)}
    halves = {f"{number:03}" for number in range(1000)}
    doubled = {f"{a}{a}{b}{b}{c}{c}" for a in range(10) for b in range(10) for c in range(10)}
    mirrored = {half + half[::-1] for half in halves}
    tripled = {f"{a}{a}{a}{b}{b}{b}" for a in range(10) for b in range(10)}
    return {pair * 3 for pair in pairs} | {half * 2 for half in halves} | doubled | mirrored | tripled


def _keypad_shapes() -> set[str]:
    rows, columns = ("123", "456", "789"), ("147", "258", "369")
    lines = [*rows, *columns, *(line[::-1] for line in (*rows, *columns)), "159", "951", "357", "753"]
    return {first + second for first, second in itertools.product(lines, lines)}


def _dates() -> set[str]:
    found = set()
    for month, day in itertools.product(range(1, 13), range(1, 32)):
        for year in range(100):
            parts = (f"{day:02}", f"{month:02}", f"{year:02}")
            found |= {parts[0] + parts[1] + parts[2], parts[2] + parts[1] + parts[0], parts[1] + parts[0] + parts[2]}
    return found


def fold(text: str) -> str:
    """Return `text` without accents and case, for comparing words."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def personal_pieces(*, birth_date: str, numbers: list[str], names: list[str]) -> set[str]:
    """Return the pieces of text that a member must not make a password of.

    `birth_date` is `YYYY-MM-DD` (partial dates have 00). Every six digits in a row of each number count, every order of the
    birth date's parts, and every word of three letters or more of a name.
    """
    year, month, day = [*birth_date.split("-"), "", ""][:3]
    parts = [part for part in (day, month, year[2:]) if part]
    pieces = {"".join(order) for order in itertools.permutations(parts)}
    pieces |= {part + year for part in (day, month)} | {year + part for part in (day, month)}
    pieces |= {"".join(order) for order in itertools.permutations([day, month, year])}
    for number in numbers:
        digits = re.sub(r"\D", "", number)
        pieces |= {digits[start : start + 6] for start in range(len(digits) - 5)} | {digits}
    for name in names:
        pieces |= {word for word in re.findall(r"[^\W\d_]+", fold(name)) if len(word) >= 3}
    return {piece for piece in pieces if len(piece) >= 3}
