"""The envelope's sender: it names the delivery (VERP), and a keyed digest shows that we wrote it.

A bounce comes back to it. Without the digest anybody could report a mail as undeliverable, and so switch a victim's channel.
"""

import hmac
import re
from collections.abc import Collection
from uuid import UUID

from service_kit.key_rings import Digests

SIGNATURE_DIGITS = 16  # with them the part before the @ has 61 characters; 64 are allowed (RFC 5321, 4.5.3.1.1)

_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_RETURN_PATH = re.compile(rf"bounces\+({_UUID})\.([0-9a-f]{{{SIGNATURE_DIGITS}}})@([a-z0-9.-]+)")


class NoReturnPath(Exception):
    """An address is not one that we have sent from; `reason` is a stable word."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def return_path_of(digests: Digests, delivery_id: UUID, domain: str) -> str:
    """Return the envelope's sender of a delivery's mail."""
    signature = digests.of(str(delivery_id)).hex()[:SIGNATURE_DIGITS]
    return f"bounces+{delivery_id}.{signature}@{domain}"


def delivery_of(digests: Digests, address: str, *, domains: Collection[str]) -> UUID:
    """Return the delivery that a return path names, under whichever key it was signed; raise NoReturnPath.

    Case does not matter: some servers change it. `domains` are lower-case.
    """
    found = _RETURN_PATH.fullmatch(address.lower())
    if found is None or found[3] not in domains:
        raise NoReturnPath("not-a-return-path")
    genuine = [digest.hex()[:SIGNATURE_DIGITS].encode() for digest in digests.all_of(found[1])]
    # All of them, so that the time says nothing about which one.
    if not sum([hmac.compare_digest(found[2].encode(), one) for one in genuine]):
        raise NoReturnPath("forged")
    return UUID(found[1])
