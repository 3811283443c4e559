"""What a passkey is to us, and where passkeys may be used: origins of pages (RFC 6454 § 6.2) and the domain they share."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Literal
from urllib.parse import urlsplit
from uuid import UUID

MOST = 10  # a phone, a computer, a key and their successors; each is looked at when another is added
LABEL = "Clé d’accès"
LONGEST_LABEL = 60
CHALLENGE_LIFE = timedelta(minutes=5)  # WebAuthn Level 3 § 15.1: a member may have to look for the phone

Ceremony = Literal["registration", "sign-in"]

# A host in lower-case ASCII, as browsers write it in an origin (internationalised names in Punycode), and no default port.
ORIGIN = re.compile(r"(https|http)://([a-z0-9-]+(?:\.[a-z0-9-]+)*)(?::([1-9]\d{0,4}))?", re.ASCII)
DEFAULT_PORTS = {"https": "443", "http": "80"}


@dataclass(frozen=True)
class Passkey:
    """A passkey as its owner sees it. `synced`: a copy of it lies with the maker of the phone or of the browser."""

    id: UUID
    label: str
    created_at: datetime
    last_used_at: datetime | None
    last_refused_at: datetime | None
    synced: bool


def label_of(typed: str) -> str:
    """Return what a member calls a passkey, its spaces put in order; an ordinary name where nothing was typed."""
    return " ".join(typed.split()) or LABEL


def is_origin(text: str) -> bool:
    """Tell whether `text` is the origin of pages that passkeys work on, as a browser writes it.

    Https of a named host; or http of `localhost`, for development (W3C Secure Contexts § 3.1).
    """
    found = ORIGIN.fullmatch(text)
    if found is None:
        return False
    scheme, host, port = found.groups()
    if port == DEFAULT_PORTS[scheme] or int(port or 0) > 65_535 or _is_address(host):
        return False
    return scheme == "https" or host == "localhost"


def host_of(origin: str) -> str:
    """Return the host of an origin."""
    return urlsplit(origin).hostname or ""


def belongs_to(host: str, domain: str) -> bool:
    """Tell whether pages of `host` may use passkeys of `domain`: it is the domain, or below it (WebAuthn § 5.1.2)."""
    return host == domain or host.endswith(f".{domain}")


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return host.rpartition(".")[2].isdecimal()  # 127.1 and the like
    return True
