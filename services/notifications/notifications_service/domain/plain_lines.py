"""The lines of a mail's text part: short enough for every mail program (RFC 5322, 2.1.1), and how the mail begins."""

import re
import textwrap

WIDTH = 76
OPENING = 150  # characters of a mail that lists of mails show at most
SHORT_OPENING = 50  # shorter than this, the next paragraph is shown too
SENTENCE_ENDS = (".", ":", "!", "?")

_BLANK_LINES = re.compile(r"\n{3,}")
# It breaks lines at plain spaces only, never at a no-break space.
_WRAPPER = textwrap.TextWrapper(WIDTH, break_long_words=False, break_on_hyphens=False)


def wrapped(text: str) -> str:
    """Return a text whose lines are at most 76 characters long, but for words that are longer: addresses of pages.

    What is too much for a line goes to the next one where the sentence goes on there, and is a line of its own otherwise. No two
    blank lines follow each other.
    """
    lines: list[str] = []
    rest = ""
    for line in _BLANK_LINES.sub("\n\n", text).split("\n"):
        goes_on = rest != "" and line[:1].islower()
        if rest and not goes_on:
            lines.append(rest)
        *full, last = _pieces(f"{rest} {line}" if goes_on else line)
        lines += full
        rest = last if full and not last.endswith(SENTENCE_ENDS) else ""
        lines += [] if rest else [last]
    return "\n".join([*lines, rest] if rest else lines)


def opening_of(text: str) -> str:
    """Return how a mail begins after its greeting, in one line of at most 150 characters: lists of mails show it.

    A link or a code, which are words on a line of their own, is never a part of it.
    """
    opening = ""
    for paragraph in text.strip("\n").split("\n\n")[1:]:
        if len(opening) >= SHORT_OPENING or " " not in paragraph:
            break
        opening = f"{opening} {paragraph}".strip().replace("\n", " ")
    if len(opening) <= OPENING:
        return opening
    return opening[: OPENING - 1].rpartition(" ")[0] + "…"


def _pieces(line: str) -> list[str]:
    return _WRAPPER.wrap(line) if len(line) > WIDTH else [line]
