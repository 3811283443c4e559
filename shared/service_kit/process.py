"""A process of a service: `serve` (HTTP) or `work` (background), from settings to a clean stop.

SIGTERM or SIGINT: readiness goes red, in-flight work is finished within a deadline, then connections are closed.
"""

import asyncio
import gc
import signal
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any, Literal

import structlog
from aiohttp import web

from service_kit.foundation import Foundation
from service_kit.http.health import Health
from service_kit.http.protocol import HttpProtocol
from service_kit.logging import configure_logging
from service_kit.settings import ServiceSettings
from service_kit.wake import NotifyingWake

SHUTDOWN_SECONDS = 20.0
LINGER_SECONDS = 2.0  # who was answered in the middle of an upload may go on sending for this long, to see the answer
DRAIN_SECONDS = 0.5  # readiness is red for this long before connections are refused

log = structlog.get_logger()


class Stop(asyncio.Event):
    """Set by a signal; knows whether anybody waits for it yet."""

    heeded = False

    async def wait(self) -> Literal[True]:
        """Wait for the signal."""
        self.heeded = True
        return await super().wait()


def run_until_signalled(
    service: str, settings: ServiceSettings, main: Callable[[asyncio.Event], Coroutine[Any, Any, None]]
) -> None:
    """Run `main(stop)` with logs configured; SIGTERM and SIGINT set `stop`, or cancel what is still starting."""

    async def run() -> None:
        stop, working, loop = Stop(), asyncio.current_task(), asyncio.get_running_loop()
        assert working is not None

        def end() -> None:
            stop.set()
            if not stop.heeded:  # it still waits for its database, say
                working.cancel()

        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, end)
        loop.set_exception_handler(_log_unhandled)
        try:
            await main(stop)
        except asyncio.CancelledError:
            if not stop.is_set():
                raise

    configure_logging(service, level=settings.log_level)
    gc.collect()
    gc.freeze()  # what is here now stays: to look through all of it again would stop everybody for some 50 ms, time and again
    asyncio.run(run())


def _log_unhandled(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    # The loop's own handler would print the exception's text, which may quote a person.
    log.error("unhandled", what=context.get("message"), exc_info=context.get("exception"))


@asynccontextmanager
async def waking_others(foundation: Foundation) -> AsyncIterator[None]:
    """Send this process's wakes to the service's other processes meanwhile."""
    if not isinstance(foundation.wake, NotifyingWake):
        yield
        return
    task = asyncio.create_task(foundation.wake.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@asynccontextmanager
async def listening(application: web.Application, *, host: str, port: int) -> AsyncIterator[int]:
    """Serve `application` meanwhile; yield the port (a free one for 0)."""
    runner = web.AppRunner(application, shutdown_timeout=SHUTDOWN_SECONDS, handler_cancellation=False)
    await runner.setup()
    assert runner.server is not None
    loop = asyncio.get_running_loop()
    connection = partial(
        HttpProtocol,
        runner.server,
        loop=loop,
        access_log=None,  # type: ignore[arg-type]  # None is meant: its lines would hold addresses
        lingering_time=LINGER_SECONDS,
        auto_decompress=False,  # a compressed body is refused, whichever way it is compressed
    )
    try:
        server = await loop.create_server(connection, host, port)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()
    finally:
        await runner.cleanup()


def health_application(health: Health) -> web.Application:
    """Return the small application of a background process: health and metrics."""
    application = web.Application()
    application.router.add_routes(health.routes())
    return application


async def serve(foundation: Foundation, application: web.Application, stop: asyncio.Event) -> None:
    """Answer HTTP until `stop`."""
    settings = foundation.settings
    async with (
        waking_others(foundation),
        listening(application, host=settings.http_host, port=settings.http_port) as port,
    ):
        log.info("serving", service=foundation.service, port=port)
        await stop.wait()
        foundation.health.stopping = True
        await asyncio.sleep(DRAIN_SECONDS)
