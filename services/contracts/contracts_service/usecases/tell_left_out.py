"""One row of a round cannot be dealt with: it is told and counted, and the others go on. Called by the background's loops."""

import structlog
from service_kit.database import is_unavailable
from service_kit.metrics import LOOP_FAILURES

from contracts_service.resources import SERVICE

log = structlog.get_logger()


def tell_left_out(loop: str, error: Exception, **ids: str) -> None:
    """Log and count what went wrong with one row; raise it again when the database is away: then it is not the row's fault."""
    if is_unavailable(error):
        raise error
    LOOP_FAILURES.labels(SERVICE, loop).inc()
    log.error("row_left_out", loop=loop, exc_info=error, **ids)
