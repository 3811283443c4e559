"""The keys that mails are signed with: `<domain>/<selector>.pem` in a directory, and `<domain>/current`, which names some.

The named keys sign: `current` has one selector a line, at most one for each algorithm. It is read again when it is replaced, so
that keys are exchanged while processes run. The other half of a key is in the DNS, at `<selector>._domainkey.<domain>`.
"""

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256, Hash
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from service_kit.problems import SettingUnusable
from service_kit.watched_files import WatchedFile

CURRENT = "current"
FEWEST_RSA_BITS = 2048  # verifiers may refuse less than 1024 (RFC 8301, 3.2), and large providers refuse less than 2048
SELECTOR = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")  # one label of a DNS name


@dataclass(frozen=True)
class DkimKey:
    """A private key and the name that its public half has in the DNS."""

    selector: str
    private: RSAPrivateKey | Ed25519PrivateKey

    @property
    def algorithm(self) -> str:
        """Return what `a=` says (RFC 6376, 3.3; RFC 8463)."""
        return "rsa-sha256" if isinstance(self.private, RSAPrivateKey) else "ed25519-sha256"

    def sign(self, data: bytes) -> bytes:
        """Return the signature of `data`: the same one each time."""
        if isinstance(self.private, RSAPrivateKey):
            return self.private.sign(data, PKCS1v15(), SHA256())
        digest = Hash(SHA256())
        digest.update(data)
        return self.private.sign(digest.finalize())  # of the digest (RFC 8463, 3)

    def record(self) -> str:
        """Return the text of the TXT record that verifiers look for (RFC 6376, 3.6.1)."""
        public = self.private.public_key()
        if isinstance(self.private, RSAPrivateKey):
            kind, published = "rsa", public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        else:
            kind, published = "ed25519", public.public_bytes(Encoding.Raw, PublicFormat.Raw)
        return f"v=DKIM1; k={kind}; p={base64.b64encode(published).decode()}"


class DkimKeys:
    """The keys of the domains that mails come from. Raises SettingUnusable for a domain's folder that is not as it should be."""

    def __init__(self, directory: Path | None, domains: Iterable[str]) -> None:
        folders = {domain: directory / domain for domain in set(domains)} if directory else {}
        self._files = {
            domain: WatchedFile(folder / CURRENT, _signing_keys)
            for domain, folder in folders.items()
            if folder.is_dir()
        }
        self.unsigned = sorted(set(domains) - self._files.keys())

    def of(self, domain: str) -> tuple[DkimKey, ...]:
        """Return the keys that sign for a domain now: none where it has no folder."""
        file = self._files.get(domain)
        return () if file is None else file.content()


def _signing_keys(current: Path) -> tuple[DkimKey, ...]:
    selectors = current.read_text(errors="replace").split()
    if not all(map(SELECTOR.fullmatch, selectors)):
        raise SettingUnusable(f"{current}: a selector is lower-case letters, digits and hyphens")
    keys = tuple(read_key(current.with_name(f"{selector}.pem")) for selector in selectors)
    if not keys or len({key.algorithm for key in keys}) < len(keys):
        raise SettingUnusable(f"{current}: it names one selector a line, at most one for each algorithm")
    return keys


def read_key(file: Path) -> DkimKey:
    """Read a private key; its file's name is its selector. Raises SettingUnusable."""
    try:
        private = load_pem_private_key(file.read_bytes(), password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:  # TypeError: it has a pass phrase
        raise SettingUnusable(f"{file}: {type(error).__name__}") from None
    if isinstance(private, RSAPrivateKey) and private.key_size >= FEWEST_RSA_BITS:
        return DkimKey(file.stem, private)
    if isinstance(private, Ed25519PrivateKey):
        return DkimKey(file.stem, private)
    raise SettingUnusable(f"{file}: an RSA key of {FEWEST_RSA_BITS} bits or more is expected, or an Ed25519 key")
