"""Reads what comes back to a return path: a delivery report, or a server's own words, or no bounce at all.

Place in the flow: `usecases/hear_bounce` gets bytes from the listener, and a `BounceReport` from here. Whoever has had a mail of
ours may write to its return path: size, depth, lines and headers are bounded before any parser sees them, since parsers take
quadratic time over what is odd enough.
"""

import logging
import re
from email import message_from_bytes, message_from_string
from email.message import Message
from email.policy import Compat32
from typing import Any

from flufl.bounce import all_failures

from notifications_service.domain.bounces import Action, BounceReport, mildest, report_on, status_in_words

LONGEST_READ = 256 * 1024  # octets: the report comes first, the mail that it is about after it
LONGEST_LINE = 1000
LONGEST_HEADER = 2000
LONGEST_WORDS = 4096  # of each part, where words are guessed at
MOST_PARTS = 30
MOST_BLANK_LINES = 1000
STATUS_TYPES = frozenset({"message/delivery-status", "message/global-delivery-status"})

# Its detectors stumble over odd mails, and it logs their words.
logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL)

_BLANK_LINE = re.compile(rb"\n\r?\n")
_PARTS = re.compile(rb"boundary|message/", re.IGNORECASE)


class NoReport(Exception):
    """It is no report on a mail; `reason` is a stable word."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class _ShortHeaders(Compat32):
    """The policy that flufl.bounce is written for, with headers cut."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        return name, value[:LONGEST_HEADER]


POLICY = _ShortHeaders()


def read_report(content: bytes) -> BounceReport:
    """Return what a mail to a return path reports; raise NoReport, for answers by holiday notices and people among others."""
    try:
        message = message_from_bytes(_bounded(content), policy=POLICY)
        reports = _standard_reports(message)
        return mildest(reports) if reports else _report_in_words(message)
    except NoReport:
        raise
    except Exception:  # whatever a parser stumbles over was not written by a mail server
        raise NoReport("malformed") from None


def _bounded(content: bytes) -> bytes:
    read = content[:LONGEST_READ]
    if len(_PARTS.findall(read)) > MOST_PARTS or len(_BLANK_LINE.findall(read)) > MOST_BLANK_LINES:
        raise NoReport("malformed")
    return b"\n".join(line[:LONGEST_LINE] for line in read.split(b"\n"))


def _standard_reports(message: Message) -> list[BounceReport]:
    """Return what the standard part of a report says of each recipient (RFC 3464, RFC 6533)."""
    kind = str(message.get_param("report-type") or "").lower()
    if message.get_content_type() == "multipart/report" and kind not in {
        "",
        "delivery-status",
        "global-delivery-status",
    }:
        raise NoReport("another-report")  # that a mail was displayed, or somebody's complaint
    parts = _children(message)
    blocks = [block for part in parts if part.get_content_type() in STATUS_TYPES for block in _blocks(part)]
    found = (
        report_on(*(str(block.get(name, "")) for name in ("Action", "Status", "Diagnostic-Code"))) for block in blocks
    )
    return [report for report in found if report is not None]


def _blocks(part: Message) -> list[Message]:
    blocks = _children(part)
    if part.get_content_type() == "message/delivery-status":
        return blocks
    # The standard library takes the international form for a mail: its first block for the head, the others for the body.
    texts = re.split(r"\r?\n\r?\n", str(blocks[0].get_payload())) if blocks else []
    return [message_from_string(text, policy=POLICY) for text in texts]


def _report_in_words(message: Message) -> BounceReport:
    answered = str(message.get("Auto-Submitted", "")).strip().lower().startswith("auto-replied")
    if answered and "X-Failed-Recipients" not in message:  # Exim's reports are both
        raise NoReport("automatic-answer")
    _shorten(message)
    delayed, failed = all_failures(message)
    if failed:
        return BounceReport(Action.FAILED, status_in_words(_words(message)))
    if delayed:
        return BounceReport(Action.DELAYED)
    raise NoReport("no-report")


def _shorten(message: Message) -> None:
    for part in message.walk():
        payload: Any = part.get_payload()
        if isinstance(payload, str):
            part.set_payload(payload[:LONGEST_WORDS])


def _words(message: Message) -> str:
    for part in message.walk():
        payload: Any = part.get_payload(decode=True) if part.get_content_maintype() == "text" else None
        if isinstance(payload, bytes):
            return payload.decode(errors="replace")
    return ""


def _children(message: Message) -> list[Message]:
    payload: Any = message.get_payload()
    return [child for child in payload if isinstance(child, Message)] if isinstance(payload, list) else []
