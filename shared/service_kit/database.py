"""PostgreSQL: one pool a process, one transaction a decision.

Store functions take a connection, never the pool: a nested acquire would exhaust the pool for good.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import TypeAlias, TypeVar

import asyncpg
import orjson
import structlog

Connection: TypeAlias = asyncpg.pool.PoolConnectionProxy

# The database is away, is going away or refused by chance: trying again later may work, and nothing else is wrong.
UNAVAILABLE = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.OperatorInterventionError,
    asyncpg.TransactionRollbackError,
    asyncpg.InsufficientResourcesError,
    asyncpg.LockNotAvailableError,
    OSError,
    TimeoutError,
)

ANSWER_SECONDS = 2.0

Model = TypeVar("Model")
Opened = TypeVar("Opened")

log = structlog.get_logger()


def is_unavailable(error: BaseException) -> bool:
    """Tell an outage of the database (or of the network) from a mistake of ours in what we sent to it."""
    # asyncpg's DataError is an InterfaceError too, but it speaks of a value that no retry will mend.
    return isinstance(error, UNAVAILABLE) and not isinstance(error, ValueError)


async def wait_for_server(connect: Callable[[], Awaitable[Opened]], *, service: str) -> Opened:
    """Return what `connect` opens; try again with growing pauses (0.2 to 5 s) for as long as the server is not there yet."""
    pause = 0.2
    while True:
        try:
            return await connect()
        except Exception as error:
            if not is_unavailable(error):
                raise
            log.warning("database_not_there_yet", service=service, error=type(error).__name__)
        await asyncio.sleep(pause)
        pause = min(pause * 2, 5.0)


async def _prepare(connection: asyncpg.Connection) -> None:
    # asyncpg hands jsonb over as text unless told otherwise.
    await connection.set_type_codec(
        "jsonb",
        encoder=lambda value: b"\x01" + orjson.dumps(value),
        decoder=lambda raw: orjson.loads(raw[1:]),
        schema="pg_catalog",
        format="binary",
    )


async def _leave(_connection: asyncpg.Connection) -> None:
    """Hand a connection to the next one as it is, without a round trip to clear what nobody has set.

    Whatever lasts as long as a session (SET without LOCAL, LISTEN, session locks, temporary tables) has no place on the pool:
    tests/structure/test_session_state.py. A transaction that was left open is rolled back by the driver before this.
    """


class Database:
    """A service's own database."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self.pool = pool
        self._asking: asyncio.Task[bool] | None = None

    @classmethod
    async def open(
        cls,
        url: str,
        *,
        service: str,
        pool_size: int = 10,
        statement_cache_size: int = 1024,
        planner: Mapping[str, str] | None = None,
    ) -> "Database":
        """Connect, as soon as the server is there; `planner` are settings that every statement is planned with."""

        async def connect() -> asyncpg.Pool:
            return await asyncpg.create_pool(
                url,
                min_size=1,
                max_size=pool_size,
                init=_prepare,
                reset=_leave,
                command_timeout=30,
                timeout=5,
                statement_cache_size=statement_cache_size,
                server_settings={
                    "application_name": f"{service}",
                    "idle_in_transaction_session_timeout": "60s",
                    "timezone": "UTC",
                    **(planner or {}),
                },
            )

        return cls(await wait_for_server(connect, service=service))

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """Lend a connection inside one transaction: committed on leaving, rolled back on any error."""
        async with self.pool.acquire(timeout=10) as connection, connection.transaction():
            yield connection

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """Lend a connection for reading: each statement stands alone."""
        async with self.pool.acquire(timeout=10) as connection:
            yield connection

    async def answers(self) -> bool:
        """Tell whether a trivial query comes back within two seconds."""
        # Through a silent network a query cannot even be given up in time: it is left behind, and no other is sent after it.
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask(), name="database.answers")
        done, _ = await asyncio.wait([self._asking], timeout=ANSWER_SECONDS)
        return bool(done) and not self._asking.cancelled() and self._asking.result()

    async def _ask(self) -> bool:
        try:
            async with self.pool.acquire(timeout=ANSWER_SECONDS) as connection:
                return bool(await connection.fetchval("SELECT true"))
        except UNAVAILABLE:
            return False

    async def close(self, *, deadline: float = 5.0) -> None:
        """Close the pool; connections still lent after `deadline` seconds are cut, since `close()` alone waits for ever."""
        if self._asking is not None:
            self._asking.cancel()
        try:
            await asyncio.wait_for(self.pool.close(), deadline)
        except TimeoutError:
            self.pool.terminate()


def row_as(model: type[Model], row: asyncpg.Record | None) -> Model | None:
    """Return `row` as the dataclass `model` whose fields carry the columns' names, or None."""
    return None if row is None else model(**dict(row))
