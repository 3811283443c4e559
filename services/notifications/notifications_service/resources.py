"""What notifications works with: opened once a process, closed in the reverse order."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import structlog
from service_kit.brands import read_brands
from service_kit.clock import Clock
from service_kit.database import Database
from service_kit.foundation import Foundation, open_foundation
from service_kit.http.health import Check
from service_kit.key_rings import Cipher, Digests
from service_kit.wake import Wake

from notifications_service.channels.brand_templates import BrandTemplates
from notifications_service.channels.dkim_keys import DkimKeys
from notifications_service.channels.lane_looks import LaneLooks
from notifications_service.channels.letter_folder import LetterFolder
from notifications_service.channels.letter_printing import LetterPrinting
from notifications_service.channels.mail_dispatch import MailDispatch
from notifications_service.channels.mail_relays import NAMES, MailRelay, MailRelays
from notifications_service.channels.maileva.provider import Maileva, check_maileva, open_maileva
from notifications_service.channels.probed_circuit import ProbedCircuit
from notifications_service.channels.returns_folder import ReturnsFolder
from notifications_service.channels.smtp_sessions import SmtpSessions
from notifications_service.domain.brand_sender import BrandSender
from notifications_service.domain.destination_paces import DestinationPaces
from notifications_service.domain.pace import Pace, SharedPace
from notifications_service.domain.relay_answers import ALARMS
from notifications_service.metrics import RELAY_ALARMS, RELAY_OPEN
from notifications_service.rendering.checked_templates import open_templates
from notifications_service.settings import NotificationsSettings

SERVICE = "notifications"
NOTIFIED_PER_SECOND = 100  # what the print provider, or anybody in its name, may tell each HTTP process
MIGRATIONS = Path(__file__).parent / "migrations"

log = structlog.get_logger()


@dataclass(frozen=True)
class Notifications:
    """Everything a use case of notifications may need."""

    foundation: Foundation
    settings: NotificationsSettings
    brands: dict[str, BrandSender]
    persons: Cipher  # seals a recipient; context: the member's id
    contents: Cipher  # seals a delivery's secret and where it goes; context: the delivery's id
    dkim: DkimKeys
    return_paths: Digests
    addresses: Digests  # recognises e-mail and postal addresses without keeping them
    reasons: Cipher  # seals why staff did something; context: the deed's id
    templates: BrandTemplates
    dispatch: MailDispatch
    printing: LetterPrinting
    folder: LetterFolder
    returns: ReturnsFolder | None
    # Wakes within the worker: who hears of a message is also who sends it.
    mail_due: Wake
    letter_due: Wake = field(default_factory=Wake)
    letter_served: Wake = field(default_factory=Wake)
    maileva: Maileva | None = None  # the print provider that speaks HTTP, where there is an account
    notified: Pace = field(default_factory=lambda: Pace(NOTIFIED_PER_SECOND))

    @property
    def database(self) -> Database:
        """Return notifications' own database."""
        return self.foundation.database

    def now(self) -> datetime:
        """Return the present instant."""
        return self.foundation.clock.now()


@asynccontextmanager
async def open_notifications(
    settings: NotificationsSettings, *, broker_answers: Check | None = None, clock: Clock | None = None
) -> AsyncIterator[Notifications]:
    """Open notifications' resources; a missing or malformed file is told before anything waits."""
    brands = read_brands(settings.brands_directory, SERVICE, BrandSender)
    templates = open_templates(settings.brands_directory, brands)
    check_maileva(settings, brands)
    dkim = _dkim_keys(settings, brands)
    with closing(LetterPrinting(threads=settings.letter_threads)) as printing:
        async with (
            open_foundation(
                SERVICE, settings, migrations=MIGRATIONS, broker_answers=broker_answers, clock=clock
            ) as foundation,
            open_maileva(settings, foundation.clock) as maileva,
        ):
            mail_due = Wake()
            dispatch = _mail_dispatch(settings, foundation.clock, mail_due)
            try:
                yield Notifications(
                    foundation=foundation,
                    settings=settings,
                    brands=brands,
                    persons=Cipher(foundation.data_keys, "recipient"),
                    contents=Cipher(foundation.data_keys, "delivery.content"),
                    dkim=dkim,
                    return_paths=Digests(foundation.data_keys, "return-path"),
                    addresses=Digests(foundation.data_keys, "address"),
                    reasons=Cipher(foundation.data_keys, "staff-deed.reason"),
                    templates=templates,
                    dispatch=dispatch,
                    mail_due=mail_due,
                    printing=printing,
                    folder=LetterFolder(settings.letters_directory),
                    returns=ReturnsFolder(settings.returns_directory) if settings.returns_directory else None,
                    maileva=maileva,
                )
            finally:
                await dispatch.close()


def _mail_dispatch(settings: NotificationsSettings, clock: Clock, mail_due: Wake) -> MailDispatch:
    seats = settings.smtp_sessions
    relays = [
        MailRelay(
            name,
            SmtpSessions(relay, count=seats, clock=clock),
            ProbedCircuit(settings.relay_pause_seconds),
            SharedPace(settings.smtp_per_second) if settings.smtp_per_second else None,
        )
        for name, relay in zip(NAMES, settings.relays(), strict=False)
    ]
    for relay in relays:
        RELAY_OPEN.labels(relay.name).set(1)  # until it has been seen otherwise
        for alarm in ALARMS:
            RELAY_ALARMS.labels(relay.name, alarm.value)  # at 0: who begins at 1 has not increased, and alerts nobody
    return MailDispatch(
        MailRelays(relays),
        LaneLooks(mail_due, poll_seconds=settings.poll_seconds),
        seats=seats,
        bulk=Pace(settings.bulk_per_minute / 60),
        domains=DestinationPaces(settings.domains_per_second),
    )


def _dkim_keys(settings: NotificationsSettings, brands: dict[str, BrandSender]) -> DkimKeys:
    keys = DkimKeys(settings.dkim_directory, [brand.sender_domain for brand in brands.values()])
    if keys.unsigned:
        log.warning("mails_go_unsigned", domains=keys.unsigned)
    return keys
