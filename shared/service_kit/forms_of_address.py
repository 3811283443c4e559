"""How a person is named in French: `Madame Martin`, or both names where no title says which."""

from service_kit.postal_capitals import printable_words

_SIRS = frozenset({"M", "M.", "MR", "MR.", "MONSIEUR"})
_MADAMS = frozenset({"MME", "MME.", "MLLE", "MLLE.", "MADAME", "MADEMOISELLE"})
NO_FIRST_NAME = frozenset({"", "X", "SP", "-"})  # what insurers' files hold for people without one
UNKNOWN_SALUTATION = "Madame, Monsieur"


def salutation(title: str | None, last_name: str) -> str:
    """Return how a letter begins: `Madame Martin`, or `Madame, Monsieur` where no title says which."""
    return title_and_name(title, last_name) or UNKNOWN_SALUTATION


def title_and_name(title: str | None, last_name: str) -> str | None:
    """Return `Madame Martin`; None where no title says which."""
    typed = printable_words(title).upper()
    word = "Monsieur" if typed in _SIRS else "Madame" if typed in _MADAMS else None
    return None if word is None else f"{word} {printable_words(last_name)}"


def both_names(first_name: str | None, last_name: str) -> str:
    """Return `Zoélie Martin`, or the last name alone where there is no first one."""
    first, last = printable_words(first_name), printable_words(last_name)
    return last if first.upper() in NO_FIRST_NAME else f"{first} {last}"
