"""The log as it is configured in production, at its most talkative, to look for what must not be in it."""

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from service_kit.logging import configure_logging


@contextmanager
def production_log(service: str) -> Iterator[io.StringIO]:
    """Log as production does meanwhile; yield what is logged."""
    root, stream = logging.getLogger(), io.StringIO()
    handlers, level = root.handlers[:], root.level
    configure_logging(service, level="DEBUG", stream=stream)
    try:
        yield stream
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        structlog.reset_defaults()
        structlog.contextvars.clear_contextvars()
