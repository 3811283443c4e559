"""The lines of a mail's text part: short enough for every mail program (RFC 5322, 2.1.1), and how the mail begins."""

import textwrap

WIDTH = 76
OPENING = 150  # characters of a mail that lists of mails show at most
SENTENCE_ENDS = (".", ":", "!", "?")

# It breaks lines at plain spaces only, never at a no-break space.
_WRAPPER = textwrap.TextWrapper(WIDTH, break_long_words=False, break_on_hyphens=False)


def wrapped(text: str) -> str:
    """Return a text whose lines are at most 76 characters long, but for words that are longer: addresses of pages.

    What is too much for a line goes to the next one where the sentence goes on there, and is a line of its own otherwise.
    """
    lines: list[str] = []
    rest = ""
    for line in text.split("\n"):
        goes_on = rest != "" and line[:1].islower()
        if rest and not goes_on:
            lines.append(rest)
        *full, last = _pieces(f"{rest} {line}" if goes_on else line)
        lines += full
        rest = last if full and not last.endswith(SENTENCE_ENDS) else ""
        lines += [] if rest else [last]
    return "\n".join([*lines, rest] if rest else lines)


def opening_of(text: str) -> str:
    """Return how a mail begins after its greeting, in one line of at most 150 characters: lists of mails show it."""
    _, _, after_greeting = text.partition("\n\n")
    first = after_greeting.partition("\n\n")[0].strip("\n").replace("\n", " ")
    if len(first) <= OPENING:
        return first
    return first[: OPENING - 1].rpartition(" ")[0] + "…"


def _pieces(line: str) -> list[str]:
    return _WRAPPER.wrap(line) if len(line) > WIDTH else [line]
