"""What identity expects of notifications: mails that reached nobody, whether the address is at fault; letters that came back."""

from uuid import UUID, uuid4

import pytest
from identity_service.domain.deeds import StaffAct
from identity_service.usecases.cancel_returned_code import ReturnedLetter
from identity_service.usecases.decide_resets import decide_due_resets
from identity_service.usecases.replace_failed_mail import FailedDelivery
from identity_service.usecases.request_reset import request_reset
from identity_service.usecases.send_letter import send_letter
from pact import match

from tests.support.agreements import examples_of
from tests.support.pacts import (
    STALE,
    Event,
    Expectation,
    an_id,
    committed,
    fields_read,
    fields_told,
    heard_by,
    pact_of,
    written,
)
from tests.support.parts import OpenedPart

FAILED = Expectation(
    "a mail to an address that does not exist",
    "the mail relay knows no such address for a reset mail",
    "delivery.failed.v1",
    {
        "member_id": an_id("6f1c2a9e-5a53-4c0d-9c6f-0f5b1d7f3a21"),
        "brand": match.str("mgas"),
        "purpose": "password_reset",
        "channel": "email",
        "cause": an_id("d4a9c8e1-0b5f-4736-92ed-5f7a1c3b8e07"),
        "hard": True,
    },
)
FULL = Expectation(
    "a mail to a mailbox that stayed full",
    "the mail relay says that the mailbox of a reset mail is full until the mail is of no more use",
    "delivery.failed.v1",
    {
        "member_id": an_id("6f1c2a9e-5a53-4c0d-9c6f-0f5b1d7f3a21"),
        "brand": match.str("mgas"),
        "purpose": "password_reset",
        "channel": "email",
        "cause": an_id("d4a9c8e1-0b5f-4736-92ed-5f7a1c3b8e07"),
        "hard": False,
        "failure_class": "mailbox",
    },
)
LATE = Expectation(
    "a letter that could not be sent in time",
    "a letter with a code has no recipient until it is of no more use",
    "delivery.failed.v1",
    {
        "member_id": an_id("a3d5f0b7-8e14-4f6b-b2d9-7c1e5a0f9b62"),
        "brand": match.str("safiag"),
        "purpose": "posted_code",
        "channel": "letter",
        "cause": an_id("e6b2d0f8-4a1c-4795-b3e8-7c5d9f0a2b29"),
        "hard": False,
    },
)
RETURNED = Expectation(
    "a letter with a code that came back",
    "the print provider tells that a letter with a code came back since its address is unknown",
    "letter.returned.v1",
    {
        "member_id": an_id("a3d5f0b7-8e14-4f6b-b2d9-7c1e5a0f9b62"),
        "brand": match.str("safiag"),
        "purpose": "posted_code",
        "cause": an_id("e6b2d0f8-4a1c-4795-b3e8-7c5d9f0a2b29"),
        "reason": "unknown-address",
    },
)
EXPECTATIONS = [FAILED, FULL, LATE, RETURNED]


async def mailed(identity: OpenedPart) -> tuple[UUID, UUID]:
    """Let somebody be enrolled and ask for a reset; return the member and the cause of the mail."""
    enrolled = examples_of("member.enrolled.v1")["ordinary.json"]
    data = enrolled["data"] | {"member_id": str(uuid4()), "email": f"{uuid4()}@courriel.example"}
    await identity.hear(enrolled | {"id": str(uuid4()), "subject": f"member/{data['member_id']}", "data": data})
    now = identity.resources.foundation.clock.now()
    await request_reset(identity.resources, brand=data["brand"], identifier=data["email"], now=now)
    await decide_due_resets(identity.resources)
    row = await identity.row(
        "SELECT member_id, cause FROM reset_tokens JOIN accounts ON id = account_id WHERE member_id = $1",
        UUID(data["member_id"]),
    )
    return row["member_id"], row["cause"]


@pytest.mark.parametrize("expectation", [FAILED, FULL], ids=["no such address", "full"])
async def test_a_reset_mail_that_came_back_turns_into_a_letter(parts: dict[str, OpenedPart], expectation: Expectation):
    identity = parts["identity"]
    member_id, cause = await mailed(identity)
    await identity.recorded()

    async def hear(event: Event):
        return await identity.hear(event | {"data": event["data"] | {"member_id": str(member_id), "cause": str(cause)}})

    await heard_by(pact_of("identity", "notifications", [expectation]), hear)
    [letter] = await identity.recorded()

    assert (letter.type, letter.data["member_id"]) == ("letter.required.v1", str(member_id))


async def test_a_letter_that_failed_is_heard_and_changes_nothing(parts: dict[str, OpenedPart]):
    identity = parts["identity"]
    await identity.recorded()
    await heard_by(pact_of("identity", "notifications", [LATE]), identity.hear)

    assert await identity.recorded() == []


async def test_the_code_of_a_letter_that_came_back_is_cancelled(parts: dict[str, OpenedPart]):
    identity = parts["identity"]
    member_id, _ = await mailed(identity)
    account = await identity.row("SELECT id FROM accounts WHERE member_id = $1", member_id)
    act = StaffAct("mgas", "adviser-7", "demande par téléphone")
    letter_id = await send_letter(identity.resources, account["id"], act, now=identity.resources.foundation.clock.now())

    async def hear(event: Event):
        told = {"member_id": str(member_id), "brand": "mgas", "cause": str(letter_id)}
        return await identity.hear(event | {"data": event["data"] | told})

    await heard_by(pact_of("identity", "notifications", [RETURNED]), hear)
    code = await identity.row("SELECT cancelled_at FROM posted_codes WHERE id = $1", letter_id)

    assert code["cancelled_at"] is not None


@pytest.mark.unit
def test_the_committed_pact_is_what_identity_expects_of_notifications_now():
    expected = written(pact_of("identity", "notifications", EXPECTATIONS))

    assert expected == committed("identity", "notifications"), STALE
    assert fields_told(expected) == {
        "delivery.failed.v1": fields_read(FailedDelivery),
        "letter.returned.v1": fields_read(ReturnedLetter),
    }
