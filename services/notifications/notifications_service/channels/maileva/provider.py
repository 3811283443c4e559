"""The print provider that speaks HTTP, as the service holds it: its calls, and whether it answers at present."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeAlias

from service_kit.clock import Clock
from service_kit.postal_address import AddressDoesNotFit
from service_kit.problems import SettingUnusable

from notifications_service.channels.maileva.client import MailevaClient
from notifications_service.channels.maileva.settings import MailevaSettings
from notifications_service.channels.relay_circuit import RelayCircuit
from notifications_service.domain.brand_sender import BrandSender
from notifications_service.domain.provider_address import provider_address

Brands: TypeAlias = Mapping[str, BrandSender]


@dataclass(frozen=True)
class Maileva:
    """The provider's calls, and the circuit that keeps us from making them while it is down."""

    client: MailevaClient
    circuit: RelayCircuit


@asynccontextmanager
async def open_maileva(settings: MailevaSettings, clock: Clock) -> AsyncIterator[Maileva | None]:
    """Hold the provider while inside; None where no account is set. No connection is made before the first call."""
    if settings.maileva_client_id is None:
        yield None
        return
    client = MailevaClient(settings, clock)
    try:
        yield Maileva(client, RelayCircuit(settings.maileva_pause_seconds))
    finally:
        await client.close()


def check_maileva(settings: MailevaSettings, brands: Brands) -> None:
    """Raise SettingUnusable where a brand's letters leave by a provider of whom not enough is known."""
    using = [brand for brand in brands if brands[brand].letters.channel == "maileva"]
    needed = {"CLIENT_ID": settings.maileva_client_id, "CLIENT_SECRET": settings.maileva_client_secret}
    if settings.maileva_username is not None:
        needed["PASSWORD"] = settings.maileva_password
    missing = [name for name, value in needed.items() if value is None]
    if missing and (using or len(missing) < len(needed)):
        raise SettingUnusable(f"NOTIFICATIONS_MAILEVA_{missing[0]}: missing, though letters leave by channel maileva")
    for brand in using:
        try:
            provider_address(brands[brand].return_address)
        except AddressDoesNotFit as error:
            raise SettingUnusable(f"{brand}.toml: brand.return_address: {error}") from None
