"""Structured logs: one JSON object a line, bound to the request or the event, with nothing about a person.

`Personal` values print as `***` by themselves; the processor here is the second line of defence: it masks keys that must
never be logged, at any depth, and shortens exceptions to their type and place, since a driver's message may quote a value.
"""

import logging
import sys
from functools import lru_cache
from typing import Any

import structlog

# Whole keys, and words between underscores: `email` and `new_email`, but `name` alone, since `file_name` is harmless.
FORBIDDEN_KEYS = frozenset(
    {
        "code",
        "name",
        "identifier",
        "body",
        "last_name",
        "first_name",
    }
)
FORBIDDEN_WORDS = frozenset(
    {"password", "token", "secret", "email", "nir", "address", "phone", "authorization", "cookie"}
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
            foreign_pre_chain=[_first_line, *shared],
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
    if exception := event.pop("exc_info", None):
        error = _exception_of(exception)
        if error is not None:
            event["error"], event["where"] = type(error).__name__, _where(error)
    event.pop("exception", None)
    event.pop("stack_info", None)
    return {key: value if key.startswith("_") else _masked(key, value) for key, value in event.items()}


def _masked(key: Any, value: Any) -> Any:
    if _is_forbidden(str(key)):
        return "***"
    if isinstance(value, dict):
        return {inner: _masked(inner, one) for inner, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_masked("", one) for one in value]
    return value


@lru_cache(maxsize=1024)
def _is_forbidden(key: str) -> bool:
    word = key.lower()
    return word in FORBIDDEN_KEYS or not FORBIDDEN_WORDS.isdisjoint(word.split("_"))


def _exception_of(given: Any) -> BaseException | None:
    """Return the exception that `exc_info` stands for: itself, a triple, or True for the present one."""
    found = given[1] if isinstance(given, tuple) else sys.exc_info()[1] if given is True else given
    return found if isinstance(found, BaseException) else None


def _first_line(_logger: Any, _method: str, event: Any) -> Any:
    # asyncio adds the repr of a failed task, exception's text included, on further lines.
    event["event"] = str(event["event"]).split("\n", 1)[0]
    return event


def _where(error: BaseException) -> str:
    """Return the innermost `file:line` frames of an exception, without any value."""
    frames, trace = [], error.__traceback__
    while trace is not None:
        frames.append(f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}")
        trace = trace.tb_next
    return " > ".join(frames[-6:])
