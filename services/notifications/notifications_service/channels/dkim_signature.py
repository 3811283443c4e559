"""DKIM (RFC 6376): a mail's domain signs its words, so that a receiver can tell that nobody else wrote or changed them.

`relaxed/relaxed`, with the delivery's own instant: the same delivery is signed with the same bytes at each attempt. By hand,
since the library that the field uses takes four times what sending takes (docs/decisions/0018-dkim-by-hand.md).
"""

import base64
import hashlib
import re
from collections.abc import Sequence
from datetime import datetime

from notifications_service.channels.dkim_keys import DkimKey

# Signed once more than they are there: a second one that is added on the way breaks the signature (RFC 6376, 8.15).
SIGNED = (
    "from",
    "to",
    "cc",
    "subject",
    "date",
    "message-id",
    "reply-to",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
    "auto-submitted",
    "list-unsubscribe",
    "list-unsubscribe-post",
)
LINE = 72  # characters of Base64 a line of the header

_FOLDED = re.compile(rb"\r\n(?=[ \t])")
_BLANKS = re.compile(rb"[ \t]{2,}|\t")
_BLANKS_AT_END = re.compile(rb"[ \t]+(?=\r\n|\Z)")
_EMPTY_AT_END = re.compile(rb"(\r\n)+\Z")


def signed(content: bytes, keys: Sequence[DkimKey], *, domain: str, signed_at: datetime) -> bytes:
    """Return a mail (CRLF lines) with a signature of `domain` in front for each key; as it is where there is none."""
    if not keys:
        return content
    head, _, body = content.partition(b"\r\n\r\n")
    fields = [_relaxed_field(line) for line in _FOLDED.sub(b"", head).split(b"\r\n")]
    names, text = _signed_part(fields)
    body_hash = base64.b64encode(hashlib.sha256(_relaxed_body(body)).digest()).decode()
    lines = []
    for key in keys:
        tags = {
            "v": "1",
            "a": key.algorithm,
            "c": "relaxed/relaxed",
            "d": domain,
            "s": key.selector,
            "t": str(int(signed_at.timestamp())),
            "bh": body_hash,
            "h": names,
            "b": "",  # follows
        }
        field = "DKIM-Signature: " + ";\r\n ".join(f"{tag}={value}" for tag, value in tags.items())
        relaxed = b":".join(_relaxed_field(_FOLDED.sub(b"", field.encode())))
        lines.append(field.encode() + _in_lines(key.sign(text + relaxed)) + b"\r\n")
    return b"".join((*lines, content))


def _signed_part(fields: list[tuple[bytes, bytes]]) -> tuple[str, bytes]:
    """Return the value of `h=`, in lines, and what is signed of the head: of several of a name, the last first."""
    names, lines = [], []
    for name in SIGNED:
        values = [value for given, value in fields if given == name.encode()]
        names.append(":".join([name] * (len(values) + 1)))
        lines += [b"%s:%s\r\n" % (name.encode(), value) for value in reversed(values)]
    return ":\r\n  ".join(names), b"".join(lines)


def _relaxed_field(line: bytes) -> tuple[bytes, bytes]:
    """Return a header's name and value as RFC 6376, 3.4.2 wants them; the line is unfolded."""
    name, _, value = line.partition(b":")
    return name.rstrip(b" \t").lower(), _BLANKS.sub(b" ", value).strip(b" ")


def _relaxed_body(body: bytes) -> bytes:
    """Return a body as RFC 6376, 3.4.4 wants it: blanks as one, none at the end of a line, no empty lines at the end."""
    kept = _EMPTY_AT_END.sub(b"", _BLANKS.sub(b" ", _BLANKS_AT_END.sub(b"", body)))
    return kept + b"\r\n" if kept else b""


def _in_lines(signature: bytes) -> bytes:
    text = base64.b64encode(signature)
    return b"\r\n  ".join(text[start : start + LINE] for start in range(0, len(text), LINE))
