"""Planted words: nothing of a person or a secret is readable in the database, and secrets are not even there once served."""

import io
import logging
from collections.abc import Iterator
from uuid import uuid4

import pytest
import structlog
from contracts_service.events import BankDetailsChanged, BeneficiaryRefused, TerminationRegistered
from identity_service.events import (
    AccountCreated,
    ActivationRequested,
    EmailChanged,
    EmailChangeRequested,
    LetterRequired,
    NewDeviceSeen,
    PasswordChanged,
)
from notifications_service.usecases.collect_letters import collect_letters
from notifications_service.usecases.give_up_overdue import give_up_overdue
from notifications_service.usecases.remove_served_letters import remove_served_letters
from service_kit.logging import configure_logging

from tests.journeys.canaries import Canary, canaries_in
from tests.support.account_events import happens
from tests.support.contract_news import told
from tests.support.letter_steps import ask, batch_of, id_of
from tests.support.notifications_fixtures import (
    RunningNotifications,
    letter_required,
    member_enrolled,
    reset_requested,
)
from tests.support.secret_search import changes_since, dump, files_below, position, tables
from tests.support.smtp_server import RecordingSmtpServer

TOKEN, CODE, EMAIL = "Kanarie-token-8yVv1m5bC9oTtZrRsE4uHgPdLaKiY", "K7NR-4WXQ-9PTC", "kanarie.mail@example.org"
PERSON = {"last_name": "Kanarienvogel", "first_name": "Zoëlig", "title": "Mme", "email": EMAIL}
ADDRESS = {"street": "81 chemin de la Kanarie", "postal_code": "61170", "city": "Le Mêle", "country": "FR"}
WORDS = [TOKEN, CODE, CODE.replace("-", ""), EMAIL, "kanarie", "Zoëlig", "chemin"]


async def kept(service: RunningNotifications) -> bytes:
    """Return what the database holds, in lower case."""
    return (await tables(service.settings.database_url)).lower()


def readable_in(content: bytes) -> list[str]:
    return [word for word in WORDS if word.lower().encode() in content]


async def plan_both(service: RunningNotifications) -> None:
    member_id = uuid4()
    await service.hear(member_enrolled(member_id=member_id, address=ADDRESS, **PERSON))
    await service.hear(reset_requested(member_id=member_id, brand="safiag", token=TOKEN, email=EMAIL))
    await service.hear(letter_required(member_id=member_id, code=CODE))


async def test_what_waits_is_sealed(service: RunningNotifications):
    await plan_both(service)
    sealed = await service.rows("SELECT content_sealed FROM deliveries WHERE content_sealed IS NOT NULL")

    assert readable_in(await kept(service)) == []
    assert len(sealed) == 2


async def test_what_waits_of_an_accounts_life_is_sealed(service: RunningNotifications):
    personal = {"email": EMAIL, "former_email": f"ancienne.{EMAIL}", "code": CODE, "token": TOKEN, "undo_token": TOKEN}
    events = (ActivationRequested, AccountCreated, PasswordChanged, EmailChangeRequested, EmailChanged, NewDeviceSeen)
    for event in events:
        fields = {name: value for name, value in personal.items() if name in event.model_fields}
        await service.hear(happens(event, **fields))

    assert len(await service.rows("SELECT id FROM deliveries")) == 7
    assert readable_in(await kept(service)) == []


async def test_what_waits_of_a_contracts_life_is_sealed_by_mail_and_by_letter(
    service: RunningNotifications, relay: RecordingSmtpServer
):
    relay.refuse_recipients(f"550 5.1.1 <{EMAIL}> unknown")
    personal = {**PERSON, "former_email": EMAIL, "reason": "Le chemin de la Kanarie n’est pas le vôtre."}
    for event in (BankDetailsChanged, BeneficiaryRefused, TerminationRegistered):
        await service.hear(told(event, brand="safiag", **personal))
    while await service.send_mails():
        pass
    rows = await service.rows("SELECT channel FROM deliveries WHERE content_sealed IS NOT NULL ORDER BY channel")

    assert [row["channel"] for row in rows] == ["letter", "letter", "letter"]
    assert readable_in(await kept(service)) == []


async def test_what_is_in_a_batch_is_sealed(service: RunningNotifications):
    await plan_both(service)
    await collect_letters(service.notifications)
    (row,) = await service.rows("SELECT content_sealed, masked_address FROM deliveries WHERE state = 'batched'")

    assert readable_in(await kept(service)) == []
    assert (row["content_sealed"] is not None, row["masked_address"]) == (True, "Le Mêle")


async def test_what_has_served_is_gone(service: RunningNotifications, relay: RecordingSmtpServer):
    await plan_both(service)
    await service.send_mails()
    await service.hand_over()
    await service.send_mails()  # the one that announces the letter
    states = await service.rows("SELECT DISTINCT state, content_sealed FROM deliveries ORDER BY state")

    assert TOKEN.encode() in relay.mails[0].raw.replace(b"=\r\n", b"")
    assert states == [{"state": "handed_over", "content_sealed": None}, {"state": "sent", "content_sealed": None}]
    assert readable_in(await kept(service)) == []


async def test_what_has_failed_or_was_given_up_is_gone(service: RunningNotifications, relay: RecordingSmtpServer):
    relay.refuse_recipients(f"550 5.1.1 <{EMAIL}> unknown")
    await plan_both(service)
    await service.hear(letter_required(code=CODE))
    await service.send_mails()
    service.clock.advance(days=20)
    await give_up_overdue(service.notifications)
    states = await service.rows("SELECT state, content_sealed FROM deliveries")

    assert states == [{"state": "failed", "content_sealed": None}] * 3
    assert readable_in(await kept(service)) == []


async def test_a_sealed_value_does_not_open_in_another_row(service: RunningNotifications):
    await plan_both(service)
    await service.hear(reset_requested(email="autre@example.org"))
    await service.rows(
        "UPDATE deliveries SET content_sealed = (SELECT content_sealed FROM deliveries WHERE channel = 'letter')"
        " WHERE channel = 'email' RETURNING id"
    )
    await service.send_mails()

    assert await service.rows("SELECT DISTINCT outcome FROM delivery_attempts") == [{"outcome": "not-written"}]


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """The log as it is configured in production, at its most talkative."""
    root, stream = logging.getLogger(), io.StringIO()
    handlers, level = root.handlers[:], root.level
    configure_logging("notifications", level="DEBUG", stream=stream)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


async def test_the_log_shows_nobody(service: RunningNotifications, relay: RecordingSmtpServer, log: io.StringIO):
    relay.refuse_recipients(f"451 4.7.1 <{EMAIL}> later", times=1)
    relay.refuse_mails(f"554 5.7.1 <{EMAIL}> spam")
    await plan_both(service)
    unprintable = ADDRESS | {"city": "Le Mêle-Kanarie-" * 9}
    member_id = uuid4()
    await service.hear(member_enrolled(member_id=member_id, **PERSON | {"address": unprintable}))
    await service.hear(letter_required(member_id=member_id, code=CODE))
    await service.send_mails()
    service.clock.advance(seconds=30)
    await service.send_mails()
    await service.hand_over()
    logged = log.getvalue()

    assert '"event": "delivery_failed"' in logged
    assert '"event": "address_does_not_fit"' in logged
    assert readable_in(logged.lower().encode()) == []


WIPED = [
    Canary("code", "R3TY-7KLM-2CDF"),
    Canary("code without hyphens", "R3TY7KLM2CDF"),
    Canary("token", "Rossignol-9hGwEr5tZuIoPaSdFgHjKlYxCvBnM"),
    Canary("e-mail address", "rossignol@example.org"),
    Canary("name", "Rossignolet"),
    Canary("street", "impasse du Rossignol"),
    Canary("street as printed", "IMPASSE DU ROSSIGNOL"),
]
PRINTED = {"code", "name", "street as printed"}


async def plan_rossignol(service: RunningNotifications) -> LetterRequired:
    """Let a member be known, who is sent a mail with the token and a letter with the code."""
    letter = letter_required(code="R3TY-7KLM-2CDF")
    address = ADDRESS | {"street": "impasse du Rossignol"}
    known = member_enrolled(member_id=letter.member_id, last_name="Rossignolet", address=address)
    token, email = WIPED[2].value, WIPED[3].value
    await service.hear(known)
    await service.hear(reset_requested(member_id=letter.member_id, brand="safiag", token=token, email=email))
    await service.hear(letter)
    return letter


async def test_what_is_acknowledged_is_nowhere_and_never_was_in_a_dump_or_in_the_log_of_changes(
    service: RunningNotifications, postgres_url: str, notifications_url: str
):
    begin, place = await position(postgres_url), service.settings.letters_directory

    async def found() -> dict[str, list[str]]:
        left = {
            "tables": await tables(notifications_url),
            "dump": await dump(notifications_url),
            "changes": await changes_since(postgres_url, begin),
            "files": files_below(place),
        }

        # What is no secret is found: the search does find.
        assert letter.member_id.bytes in left["changes"]
        assert str(letter.member_id).encode() in left["tables"]
        assert str(letter.member_id).encode() in left["dump"]
        return {where: canaries_in(content, WIPED) for where, content in left.items()}

    letter = await plan_rossignol(service)
    planned = await found()
    await collect_letters(service.notifications)
    batched = await found()
    await service.send_mails()
    await service.hand_over()
    handed_over = await found()
    batch = await batch_of(service, letter)
    told = await ask(service, "POST", f"/v1/print-batches/{batch}/posted", json={})
    await remove_served_letters(service.notifications)
    acknowledged = await found()

    nowhere: dict[str, list[str]] = {"tables": [], "dump": [], "changes": [], "files": []}
    assert planned == batched == nowhere
    assert set(handed_over.pop("files")) >= PRINTED
    assert handed_over == {"tables": [], "dump": [], "changes": []}
    assert (told.status, acknowledged) == (200, nowhere)
    assert str(await id_of(service, letter)).encode() in files_below(place)  # the evidence stays
