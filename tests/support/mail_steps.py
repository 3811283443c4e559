"""Steps with mails on their way: all seats of a worker at work, lanes by hand, and a relay that hangs on some addresses."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from aiosmtpd.smtp import SMTP, Envelope, Session
from notifications_service import worker
from notifications_service.consumers.resets import ResetRequest
from notifications_service.domain.lanes import Lane
from notifications_service.domain.message_kinds import MAILS
from notifications_service.usecases.plan_message import plan_message
from service_kit.loops import run_loop

from tests.support.notifications_fixtures import RunningNotifications, reset_requested
from tests.support.smtp_server import RecordingSmtpServer


class HangingRelay(RecordingSmtpServer):
    """A relay that does not answer RCPT for some addresses, until it is told to go on."""

    def __init__(self) -> None:
        super().__init__()
        self.hangs_on: set[str] = set()
        self._hanging = 0
        self.goes_on = asyncio.Event()

    async def hangs(self) -> int:
        """Return how often it has left somebody without an answer."""
        return self._hanging

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.hangs_on:
            self._hanging += 1
            await self.goes_on.wait()
        return await super().handle_RCPT(server, session, envelope, address, options)


@asynccontextmanager
async def seats_at_work(service: RunningNotifications) -> AsyncIterator[None]:
    """Let the worker's loops for mails turn meanwhile, as in production."""
    stop = asyncio.Event()
    loops = [loop for loop in worker.background(service.notifications).loops if loop.name.startswith("mails_")]
    turning = [asyncio.create_task(run_loop("notifications", loop, stop)) for loop in loops]
    try:
        yield
    finally:
        stop.set()
        await asyncio.gather(*turning)


async def plan_in_lane(
    service: RunningNotifications, lane: Lane, count: int = 1, *, domain: str = "example.org"
) -> list[ResetRequest]:
    """Plan so many mails in a lane, to addresses that name it, and wake the seats."""
    kind = replace(MAILS["password_reset"], lane=lane)
    asked = [_request(f"{lane.name.lower()}.{number}@{domain}") for number in range(count)]
    async with service.notifications.database.transaction() as connection:
        for request in asked:
            await plan_message(service.notifications, connection, kind, request, now=service.clock.now())
    service.notifications.mail_due.call()
    return asked


def _request(email: str) -> ResetRequest:
    event = reset_requested(email=email)
    data, personal = event.parts()
    return ResetRequest.model_validate(data | personal)
