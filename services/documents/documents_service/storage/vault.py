"""Encryption between documents and their storage: whoever holds the folder or the bucket holds nothing to read.

AES-256-GCM under a key derived (HKDF) from the data key ring, bound to the object's key, so that no object passes for another.
"""

import hashlib

from service_kit.key_rings import Cipher, KeyRing, KeyRingUnusable

from documents_service.storage.objects import Objects, ObjectUnusable


class Vault:
    """Issued documents, sealed on the way in, opened and verified on the way out."""

    def __init__(self, objects: Objects, ring: KeyRing) -> None:
        self._objects, self._cipher = objects, Cipher(ring, "document.bytes")

    async def put(self, key: str, content: bytes) -> None:
        """Store `content` durably; raise OSError."""
        await self._objects.put(key, self._cipher.seal(content, context=key))

    async def get(self, key: str, *, sha256: bytes) -> bytes:
        """Return what was put; raise ObjectUnusable unless its digest is `sha256`."""
        sealed = await self._objects.get(key)
        try:
            content = self._cipher.open(sealed, context=key)
        except KeyRingUnusable:
            raise ObjectUnusable("altered") from None
        if hashlib.sha256(content).digest() != sha256:
            raise ObjectUnusable("altered")
        return content

    async def remove(self, key: str) -> None:
        """Remove an object that no document refers to; raise OSError."""
        await self._objects.remove(key)
