"""Texts about people: what may not be in one, how it is kept, and the form in which two are compared.

A text is kept as it was typed, in Unicode's composed form (NFC) and without blanks around it. Batch files hold
unaccented capitals and the member's own contract holds accents, so texts are compared by their folded form only.
"""

import re
import unicodedata

from contracts_service.domain.refused_value import RefusedValueError

# Control characters and NUL, marks and overrides of the writing direction, line separators, lone surrogates,
# non-characters, and U+FFFD, which says that an earlier program has already lost a letter. They hide or reorder
# what a reader sees, break a letter's lines, or cannot be stored. U+202F, the French narrow space, is allowed.
_FORBIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ud800-\udfff\ufdd0-\ufdef\ufffd-\uffff]"
)
_NO_PART_OF_A_NAME = frozenset({"So", "Sm", "Sc", "Cs", "Co", "Cn", "Cf"})
_LETTER = re.compile(r"[^\W\d_]")
_PLAIN_NAME = re.compile("[A-Za-zÀ-ÖØ-öø-ÿŒœ' ’-]+")  # nothing of what has no part in a name
_BETWEEN_WORDS = re.compile(r"[\s'’ʼ`´\-\u2010-\u2015.()]+")
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d"})


class PersonalTextError(RefusedValueError):
    """The text is refused; `code` is `forbidden-characters`, `empty-text`, `too-long` or `no-letter`."""


def clean_text(text: str, *, max_length: int) -> str:
    """Return the text in NFC without the blanks around it, 1 to `max_length` characters; else PersonalTextError."""
    # Normalising a very long text costs: no text shrinks to a quarter by composition.
    if len(text) > 4 * max_length:
        raise PersonalTextError("too-long")
    if _FORBIDDEN.search(text):
        raise PersonalTextError("forbidden-characters")
    kept = unicodedata.normalize("NFC", text).strip()
    if not kept:
        raise PersonalTextError("empty-text")
    if len(kept) > max_length:
        raise PersonalTextError("too-long")
    return kept


def check_name(text: str) -> str:
    """Return a person's name as it is; one letter is enough (`Ô`, `Y`), none is a PersonalTextError."""
    if not _LETTER.search(text):
        raise PersonalTextError("no-letter")
    if _PLAIN_NAME.fullmatch(text):
        return text
    # Symbols, pictures and private characters are no part of a name, and no letter or card could print them.
    if any(unicodedata.category(character) in _NO_PART_OF_A_NAME for character in text):
        raise PersonalTextError("forbidden-characters")
    return text


def fold(text: str) -> str:
    """Return the form in which names are compared: `DUPONT MARTIN`, `Dupont--Martin` and `dupont-martin` are one."""
    small = unicodedata.normalize("NFKD", text).casefold().translate(_LIGATURES)
    letters = "".join(c for c in unicodedata.normalize("NFKD", small) if not unicodedata.combining(c))
    return _BETWEEN_WORDS.sub(" ", letters).strip()
