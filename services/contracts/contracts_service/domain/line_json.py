"""One line of an import as bytes → a decoded object, within limits of size and depth.

What orjson reads, and what has as many colons as names, is decoded already: no name is given twice in it. All else goes to the
standard library's decoder, ten times as slow: it names a field that is given twice, and lets a lone surrogate through to the
check that names the field it is in.
"""

import json
import re
from collections import Counter
from typing import Any

import orjson

from contracts_service.domain.line_problems import LineProblems, problem_of_line

MOST_BYTES = 256 * 1024
MOST_LEVELS = 32

_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"?', re.DOTALL)
_BRACKET = re.compile(rb"[\[\]{}]")
_LONG_NUMBER = re.compile(rb"[0-9]{19}")  # orjson makes a float of an integer beyond 64 bits


class _DuplicateFieldError(ValueError):
    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__("a field is given twice")


def decode_line(raw: bytes) -> dict[str, Any] | LineProblems:
    """Decode one JSON object of at most 256 KiB and 32 levels.

    Problems: `line-too-long`, `too-deep`, `malformed-json`, `duplicate-field`, `not-an-object`.
    """
    if len(raw) > MOST_BYTES:
        return line_too_long()
    if _is_too_deep(raw):
        return problem_of_line("too-deep", most_levels=MOST_LEVELS)
    if (plain := _decode_plain(raw)) is not None:
        return plain
    try:
        decoded = _DECODER.decode(raw.decode("utf-8-sig"))
    except _DuplicateFieldError as error:
        return problem_of_line("duplicate-field", field=error.name)
    except ValueError:  # not UTF-8, not JSON, or an integer of more digits than Python reads
        return problem_of_line("malformed-json")
    return decoded if isinstance(decoded, dict) else problem_of_line("not-an-object")


def line_too_long() -> LineProblems:
    """Return the problem of a line of more than 256 KiB, which nobody keeps."""
    return problem_of_line("line-too-long", most_bytes=MOST_BYTES)


def _decode_plain(raw: bytes) -> dict[str, Any] | None:
    """Decode an object of which nothing has to be looked at closer; None when it is not sure to be one."""
    try:
        decoded = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return None
    is_plain = type(decoded) is dict and raw.count(b":") == _names(decoded) and not _LONG_NUMBER.search(raw)
    return decoded if is_plain else None


def _names(content: Any) -> int:
    """Count the names in `content`; each of them has its colon, and so has each one that was overwritten."""
    if type(content) is dict:
        inside = [value for value in content.values() if type(value) in (dict, list)]
        return len(content) + sum(map(_names, inside))
    return sum(map(_names, content)) if type(content) is list else 0


def _is_too_deep(raw: bytes) -> bool:
    if raw.count(b"{") + raw.count(b"[") <= MOST_LEVELS:
        return False
    level = 0
    for bracket in _BRACKET.finditer(_STRING.sub(b"", raw)):
        level += 1 if bracket[0] in b"{[" else -1
        if level > MOST_LEVELS:
            return True
    return False


def _refuse_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    decoded = dict(pairs)
    if len(decoded) < len(pairs):
        times = Counter(name for name, _ in pairs)
        raise _DuplicateFieldError(times.most_common(1)[0][0])
    return decoded


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_refuse_duplicates, parse_constant=_refuse_constant)
