"""Argon2id in its own bounded pool, over a password keyed with a pepper that is not in the database.

The call releases the GIL: one thread a core, never on the loop, never in the default executor. When the queue is full the
caller is told to come back (TooBusy), since a queue without end would only make everybody wait.
"""

import asyncio
import base64
import hmac
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError
from service_kit.key_rings import KeyRing

from identity_service.domain.errors import TooBusy

# OWASP Password Storage: Argon2id with 19 MiB, two passes, one lane.
MEMORY_KIB, PASSES, LANES = 19 * 1024, 2, 1
RETRY_AFTER_SECONDS = 2

Result = TypeVar("Result")


class PasswordHashing:
    """Hashes and verifies passwords. A stored hash is `<pepper key id>:<argon2 string>`."""

    def __init__(self, pepper: KeyRing, *, threads: int, queue: int) -> None:
        self._pepper = pepper
        self._hasher = PasswordHasher(
            time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES, hash_len=32, salt_len=16, type=Type.ID
        )
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="argon2")
        self._room = threads + queue
        self._dummy = self._hash("a password that nobody has")

    async def hash(self, password: str) -> str:
        """Return the hash to store."""
        return await self._in_pool(self._hash, password)

    async def verify(self, stored: str | None, password: str) -> bool:
        """Tell whether `password` is the one of `stored`; None takes the same time and is never right."""
        right = await self._in_pool(self._verify, stored or self._dummy, password)
        return right and stored is not None

    def is_outdated(self, stored: str) -> bool:
        """Tell whether `stored` should be made again: a former pepper or weaker figures."""
        key_id, _, encoded = stored.partition(":")
        return key_id != self._pepper.current or self._hasher.check_needs_rehash(encoded)

    def close(self) -> None:
        """Stop the threads; what waits is dropped."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _in_pool(self, work: Callable[..., Result], *arguments: str) -> Result:
        if self._room == 0:
            raise TooBusy(retry_after=RETRY_AFTER_SECONDS)
        self._room -= 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work, *arguments)
        finally:
            self._room += 1

    def _hash(self, password: str) -> str:
        return f"{self._pepper.current}:{self._hasher.hash(self._keyed(self._pepper.current, password))}"

    def _verify(self, stored: str, password: str) -> bool:
        key_id, _, encoded = stored.partition(":")
        try:
            return self._hasher.verify(encoded, self._keyed(key_id, password))
        except (VerificationError, InvalidHashError):
            return False

    def _keyed(self, key_id: str, password: str) -> bytes:
        # Base64, since argon2 implementations differ on NUL bytes.
        return base64.b64encode(hmac.digest(self._pepper.derive("pepper", key_id), password.encode(), "sha256"))
