"""How often one network may call what is open to everybody: counted before anything is looked at. Writes public_calls."""

from datetime import datetime, timedelta

from service_kit.http.client_address import Address
from service_kit.http.problems import TooManyRequests

from contracts_service.domain.termination.public_limits import NETWORK_FACTOR, networks_of
from contracts_service.resources import Contracts
from contracts_service.store import public_calls

HOUR = timedelta(hours=1)


async def limit_public_calls(service: Contracts, brand: str, address: Address, *, now: datetime) -> None:
    """Count a call; raise TooManyRequests when the address, or the network around it, has made too many within the hour."""
    most = service.brands[brand].termination.public_calls_per_hour
    hour = now.replace(minute=0, second=0, microsecond=0)
    networks = [service.seals.calling_networks.of(brand, one) for one in networks_of(address)]
    async with service.database.connection() as connection:
        narrow, wide = await public_calls.count(connection, networks, hour=hour)
    if narrow > most or wide > most * NETWORK_FACTOR:
        wait = round((hour + HOUR - now).total_seconds()) + 1
        raise TooManyRequests(limit=most if narrow > most else most * NETWORK_FACTOR, retry_after=wait)
