"""The commands of every service: `python -m <service> migrate | serve | work | openapi | dead-letters …`, and its own."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import structlog
from pydantic_settings import BaseSettings

from service_kit.brands import BrandFileUnusable
from service_kit.dead_letters import add_arguments, run_dead_letters
from service_kit.key_rings import KeyRingUnusable
from service_kit.logging import configure_logging
from service_kit.migrate import MigrationRefused, migrate
from service_kit.problems import SettingUnusable
from service_kit.process import run_until_signalled
from service_kit.sealing import CannotSeal
from service_kit.settings import ServiceSettings, load_settings

UNUSABLE = (BrandFileUnusable, KeyRingUnusable, CannotSeal, MigrationRefused, SettingUnusable)

log = structlog.get_logger()

Main = Callable[[Any, asyncio.Event], Coroutine[Any, Any, None]]


class CommandFailed(Exception):
    """What a command looked at is not as it should be; the text is for the operator and names no person."""


@dataclass(frozen=True)
class OwnCommand:
    """A command that one service has and others do not: `run(settings, arguments)` returns what the operator reads.

    When something is not as it should be, it raises CommandFailed: the process ends with status 1. `describe` says which
    arguments it takes, and where they are left out, none. `settings`: where it can do with fewer than the service.
    """

    verb: str
    text: str
    run: Callable[[Any, argparse.Namespace], Coroutine[Any, Any, str]]
    describe: Callable[[argparse.ArgumentParser], None] = lambda parser: None
    settings: type[BaseSettings] | None = None  # with `log_level`


@dataclass(frozen=True)
class Commands:
    """What a service's command line is made of."""

    service: str
    settings: type[ServiceSettings]
    migrations: Path
    serve: Main
    work: Main
    openapi: Callable[[], dict[str, Any]]
    event_types: tuple[str, ...]  # what it hears, for its dead letters
    own: tuple[OwnCommand, ...] = ()


def run(commands: Commands) -> None:
    """Run the command that the arguments name; errors of configuration end it with one line and status 2, others with 1."""
    parser = argparse.ArgumentParser(prog=f"python -m {commands.service}_service")
    verbs = parser.add_subparsers(dest="verb", required=True)
    for verb, text in (
        ("migrate", "bring the database up to date"),
        ("serve", "answer HTTP"),
        ("work", "relay, consumers and due rows"),
        ("openapi", "print the OpenAPI document"),
    ):
        verbs.add_parser(verb, help=text)
    for command in commands.own:
        command.describe(verbs.add_parser(command.verb, help=command.text))
    add_arguments(verbs.add_parser("dead-letters", help="list, replay or discard what could not be handled"))
    arguments = parser.parse_args()
    try:
        _run(commands, arguments)
    except UNUSABLE as error:
        print(f"{commands.service}: {error}", file=sys.stderr)
        raise SystemExit(2) from None
    except CommandFailed as error:
        print(f"{commands.service}: {error}", file=sys.stderr)
        raise SystemExit(1) from None
    except Exception as error:  # a traceback would print the exception's text, which may quote a person
        log.critical("process_failed", exc_info=error)
        raise SystemExit(1) from None


def _run(commands: Commands, arguments: argparse.Namespace) -> None:
    if arguments.verb == "openapi":
        sys.stdout.buffer.write(orjson.dumps(commands.openapi(), option=orjson.OPT_INDENT_2) + b"\n")
        return
    own = next((command for command in commands.own if command.verb == arguments.verb), None)
    settings: Any = load_settings((own and own.settings) or commands.settings)
    configure_logging(commands.service, level=settings.log_level)
    if arguments.verb == "migrate":
        # The first process of a container ignores SIGTERM unless it says what to do; it may be waiting for its database.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
        asyncio.run(migrate(settings.database_url, service=commands.service, directory=commands.migrations))
    elif arguments.verb == "dead-letters":
        asyncio.run(run_dead_letters(settings.broker_url, commands.service, commands.event_types, arguments))
    elif own:
        print(asyncio.run(own.run(settings, arguments)))
    else:
        main = commands.serve if arguments.verb == "serve" else commands.work
        run_until_signalled(commands.service, settings, lambda stop: main(settings, stop))
