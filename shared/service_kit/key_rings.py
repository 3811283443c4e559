"""Symmetric keys by id, kept in a file outside the database: encryption at rest and keyed digests.

A key ring file is `{"current": "2026-11", "keys": {"2026-11": "<base64 of 32 bytes>", …}}`. New values use the current key;
old ones name theirs, so that keys rotate without a pause. Each purpose derives its own key (HKDF, RFC 5869): a digest
computed for one column says nothing about another.
"""

import base64
import hmac
import json
import os
import re
from collections.abc import Iterable
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_BYTES = 12
KEY_ID = re.compile(r"[!-9;-~]+")  # what begins with a colon or a control character is of another format


class KeyRingUnusable(Exception):
    """The key ring file is missing, malformed, or lacks the key that a value was written with."""


class KeyRing:
    """Keys of 32 bytes by id, one of them current."""

    def __init__(self, keys: dict[str, bytes], current: str) -> None:
        if current not in keys or any(len(key) != 32 for key in keys.values()) or not all(map(KEY_ID.fullmatch, keys)):
            raise KeyRingUnusable(
                "the current key must be among the keys, each of 32 bytes, ids of ASCII without a colon"
            )
        self._keys, self.current = keys, current
        self._derived: dict[tuple[str, str], bytes] = {}

    @classmethod
    def read(cls, file: Path) -> "KeyRing":
        """Read a key ring file; raise KeyRingUnusable with the file's name when it cannot be used."""
        try:
            content = json.loads(file.read_text())
            keys = {name: base64.b64decode(key) for name, key in content["keys"].items()}
            return cls(keys, content["current"])
        except KeyRingUnusable as error:
            raise KeyRingUnusable(f"{file}: {error}") from None
        except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
            raise KeyRingUnusable(f"{file}: {type(error).__name__}") from None

    def ids(self) -> list[str]:
        """Return the ids, the current one first."""
        return sorted(self._keys, key=lambda name: name != self.current)

    def derive(self, purpose: str, key_id: str) -> bytes:
        """Return the 32-byte key of `purpose` under `key_id`."""
        found = self._derived.get((purpose, key_id))
        if found is None:
            if key_id not in self._keys:
                raise KeyRingUnusable(f"no key {key_id!r} on the ring")
            found = HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(self._keys[key_id])
            self._derived[purpose, key_id] = found
        return found


class Digests:
    """Keyed digests (HMAC-SHA-256) for one purpose: comparable by who has the key, not reversible from the database."""

    def __init__(self, ring: KeyRing, purpose: str) -> None:
        self._ring, self._purpose = ring, f"digest:{purpose}"

    def of(self, *parts: str) -> bytes:
        """Return the 32-byte digest of `parts` under the current key; parts cannot run into each other."""
        return self._under(self._ring.current, [part.encode() for part in parts])

    def of_bytes(self, raw: bytes) -> bytes:
        """Return the 32-byte digest of `raw` under the current key."""
        return self._under(self._ring.current, [raw])

    def all_of(self, *parts: str) -> list[bytes]:
        """Return the digests under every key on the ring, current first: what a look-up compares with."""
        encoded = [part.encode() for part in parts]
        return [self._under(key_id, encoded) for key_id in self._ring.ids()]

    def of_each(self, context: str, values: Iterable[str]) -> list[bytes]:
        """Return one digest for each distinct value, each bound to `context`."""
        return [self.of(context, value) for value in sorted(set(values))]

    @property
    def current_mark(self) -> bytes:
        """Return what every mark under the current key begins with."""
        return self._ring.current.encode() + b":"

    def mark(self, *parts: bytes) -> bytes:
        """Return `key id ':' digest` of `parts` under the current key: it says by itself which key it is checked with."""
        key_id = self._ring.current
        return key_id.encode() + b":" + self._under(key_id, list(parts))

    def marks_of(self, *parts: bytes) -> list[bytes]:
        """Return the marks of `parts` under every key on the ring, current first: what a look-up compares with."""
        return [key_id.encode() + b":" + self._under(key_id, list(parts)) for key_id in self._ring.ids()]

    def is_mark(self, mark: bytes, *parts: bytes) -> bool:
        """Tell whether `mark` was made of `parts`; raise KeyRingUnusable when the key that it names is not on the ring."""
        key_id, _, digest = mark.partition(b":")
        return hmac.compare_digest(digest, self._under(key_id.decode(errors="replace"), list(parts)))

    def _under(self, key_id: str, parts: list[bytes]) -> bytes:
        message = b"".join(len(raw).to_bytes(4, "big") + raw for raw in parts)
        return hmac.digest(self._ring.derive(self._purpose, key_id), message, "sha256")


class Cipher:
    """AES-256-GCM for one purpose. A sealed value is `key id ':' nonce ciphertext` and is bound to its context."""

    def __init__(self, ring: KeyRing, purpose: str) -> None:
        self._ring, self._purpose = ring, f"cipher:{purpose}"

    @property
    def current_mark(self) -> bytes:
        """Return what every value begins with that was sealed under the current ring key."""
        return self._ring.current.encode() + b":"

    def seal(self, clear: bytes, *, context: str) -> bytes:
        """Return `clear` encrypted; `context` (such as the row's id) must be the same on opening."""
        key_id, nonce = self._ring.current, os.urandom(NONCE_BYTES)
        aead = AESGCM(self._ring.derive(self._purpose, key_id))
        return key_id.encode() + b":" + nonce + aead.encrypt(nonce, clear, context.encode())

    def open(self, sealed: bytes, *, context: str) -> bytes:
        """Return what was sealed; raise KeyRingUnusable when the key is gone or the value or context is not the same."""
        key_id, _, rest = sealed.partition(b":")
        try:
            aead = AESGCM(self._ring.derive(self._purpose, key_id.decode()))
            return aead.decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], context.encode())
        except (InvalidTag, ValueError):  # ValueError: cut short, or an id that is no text
            raise KeyRingUnusable(
                "a sealed value does not open: altered, moved to another row, or another key"
            ) from None

    def rewrap(self, sealed: bytes, *, context: str) -> bytes:
        """Return the value under the current ring key: the same one when it is already."""
        if sealed.startswith(self.current_mark):
            return sealed
        return self.seal(self.open(sealed, context=context), context=context)
