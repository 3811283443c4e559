"""`espace up`: from nothing to the whole product on one port, and cleanly down again.

PostgreSQL (a child process) → keys and folders → four databases → mail server → four services, migrated, mounted, working →
the demonstration's members → until Ctrl-C.
"""

import asyncio
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
from aiohttp import web
from identity_service.domain.brand_policy import BrandPolicy
from notifications_service.domain.brand_sender import BrandSender
from service_kit.amqp import AmqpBroker
from service_kit.background import run_background
from service_kit.brands import read_brands
from service_kit.broker import Broker
from service_kit.clock import SystemClock, civil_date
from service_kit.http.health import port_answers
from service_kit.in_process import InProcessBroker
from service_kit.key_material import make_dkim_key
from service_kit.key_rings import KeyRing
from service_kit.logging import configure_logging
from service_kit.migrate import migrate
from service_kit.process import listening

from espace_embedded.databases import prepare_databases
from espace_embedded.demonstration import describe_people, describe_tries, load_demonstration
from espace_embedded.desk import Desk
from espace_embedded.desk_relay import mail_server
from espace_embedded.letterbox import Letterbox
from espace_embedded.mailbox import Mailbox
from espace_embedded.postgres_server import PostgresServer, PostgresUnavailable
from espace_embedded.product import PARTS, OpenPart, World, gateway, open_part
from espace_embedded.readiness import Readiness
from espace_embedded.refusals import CannotStart
from espace_embedded.state import SERVICES, State, StateUnusable
from espace_embedded.template_pages import TemplatePages

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Options:
    """What the command line says, and how the command is called there."""

    command: str
    port: int
    state: Path
    demonstration: bool
    brands: Path
    postgres_url: str | None
    rabbitmq_url: str | None


def up(options: Options) -> None:
    """Run the space until Ctrl-C or SIGTERM; raise CannotStart."""
    if os.environ.get("ENVIRONMENT", "").lower() == "production":
        raise CannotStart("the embedded default is not for production (ENVIRONMENT=production): see docs/operating.md")
    _check_port(options.port)
    try:
        with _step("Keys"):
            state = State.prepare(options.state)
    except StateUnusable as error:
        raise CannotStart(str(error)) from None
    with _postgres(options, state) as admin_url, (state.logs / "espace.log").open("a", buffering=1) as log_file:
        configure_logging("espace", stream=log_file)
        asyncio.run(_run(options, state, admin_url))


@contextmanager
def _postgres(options: Options, state: State) -> Iterator[str]:
    if options.postgres_url is not None:
        yield options.postgres_url
        return
    try:
        with _step("PostgreSQL"):
            # From the main thread: the server is told to stop when the thread that started it ends.
            server = PostgresServer.start(state.postgres, port=None)
    except PostgresUnavailable as error:
        raise CannotStart(str(error)) from None
    try:
        yield server.url
    finally:
        server.stop()


async def _run(options: Options, state: State, admin_url: str) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    base_url = f"http://{HOST}:{options.port}"
    mailbox, bounces = Mailbox(state.mails, KeyRing.read(state.desk_keys)), _free_port()
    async with AsyncExitStack() as stack:
        with _step("Databases"):
            databases = await _databases(admin_url, state)
            for part in PARTS:
                await migrate(databases[part.name], service=part.name, directory=part.migrations)
        _make_mail_keys(options, state)
        world = World(
            state=state,
            brands=options.brands,
            databases=databases,
            broker_url=options.rabbitmq_url or "amqp://in-process",
            smtp_url=await stack.enter_async_context(mail_server(mailbox, bounces=bounces)),
            bounces_url=f"smtp://{HOST}:{bounces}",
            public_url=base_url,
        )
        with _step("Services"):
            parts = await _open_services(stack, options, world)
            application = gateway(parts, _routes(options, mailbox, world, parts))
            await stack.enter_async_context(listening(application, host=HOST, port=options.port))
        await stack.enter_async_context(_working(parts, _brokers(options, state, parts), stop))
        print("\n".join([*_where(options, base_url), *await _demonstration(options, state, base_url)]))
        print("\nCtrl-C stops it; what it holds is found again at the next start.", flush=True)
        await stop.wait()
        print("\nStopping…", flush=True)
        for one in parts:
            one.foundation.health.stopping = True


def _make_mail_keys(options: Options, state: State) -> None:
    for sender in read_brands(options.brands, "notifications", BrandSender).values():
        if not (folder := state.mail_keys / sender.sender_domain).exists():
            make_dkim_key(folder, "desk")


async def _databases(admin_url: str, state: State) -> dict[str, str]:
    try:
        return await prepare_databases(admin_url, state.database_passwords())
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        raise CannotStart(f"PostgreSQL cannot be used ({type(error).__name__}): check ESPACE_POSTGRES_URL") from None


async def _open_services(stack: AsyncExitStack, options: Options, world: World) -> list[OpenPart]:
    answers = port_answers(options.rabbitmq_url) if options.rabbitmq_url else _always
    return [await stack.enter_async_context(open_part(part, world, broker_answers=answers)) for part in PARTS]


async def _always() -> bool:
    return True


def _routes(options: Options, mailbox: Mailbox, world: World, parts: list[OpenPart]) -> list[web.RouteDef]:
    senders = read_brands(options.brands, "notifications", BrandSender)
    desk = Desk(
        mailbox,
        Letterbox(world.state.letters),
        services=SERVICES,
        brands=read_brands(options.brands, "identity", BrandPolicy),
        senders=senders,
    )
    templates = TemplatePages(options.brands, senders, public_url=world.public_url)
    readiness = Readiness({one.part.name: one.foundation.health for one in parts})
    return [*templates.routes(), *desk.routes(), *readiness.routes()]


def _brokers(options: Options, state: State, parts: list[OpenPart]) -> list[Broker]:
    if options.rabbitmq_url is not None:
        return [AmqpBroker(options.rabbitmq_url, service=one.part.name) for one in parts]
    shared = InProcessBroker(dead_letters=state.dead_letters)
    for one in parts:
        shared.expect(one.part.name, tuple(heard.event_type for heard in one.background.subscriptions))
    return [shared for _ in parts]


@asynccontextmanager
async def _working(parts: list[OpenPart], brokers: list[Broker], stop: asyncio.Event) -> AsyncIterator[None]:
    """Let every service work in the background meanwhile; one that ends by itself stops the whole."""
    tasks = [
        asyncio.create_task(
            run_background(one.foundation, one.background, broker, stop, alone=False), name=one.part.name
        )
        for one, broker in zip(parts, brokers, strict=True)
    ]
    for task in tasks:
        task.add_done_callback(lambda _: stop.set())
    try:
        yield
    finally:
        stop.set()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        for broker in {id(broker): broker for broker in brokers}.values():
            await broker.close()
        for failure in outcomes:
            if isinstance(failure, Exception):
                print(f"espace: a service ended ({type(failure).__name__}): see the log", file=sys.stderr)


def _free_port() -> int:
    with socket.create_server((HOST, 0)) as probe:
        port: int = probe.getsockname()[1]
    return port


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except PermissionError:
            raise CannotStart(f"port {port} needs more rights: choose one above 1023 with --port") from None
        except OSError:
            raise CannotStart(f"port {port} is taken: stop what uses it or choose another with --port") from None


@contextmanager
def _step(name: str) -> Iterator[None]:
    """Say what is being done and how long it took."""
    print(f"  {name:<14}", end="", flush=True)
    begun = time.monotonic()
    try:
        yield
    except BaseException:
        print("failed", flush=True)
        raise
    print(f"ready ({time.monotonic() - begun:.1f} s)", flush=True)


def _where(options: Options, base_url: str) -> list[str]:
    return [
        f"\nEspace adhérent: {base_url}",
        f"  mails    {base_url}/_desk/mails",
        f"  letters  {base_url}/_desk/letters",
        f"  both     {base_url}/_desk/templates, each of them with sample data",
        f"  logs     {options.state / 'logs' / 'espace.log'}",
        f"  a staff token: {options.command} token --brand mgas --role adviser --state {options.state} (or --role back-office)",
    ]


async def _demonstration(options: Options, state: State, base_url: str) -> list[str]:
    """Load the members to play with, and return what to say of them."""
    if not options.demonstration:
        return []
    with _step("Demonstration"):
        now = SystemClock().now()
        loaded_on = await load_demonstration(state, base_url, now=now, today=civil_date(now))
    terms = read_brands(options.brands, "identity", BrandPolicy)["mgas"].terms_version
    return [
        "\nMembers of the demonstration, and what they know:",
        *describe_people(loaded_on=loaded_on),
        "\nTo try (README.md has more): a forgotten address, and an access for who has given none. Then read the mails.",
        *describe_tries(base_url, loaded_on=loaded_on, terms_version=terms),
    ]
