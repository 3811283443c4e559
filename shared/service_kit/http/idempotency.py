"""Idempotency-Key: a POST that is sent twice is done once; the same key, path and body get the same answer for 24 hours.

The row is written before the work and completed after it. A process that dies in between leaves a row without an answer,
which another try may take over after two minutes. Keys and bodies are kept as keyed digests only: a body may hold nothing but a
number that a plain digest would give away to whoever tries all of them.
"""

from datetime import timedelta

from aiohttp import web

from service_kit.database import Database
from service_kit.http.endpoints import Answer
from service_kit.http.problems import IdempotencyKeyInProgress, IdempotencyKeyReused, InvalidIdempotencyKey
from service_kit.key_rings import Digests, KeyRing

HEADER = "Idempotency-Key"
ABANDONED_AFTER = timedelta(minutes=2)


def key_of(request: web.Request) -> str | None:
    """Return the request's key, or None; raise InvalidIdempotencyKey when it is not 1 to 200 printable ASCII characters."""
    key = request.headers.get(HEADER)
    if key is not None and not (1 <= len(key) <= 200 and key.isascii() and key.isprintable()):
        raise InvalidIdempotencyKey
    return key


class IdempotencyKeys:
    """Remembers answers by key, for one service."""

    def __init__(self, database: Database, keys: KeyRing) -> None:
        self._database = database
        self._keys, self._bodies = Digests(keys, "idempotency.key"), Digests(keys, "idempotency.body")

    async def begin(self, scope: str, key: str, *, path: str, body: bytes) -> Answer | None:
        """Return the kept answer when this was done before; otherwise reserve the key and return None."""
        key_digest, request_digest = self._keys.of(key), self._bodies.of_bytes(path.encode() + b"\n" + body)
        async with self._database.connection() as connection:
            reserved = await connection.fetchval(
                """
                INSERT INTO idempotency_keys (scope, key_digest, request_digest) VALUES ($1, $2, $3)
                ON CONFLICT (scope, key_digest) DO UPDATE SET created_at = now()
                WHERE idempotency_keys.answer IS NULL AND idempotency_keys.request_digest = $3
                  AND idempotency_keys.created_at < now() - $4::interval
                RETURNING true
                """,
                scope,
                key_digest,
                request_digest,
                ABANDONED_AFTER,
            )
            if reserved:
                return None
            row = await connection.fetchrow(
                "SELECT request_digest, status, answer FROM idempotency_keys WHERE scope = $1 AND key_digest = $2",
                scope,
                key_digest,
            )
        if row is None or row["status"] is None:
            if row is not None and row["request_digest"] != request_digest:
                raise IdempotencyKeyReused
            raise IdempotencyKeyInProgress(retry_after=2)
        if row["request_digest"] != request_digest:
            raise IdempotencyKeyReused
        return Answer(row["answer"]["body"], status=row["status"], headers=row["answer"]["headers"])

    async def complete(self, scope: str, key: str, answer: Answer) -> None:
        """Keep the answer: its status, its body and its own headers."""
        async with self._database.connection() as connection:
            await connection.execute(
                "UPDATE idempotency_keys SET status = $3, answer = $4 WHERE scope = $1 AND key_digest = $2",
                scope,
                self._keys.of(key),
                answer.status,
                {"body": answer.json_value(), "headers": dict(answer.headers)},
            )

    async def forget(self, scope: str, key: str) -> None:
        """Give the key back: the request was refused, and may be corrected and sent again."""
        async with self._database.connection() as connection:
            await connection.execute(
                "DELETE FROM idempotency_keys WHERE scope = $1 AND key_digest = $2 AND status IS NULL",
                scope,
                self._keys.of(key),
            )
