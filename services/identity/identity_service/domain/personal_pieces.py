"""What of a person must not make a password: pieces of their own numbers, dates and names, and finding them in one.

The pieces are digested when a member is enrolled and forgotten; `is_personal` compares digests (usecases/open_account.py,
usecases/choose_password.py).
"""

import itertools
import re
import unicodedata
from collections.abc import Callable

IsPersonal = Callable[[str], bool]

SHORTEST_PIECE, LONGEST_PIECE = 3, 30
WINDOW = 6


def fold(text: str) -> str:
    """Return `text` without accents and case, for comparing words."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def personal_pieces(*, birth_date: str, numbers: list[str], names: list[str]) -> set[str]:
    """Return the pieces of text that a member must not make a password of.

    `birth_date` is `YYYY-MM-DD` (partial dates have 00). Every six digits in a row of each number count, every order of the
    birth date's parts with two or four digits of the year, and every word of three letters or more of a name.
    """
    pieces = _birth_pieces(birth_date)
    for number in numbers:
        digits = re.sub(r"\D", "", number)
        pieces |= _windows(digits) | {digits}
    for name in names:
        pieces |= {word[:LONGEST_PIECE] for word in re.findall(r"[^\W\d_]+", fold(name))}
    return {piece for piece in pieces if len(piece) >= SHORTEST_PIECE}


def _birth_pieces(birth_date: str) -> set[str]:
    year, month, day = [*birth_date.split("-"), "", ""][:3]
    pieces = {year, *("".join(order) for order in itertools.permutations((day, month, year[2:])))}
    for order in itertools.permutations((day, month, year)):
        whole = "".join(order)
        pieces |= {whole, *_windows(whole)}
    pieces |= {part + year for part in (day, month)} | {year + part for part in (day, month)}
    return pieces


def _windows(digits: str) -> set[str]:
    return {digits[start : start + WINDOW] for start in range(len(digits) - WINDOW + 1)}


def characters_beside_own(password: str, is_personal: IsPersonal) -> int | None:
    """Return how many characters of `password` are none of the member's own pieces; None when it holds no such piece.

    Pieces are found inside longer words (`jeanmartin`), and dates whatever joins their digits (`12/03/1958`).
    """
    folded = fold(password)
    dates_joined = re.sub(r"(?<=\d)[\W_]+(?=\d)", "", folded)
    runs = re.findall(r"\d+|[^\W\d_]+", dates_joined)
    own = sum(_own_characters(run, is_personal) for run in runs)
    return len(dates_joined) - own if own else None


def _own_characters(run: str, is_personal: IsPersonal) -> int:
    own = start = 0
    while start <= len(run) - SHORTEST_PIECE:
        lengths = range(min(len(run) - start, LONGEST_PIECE), SHORTEST_PIECE - 1, -1)
        found = next((length for length in lengths if is_personal(run[start : start + length])), 0)
        own += found
        start += found or 1
    return own
