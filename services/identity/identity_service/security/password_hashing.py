"""Argon2id in its own bounded pool, over a password keyed with a pepper that is not in the database.

The call releases the GIL: one thread a core, never on the loop, never in the default executor. When all places are taken the
caller is told to come back (TooBusy), since a queue without end would only make everybody wait. A place is taken before a
try is counted: a try that nobody looked at must not bring a member nearer to a lock.
"""

import asyncio
import base64
import hashlib
import hmac
import os
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import structlog
from argon2 import PasswordHasher, Type, extract_parameters
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import hash_secret_raw
from service_kit.key_rings import KeyRing

from identity_service.domain.errors import TooBusy
from identity_service.domain.passwords import normalise

LANES, HASH_BYTES, SALT_BYTES = 1, 32, 16
NICENESS = 5
LEAST_MEMORY_KIB = 8 * LANES  # RFC 9106 § 3.1
RETRY_AFTER_SECONDS = 2

Result = TypeVar("Result")

log = structlog.get_logger()


@dataclass(frozen=True)
class Figures:
    """What a hash costs: its memory, and the passes over it. Argon2 takes time in proportion to their product."""

    memory_kib: int
    passes: int

    @property
    def work(self) -> int:
        """Return the KiB that are filled in all."""
        return self.memory_kib * self.passes

    @classmethod
    def of(cls, encoded: str) -> "Figures":
        """Return the figures of an argon2 string; raise InvalidHashError."""
        found = extract_parameters(encoded)
        return cls(found.memory_cost, found.time_cost)


class PasswordHashing:
    """Hashes and verifies passwords. A stored hash is `<pepper key id>:<argon2 string>`."""

    def __init__(self, pepper: KeyRing, figures: Figures, *, threads: int, queue: int) -> None:
        self._pepper, self._figures = pepper, figures
        self._hasher = PasswordHasher(
            time_cost=figures.passes,
            memory_cost=figures.memory_kib,
            parallelism=LANES,
            hash_len=HASH_BYTES,
            salt_len=SALT_BYTES,
            type=Type.ID,
        )
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="argon2", initializer=_let_others_go_first)
        self._room = threads + queue
        self._dummy = self.hash_now("a password that nobody has")

    @contextmanager
    def place(self) -> Iterator["Place"]:
        """Lend a place in the queue; raise TooBusy when there is none."""
        if self._room == 0:
            raise TooBusy(retry_after=RETRY_AFTER_SECONDS)
        self._room -= 1
        try:
            yield Place(self)
        finally:
            self._room += 1

    def nobodys(self, drawn: str) -> str:
        """Return a hash that no password has, as far as anybody can know: `drawn` is a fresh random text."""
        digest = base64.b64encode(hashlib.sha256(drawn.encode()).digest()).rstrip(b"=").decode()
        return f"{self._dummy.rpartition('$')[0]}${digest}"

    def is_outdated(self, stored: str) -> bool:
        """Tell whether `stored` should be made again: a former pepper or former figures."""
        key_id, _, encoded = stored.partition(":")
        return key_id != self._pepper.current or self._hasher.check_needs_rehash(encoded)

    def close(self) -> None:
        """Stop the threads; what waits is dropped."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def in_pool(self, work: Callable[..., Result], *arguments: str | None) -> Result:
        """Run `work` in a thread of the pool."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, work, *arguments)

    def hash_now(self, password: str) -> str:
        """Return the hash to store; takes a core for some 20 ms at 19 MiB and two passes, in proportion for others."""
        return f"{self._pepper.current}:{self._hasher.hash(self._keyed(self._pepper.current, password))}"

    def verify_now(self, stored: str | None, password: str) -> bool:
        """Tell whether `password` is the one of `stored`; None takes the same time and is never right."""
        key_id, _, encoded = (stored or self._dummy).partition(":")
        if key_id not in self._pepper.ids():
            log.error("pepper_missing", key_id=key_id)  # retired too early: only a reset helps its members
            return self.verify_now(None, password)
        try:
            right = self._hasher.verify(encoded, self._keyed(key_id, password)) and stored is not None
        except (VerificationError, InvalidHashError):
            right = False
        self._spend_the_rest(encoded)
        return right

    def _spend_the_rest(self, encoded: str) -> None:
        # A hash from before the figures were raised is verified sooner than the one that stands in for nobody's, and would
        # tell that somebody is there. What it lacks is spent on nothing.
        try:
            rest = self._figures.work - Figures.of(encoded).work
        except InvalidHashError:
            return
        if (memory_kib := rest // self._figures.passes) >= LEAST_MEMORY_KIB:
            nothing = bytes(SALT_BYTES)
            hash_secret_raw(nothing, nothing, self._figures.passes, memory_kib, LANES, HASH_BYTES, Type.ID)

    def _keyed(self, key_id: str, password: str) -> bytes:
        # Base64, since argon2 implementations differ on NUL bytes.
        key = self._pepper.derive("pepper", key_id)
        return base64.b64encode(hmac.digest(key, normalise(password).encode(), "sha256"))


def _let_others_go_first() -> None:
    # With as many hashing threads as cores the loop would wait for its turn; Linux keeps a priority for each thread.
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)


class Place:
    """A place in the queue: whoever holds it may hash and verify."""

    def __init__(self, hashing: PasswordHashing) -> None:
        self._hashing = hashing

    async def hash(self, password: str) -> str:
        """Return the hash to store."""
        return await self._hashing.in_pool(self._hashing.hash_now, password)

    async def verify(self, stored: str | None, password: str) -> bool:
        """Tell whether `password` is the one of `stored`; None takes the same time and is never right."""
        return await self._hashing.in_pool(self._hashing.verify_now, stored, password)
