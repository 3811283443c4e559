"""Envelope encryption at rest: each value under a key of its own, which travels with it wrapped under the ring's.

A ring key is exchanged by wrapping the values' keys anew (`rewrap`): the contents themselves stay byte for byte what they were,
so that a table that refuses changes can tell this one from any other. Beside `key_rings.Cipher`, whose values open here as well.
"""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from service_kit.key_rings import NONCE_BYTES, Cipher, KeyRing, KeyRingUnusable

FORMAT = b"\x01"  # no key id begins with it: KeyRing takes printable ids only
KEY_BYTES, TAG_BYTES = 32, 16
WRAPPED_BYTES = NONCE_BYTES + KEY_BYTES + TAG_BYTES
ONLY_NONCE = bytes(NONCE_BYTES)  # a value's own key seals one content, ever (NIST SP 800-38D § 8)


class WrappingCipher(Cipher):
    """AES-256-GCM for one purpose: `0x01 key id ':' nonce wrapped-key content`; key and content are bound to the context."""

    def __init__(self, ring: KeyRing, purpose: str) -> None:
        super().__init__(ring, purpose)
        self._wrappers: dict[str, AESGCM] = {}
        self._wrapping = f"wrap:{purpose}"

    @property
    def current_mark(self) -> bytes:
        """Return what every value begins with whose key is wrapped under the current ring key."""
        return FORMAT + super().current_mark

    def seal(self, clear: bytes, *, context: str) -> bytes:
        """Return `clear` encrypted; `context` (such as the row's id) must be the same on opening."""
        own_key, bound = os.urandom(KEY_BYTES), context.encode()
        return self._wrap(own_key, bound) + AESGCM(own_key).encrypt(ONLY_NONCE, clear, bound)

    def open(self, sealed: bytes, *, context: str) -> bytes:
        """Return what was sealed, by a Cipher of this purpose too; raise KeyRingUnusable as that one does."""
        if not sealed.startswith(FORMAT):
            return super().open(sealed, context=context)
        own_key, content = self._unwrap(sealed, context.encode())
        try:
            return AESGCM(own_key).decrypt(ONLY_NONCE, content, context.encode())
        except InvalidTag:
            raise KeyRingUnusable("a sealed value does not open: altered") from None

    def rewrap(self, sealed: bytes, *, context: str) -> bytes:
        """Return the value under the current ring key; the content's bytes stay, unless a Cipher had sealed it."""
        if sealed.startswith(self.current_mark):
            return sealed
        if not sealed.startswith(FORMAT):
            return super().rewrap(sealed, context=context)
        own_key, content = self._unwrap(sealed, context.encode())
        return self._wrap(own_key, context.encode()) + content

    def _wrap(self, own_key: bytes, bound: bytes) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return self.current_mark + nonce + self._wrapper(self._ring.current).encrypt(nonce, own_key, bound)

    def _unwrap(self, sealed: bytes, bound: bytes) -> tuple[bytes, bytes]:
        key_id, _, rest = sealed[len(FORMAT) :].partition(b":")
        nonce, wrapped = rest[:NONCE_BYTES], rest[NONCE_BYTES:WRAPPED_BYTES]
        try:
            return self._wrapper(key_id.decode()).decrypt(nonce, wrapped, bound), rest[WRAPPED_BYTES:]
        except (InvalidTag, ValueError):  # ValueError: cut short, or an id that is no text
            raise KeyRingUnusable(
                "a sealed value's key does not open: altered, moved to another row, or another key"
            ) from None

    def _wrapper(self, key_id: str) -> AESGCM:
        found = self._wrappers.get(key_id)
        if found is None:
            found = self._wrappers[key_id] = AESGCM(self._ring.derive(self._wrapping, key_id))
        return found
