"""The port to object storage: whole objects by key. A folder implements it; so can any S3-compatible store."""

from typing import Literal, Protocol


class ObjectUnusable(Exception):
    """What is stored under a key cannot be given back as it was put; `reason` says why. It is never served."""

    def __init__(self, reason: Literal["missing", "altered", "unreadable"]) -> None:
        super().__init__(reason)
        self.reason = reason


class Objects(Protocol):
    """Keeps bytes. Keys are ours: lower-case letters, digits and hyphens, beginning with random hexadecimal digits."""

    async def put(self, key: str, content: bytes) -> None:
        """Store the whole object durably, or nothing; what was there before is replaced. Raise OSError."""
        ...

    async def get(self, key: str) -> bytes:
        """Return the object; raise ObjectUnusable (`missing` or `unreadable`)."""
        ...

    async def remove(self, key: str) -> None:
        """Remove the object; a missing one is no error. Raise OSError."""
        ...
