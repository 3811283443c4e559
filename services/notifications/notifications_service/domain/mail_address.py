"""E-mail addresses as SMTP takes them, and as a list of deliveries shows them."""

import re
from dataclasses import dataclass

import idna

LONGEST = 254  # octets (RFC 5321, 4.5.3.1, errata 1690)
LONGEST_LOCAL_PART = 64
HIDDEN = "•••"

# Letters of a hint that any page and any printer can show: whoever typed the address may have meant it to be shown nowhere.
_SHOWABLE = re.compile(r"[A-Za-z0-9À-ÖØ-öø-ÿ.@•-]{1,40}")
# Atom characters and dots (RFC 5322, 3.2.3), or anything beyond ASCII (RFC 6531). Quoted local parts are not taken:
# nobody has one, and quoting is how headers are forged.
_LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.\-\u00a1-\ud7ff\ue000-\U0010ffff]+")


class AddressUnusable(Exception):
    """No mail can be sent to this text; it is not repeated."""

    code = "address-malformed"

    def __init__(self) -> None:
        super().__init__(self.code)


@dataclass(frozen=True, repr=False)
class MailAddress:
    """An address whose domain is in ASCII (IDNA 2008)."""

    local_part: str
    domain: str

    @classmethod
    def parse(cls, text: str) -> "MailAddress":
        """Read an address; raise AddressUnusable, for line breaks, spaces, brackets and a second @ among others."""
        local_part, at, domain = text.rpartition("@")
        if not at or not text.isprintable() or not _LOCAL_PART.fullmatch(local_part):
            raise AddressUnusable
        if len(local_part.encode()) > LONGEST_LOCAL_PART:
            raise AddressUnusable
        try:
            address = cls(local_part, idna.encode(domain, uts46=True).decode("ascii"))
        except (idna.IDNAError, UnicodeError):
            raise AddressUnusable from None
        if len(address.text.encode()) > LONGEST:
            raise AddressUnusable
        return address

    @property
    def text(self) -> str:
        """Return `local part@domain`."""
        return f"{self.local_part}@{self.domain}"

    @property
    def mailbox(self) -> str:
        """Return what names the mailbox, whatever the case and whatever stands behind a plus (RFC 5233)."""
        return f"{self.local_part.partition('+')[0]}@{self.domain}".casefold()

    @property
    def needs_smtputf8(self) -> bool:
        """Tell whether only a relay that offers SMTPUTF8 (RFC 6531) can take it."""
        return not self.local_part.isascii()


def masked(text: str) -> str:
    """Return what a list shows of an address, such as `z•••@e•••.org`: its owner recognises it, nobody else reads it."""
    local_part, _, domain = text.rpartition("@")
    name, dot, ending = domain.rpartition(".")
    return f"{local_part[:1]}{HIDDEN}@{(name or ending)[:1]}{HIDDEN}{dot}{ending if dot else ''}"


def hint_at(text: str) -> str:
    """Return an address as a message to another one shows it: masked, and nothing of it where not every page can show it."""
    shown = masked(text)
    return shown if _SHOWABLE.fullmatch(shown) else f"{HIDDEN}@{HIDDEN}"


def is_another_mailbox(known: str, typed: str) -> bool:
    """Tell whether mail can be sent to `known`, and reaches another mailbox than mail to `typed`, whatever the case."""
    try:
        mailbox = MailAddress.parse(known)
    except AddressUnusable:
        return False
    try:
        return mailbox.text.casefold() != MailAddress.parse(typed).text.casefold()
    except AddressUnusable:
        return True
