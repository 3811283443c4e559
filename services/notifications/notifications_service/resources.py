"""What notifications works with: opened once a process, closed in the reverse order."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
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

from notifications_service.channels.brand_templates import BrandTemplates, read_own_templates
from notifications_service.channels.dkim_keys import DkimKeys
from notifications_service.channels.letter_folder import LetterFolder
from notifications_service.channels.letter_printing import LetterPrinting
from notifications_service.channels.relay_circuit import RelayCircuit
from notifications_service.channels.returns_folder import ReturnsFolder
from notifications_service.channels.smtp_sessions import SmtpSessions
from notifications_service.domain.brand_sender import BrandSender
from notifications_service.settings import NotificationsSettings

SERVICE = "notifications"
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
    sessions: SmtpSessions
    circuit: RelayCircuit
    printing: LetterPrinting
    folder: LetterFolder
    returns: ReturnsFolder | None
    # Wakes within the worker: who hears of a message is also who sends it.
    mail_due: Wake = field(default_factory=Wake)
    letter_due: Wake = field(default_factory=Wake)
    letter_served: Wake = field(default_factory=Wake)

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
    own_templates = read_own_templates(settings.brands_directory, brands.keys())
    dkim = _dkim_keys(settings, brands)
    printing = LetterPrinting(threads=settings.letter_threads)
    try:
        async with open_foundation(
            SERVICE, settings, migrations=MIGRATIONS, broker_answers=broker_answers, clock=clock
        ) as foundation:
            sessions = SmtpSessions(settings.relay(), count=settings.smtp_sessions, clock=foundation.clock)
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
                    templates=BrandTemplates(own_templates),
                    sessions=sessions,
                    circuit=RelayCircuit(settings.relay_pause_seconds),
                    printing=printing,
                    folder=LetterFolder(settings.letters_directory),
                    returns=settings.returns_directory and ReturnsFolder(settings.returns_directory),
                )
            finally:
                await sessions.close()
    finally:
        printing.close()


def _dkim_keys(settings: NotificationsSettings, brands: dict[str, BrandSender]) -> DkimKeys:
    keys = DkimKeys(settings.dkim_directory, [brand.sender_domain for brand in brands.values()])
    if keys.unsigned:
        log.warning("mails_go_unsigned", domains=keys.unsigned)
    return keys
