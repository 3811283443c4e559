"""Which passwords a brand takes: six digits (with a blocklist of about a tenth of the space) or a passphrase.

A six-digit password is 20 bits: it is defensible only with the pepper, the shared failure counter and this list
(docs/decisions, CNIL 2022-100).
"""

import re
import unicodedata
from collections.abc import Collection
from functools import lru_cache
from typing import Any, Literal

from service_kit.problems import FieldProblem
from zxcvbn import zxcvbn
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from identity_service.domain.personal_pieces import IsPersonal, characters_beside_own, fold
from identity_service.domain.six_digits import guessable_six_digits

Rule = Literal["six_digits", "passphrase"]

SHORTEST_PASSPHRASE = 12
LONGEST_PASSWORD = 128
GUESSES_AT_LEAST = 10**8
JUDGED = 48  # characters that the estimate looks at: its time grows with the cube of their number
OTHERS_AT_LEAST = 8  # characters that a passphrase must hold beside one's own name and numbers

# NIST SP 800-63B § 3.1.1.2: words of the service itself; the estimator's own lists are English.
FIRST_THOUGHTS = (
    "mutuelle adherent adherente adhesion espace sante assurance remboursement motdepasse azerty azertyuiop qsdfghjklm "
    "wxcvbn bonjour soleil doudou loulou chouchou marseille france"
)

WORDS = {
    "six-digits-required": "Le mot de passe doit comporter exactement 6 chiffres.",
    "too-guessable": "Ce mot de passe est trop facile à deviner. Choisissez-en un autre.",
    "too-short": "Le mot de passe doit comporter au moins 12 caractères.",
    "too-long": "Le mot de passe doit comporter au plus 128 caractères.",
    "breached": "Ce mot de passe est connu des fraudeurs. Choisissez-en un autre.",
    "confirmation-differs": "Les deux mots de passe saisis sont différents.",
    "derived-from-your-data": "Ce mot de passe reprend vos informations personnelles. Choisissez-en un autre.",
}


# What makes a password easy to guess, by the estimator's name for it.
HINTS = {
    "dictionary": "Ce mot de passe repose sur un mot très courant. Ajoutez-en d’autres, sans rapport entre eux.",
    "spatial": "Ce mot de passe suit les touches du clavier. Choisissez plutôt plusieurs mots sans rapport entre eux.",
    "repeat": "Ce mot de passe répète les mêmes caractères. Choisissez plutôt plusieurs mots sans rapport entre eux.",
    "sequence": "Ce mot de passe contient une suite comme abcd ou 1234. Choisissez plutôt plusieurs mots sans rapport entre eux.",
    "date": "Ce mot de passe repose sur une date. Choisissez plutôt plusieurs mots sans rapport entre eux.",
}
HINTS["regex"] = HINTS["date"]  # a recent year


def normalise(typed: str) -> str:
    """Return a password as judged and hashed: NFKC (NIST SP 800-63B § 3.1.1.2).

    The same keys give an accent in one or in two characters, and a space before « ! » that breaks or does not, depending on
    the device.
    """
    return unicodedata.normalize("NFKC", typed)


def password_problems(
    rule: Rule, password: str, confirmation: str, *, is_personal: IsPersonal, brand_words: Collection[str] = ()
) -> list[FieldProblem]:
    """Return what is wrong with a new password, the most telling first; empty when it may be used.

    `is_personal(text)` tells whether a piece of text is one of the member's own numbers or names.
    """
    found = [_problem("password", code) for code in shape_codes(rule, password)]
    if not found and rule == "six_digits":
        found = [_problem("password", code) for code in _six_digit_codes(normalise(password), is_personal)]
    elif not found:
        found = _passphrase_problems(normalise(password), is_personal, brand_words)
    return [*found, *_confirmation_problems(password, confirmation)]


def shape_problems(rule: Rule, password: str, confirmation: str) -> list[FieldProblem]:
    """Return what can be said of a new password before it is known who chooses it."""
    found = [_problem("password", code) for code in shape_codes(rule, password)]
    return found + _confirmation_problems(password, confirmation)


def shape_codes(rule: Rule, password: str) -> list[str]:
    """Return the codes that its length and characters alone deserve."""
    normal = normalise(password)
    if rule == "six_digits":
        return [] if re.fullmatch(r"[0-9]{6}", normal) else ["six-digits-required"]
    # Counted as typed: a single ligature may become eighteen letters.
    if len(unicodedata.normalize("NFC", password)) < SHORTEST_PASSPHRASE:
        return ["too-short"]
    return ["too-long"] if len(normal) > LONGEST_PASSWORD else []


def _confirmation_problems(password: str, confirmation: str) -> list[FieldProblem]:
    same = normalise(password) == normalise(confirmation)
    return [] if same else [_problem("password_confirmation", "confirmation-differs")]


def breached() -> FieldProblem:
    """Return the problem of a password that is known from leaks."""
    return _problem("password", "breached")


def _problem(field: str, code: str, detail: str | None = None) -> FieldProblem:
    return FieldProblem(field, code, detail or WORDS[code])


def _six_digit_codes(password: str, is_personal: IsPersonal) -> list[str]:
    codes = ["derived-from-your-data"] if is_personal(password) else []
    return [*codes, "too-guessable"] if password in guessable_six_digits() else codes


def _passphrase_problems(password: str, is_personal: IsPersonal, brand_words: Collection[str]) -> list[FieldProblem]:
    others = characters_beside_own(password, is_personal)
    if others is not None and others < OTHERS_AT_LEAST:
        return [_problem("password", "derived-from-your-data")]
    if password.casefold() in _leaked():
        return [breached()]
    first_thoughts = [*FIRST_THOUGHTS.split(), *map(fold, brand_words)]
    judged = fold(password)[:JUDGED] or password[:JUDGED]  # a password of accents alone folds to nothing
    estimate = zxcvbn(judged, user_inputs=first_thoughts)
    if int(estimate["guesses"]) >= GUESSES_AT_LEAST:
        return []
    return [_problem("password", "too-guessable", _hint(estimate["sequence"]))]


def _hint(parts: list[dict[str, Any]]) -> str | None:
    """Say what the longest guessable part of a password is."""
    known = [part for part in parts if part["pattern"] in HINTS]
    longest = max(known, key=lambda part: len(part["token"]), default=None)
    return None if longest is None else HINTS[longest["pattern"]]


@lru_cache(maxsize=1)
def _leaked() -> frozenset[str]:
    return frozenset(FREQUENCY_LISTS["passwords"])
