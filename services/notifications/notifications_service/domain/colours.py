"""Colours that can be read: a brand's own, made darker or lighter until it contrasts as WCAG 2.2 asks (1.4.3, 4.5:1)."""

from functools import lru_cache

PAPER = "#ffffff"  # what mails stand on
NIGHT = "#121417"  # the same where the reader prefers dark
ENOUGH = 4.5
STEP = 0.04  # of the way to black or white

_Parts = tuple[float, float, float]


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours `#rrggbb`, from 1 to 21 (WCAG 2.2)."""
    darker, lighter = sorted((_luminance(_parts(one)), _luminance(_parts(other))))
    return (lighter + 0.05) / (darker + 0.05)


@lru_cache(maxsize=128)
def readable(colour: str, *, on: str) -> str:
    """Return the colour, darker on a light ground and lighter on a dark one, until text in it can be read there."""
    towards = 0.0 if _luminance(_parts(on)) > 0.18 else 1.0
    parts = _parts(colour)
    while contrast(_hexadecimal(parts), on) < ENOUGH:
        red, green, blue = (part + (towards - part) * STEP + (towards - 0.5) / 128 for part in parts)
        parts = (_within(red), _within(green), _within(blue))
    return _hexadecimal(parts)


def _within(part: float) -> float:
    return min(1.0, max(0.0, part))


def _parts(colour: str) -> _Parts:
    red, green, blue = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    return red, green, blue


def _hexadecimal(parts: _Parts) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in parts)


def _luminance(parts: _Parts) -> float:
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
