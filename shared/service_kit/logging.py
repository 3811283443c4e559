"""Structured logs: one JSON object a line, bound to the request or the event, with nothing about a person.

`Personal` values print as `***` by themselves; the processor here is the second line of defence: it drops whole keys that
must never be logged and shortens exception texts to their type, since a driver's message may quote a value.
"""

import logging
import sys
from typing import Any

import structlog

FORBIDDEN_KEYS = frozenset(
    {
        "password",
        "token",
        "code",
        "email",
        "nir",
        "name",
        "address",
        "identifier",
        "body",
        "authorization",
        "cookie",
        "phone",
    }
)


def configure_logging(service: str, *, level: str = "INFO", stream: Any = None) -> None:
    """Send structlog and the standard library to `stream` (standard error) as JSON lines labelled with `service`."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _without_personal_data,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.PrintLoggerFactory(file=stream or sys.stderr),
        cache_logger_on_first_use=False,
    )
    structlog.contextvars.bind_contextvars(service=service)
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    # Libraries report at WARNING and above: their lower levels may quote SQL arguments, addresses or bodies.
    root.setLevel(logging.WARNING)


def _without_personal_data(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    for key in FORBIDDEN_KEYS & event.keys():
        event[key] = "***"
    if exception := event.pop("exc_info", None):
        error = exception[1] if isinstance(exception, tuple) else exception
        if isinstance(error, BaseException):
            event["error"], event["where"] = type(error).__name__, _where(error)
    event.pop("exception", None)
    return event


def _where(error: BaseException) -> str:
    """Return the innermost `file:line` frames of an exception, without any value."""
    frames, trace = [], error.__traceback__
    while trace is not None:
        frames.append(f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}")
        trace = trace.tb_next
    return " > ".join(frames[-6:])
