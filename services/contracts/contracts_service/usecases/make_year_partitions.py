"""The coming years' partitions of what grows with time are made ahead, once a year. Changes the tables of contracts."""

import structlog
from service_kit.clock import civil_date

from contracts_service.resources import Contracts
from contracts_service.store import year_partitions

log = structlog.get_logger()


async def make_year_partitions(service: Contracts) -> int:
    """Make what is missing, a transaction each, the earliest year first; return 0, so that the loop waits for the next look."""
    today = civil_date(service.foundation.clock.now())
    async with service.database.connection() as connection:
        missing = await year_partitions.missing(connection, today=today)
    for table, year in missing:
        async with service.database.transaction() as connection:
            made = await year_partitions.create(connection, table, year)
        if made:
            log.info("partition_made", table=table, year=year)
    return 0
