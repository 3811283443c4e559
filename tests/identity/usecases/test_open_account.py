"""What identity hears of members: an account follows, and forgets what it need not know."""

from typing import Any
from uuid import uuid4

import pytest
from identity_service.consumers import members
from service_kit.broker import Verdict
from service_kit.consumer import Consumer
from service_kit.events import Envelope
from service_kit.sealing import Sealer, read_keys

from tests.support.identity_fixtures import OpenedIdentity, a_member
from tests.support.identity_steps import WAYS_IN, ask, mailed_token, redeem, sign_in, with_password

READABLE = {"version", "member_id", "brand", "effective_date", "end_date"}


def changed(member: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {**member, "version": member["version"] + 1, **changes}


async def ways_in(opened: OpenedIdentity, client: Any, brand: str, identifier: str) -> list[tuple[str, str]]:
    """Ask for a new password and return (event type, member) of what is published."""
    await ask(client, brand, identifier)
    await opened.decide()
    return [(event.type, event.data["member_id"]) for event in await opened.new_events(*WAYS_IN)]


async def test_an_event_as_contracts_sends_it_is_read_opened_and_heard_once(opened):
    foundation = opened.identity.foundation
    member = a_member(title="Mme", address={"recipient": "Mme Lefèvre"}, beneficiaries=[], phone="0199001234")
    sealer = Sealer(read_keys(foundation.settings.sealing_recipients_file))
    sealed = sealer.seal({k: v for k, v in member.items() if k not in READABLE}, recipients=("identity",))
    readable = {k: v for k, v in member.items() if k in READABLE} | {"contract_kind": "individual", "guarantees": []}
    subscriptions = members.subscriptions(opened.identity)
    consumer = Consumer("identity", opened.identity.database, foundation.opener, subscriptions)
    envelope = Envelope(
        id=uuid4(),
        type="member.enrolled.v1",
        source="/contracts",
        time=opened.clock.now(),
        subject=f"member/{member['member_id']}",
        data=readable,
        sealed=sealed,
    )
    deliver = consumer.delivery(subscriptions[0])

    assert await deliver(envelope.encode(), None) is Verdict.DONE
    assert await deliver(envelope.encode(), None) is Verdict.DONE
    assert await opened.value("SELECT count(*) FROM accounts") == 1


async def test_an_older_or_equal_version_is_ignored(opened):
    member = await opened.enrol(version=7)
    before = await opened.account(member)
    for version in (6, 7):
        await opened.hear(
            {**member, "version": version, "email": None, "nir": "1580212345678"}, event="member.changed.v1"
        )

    assert dict(await opened.account(member)) == dict(before)


async def test_a_newer_version_brings_another_number_and_the_former_one_opens_nothing(opened, client):
    member = await opened.enrol(brand="safiag", nir="1580212345678", email=None)
    await opened.hear(changed(member, nir="2580212345678"), event="member.changed.v1")

    assert await ways_in(opened, client, "safiag", "1580212345678") == []
    assert await ways_in(opened, client, "safiag", "2580212345678") == [("letter.required.v1", member["member_id"])]


async def test_a_newer_version_brings_another_address(opened, client):
    member = await with_password(opened, client, email="avant@courriel.example")
    await opened.hear(changed(member, email="apres@courriel.example"), event="member.changed.v1")

    assert await ways_in(opened, client, "mgas", "avant@courriel.example") == []
    assert await ways_in(opened, client, "mgas", "apres@courriel.example") == [
        ("reset.requested.v1", member["member_id"])
    ]
    assert (await sign_in(client, "mgas", "avant@courriel.example")).status == 401
    assert (await sign_in(client, "mgas", "apres@courriel.example")).status == 201


async def test_a_change_that_overtakes_the_enrolment_wins(opened, client):
    member = a_member(email="avant@courriel.example")
    await opened.hear(changed(member, email="apres@courriel.example"), event="member.changed.v1")
    await opened.hear(member)

    assert await ways_in(opened, client, "mgas", "apres@courriel.example") == [
        ("reset.requested.v1", member["member_id"])
    ]
    assert await ways_in(opened, client, "mgas", "avant@courriel.example") == []


async def test_what_was_mailed_to_a_former_address_opens_nothing_any_more(opened, client):
    member = await opened.enrol(email="avant@courriel.example")
    token = await mailed_token(opened, client, "mgas", "avant@courriel.example")
    await opened.hear(changed(member, email="apres@courriel.example"), event="member.changed.v1")

    assert (await redeem(client, "mgas", token)).code == "reset-token-invalid"


@pytest.mark.parametrize("email", ["Marie.Durand@Courriel.Example", "marie.durand@courriel.example"])
async def test_a_change_of_something_else_leaves_the_mailed_link_alone(opened, client, email):
    member = await opened.enrol(email="marie.durand@courriel.example")
    token = await mailed_token(opened, client, "mgas", "marie.durand@courriel.example")
    await opened.hear(changed(member, email=email, last_name="Durand"), event="member.changed.v1")

    assert (await redeem(client, "mgas", token)).status == 204


async def test_a_member_without_address_gets_letters_and_mails_once_there_is_one(opened, client):
    member = await opened.enrol(brand="safiag", nir="1580212345678", email=None)

    assert await ways_in(opened, client, "safiag", "1580212345678") == [("letter.required.v1", member["member_id"])]

    member = changed(member, email="enfin@courriel.example")
    await opened.hear(member, event="member.changed.v1")

    assert await ways_in(opened, client, "safiag", "1580212345678") == [("reset.requested.v1", member["member_id"])]

    await opened.hear(changed(member, email=None), event="member.changed.v1")
    opened.clock.advance(hours=24)

    assert await ways_in(opened, client, "safiag", "1580212345678") == [("letter.required.v1", member["member_id"])]


@pytest.mark.parametrize(
    ("brand", "shared"),
    [("safiag", {"nir": "1580212345678"}), ("mgas", {"email": "le.couple@courriel.example"})],
)
async def test_of_two_members_with_one_identifier_the_latest_in_force_is_meant(opened, client, brand, shared):
    await opened.enrol(brand=brand, effective_date="2019-01-01", **shared)
    latest = await opened.enrol(brand=brand, effective_date="2023-01-01", **shared)
    await opened.enrol(brand=brand, effective_date="2024-01-01", end_date="2025-12-31", **shared)
    await opened.enrol(brand=brand, effective_date="2027-01-01", **shared)

    assert await ways_in(opened, client, brand, next(iter(shared.values()))) == [
        ("reset.requested.v1", latest["member_id"])
    ]


async def test_one_number_in_two_brands_is_two_accounts(opened, client):
    number, address = "1580212345678", "les.deux@courriel.example"
    in_safiag = await opened.enrol(brand="safiag", nir=number, email=address)
    in_mgas = await opened.enrol(brand="mgas", nir=number, email=address)

    assert await ways_in(opened, client, "safiag", number) == [("reset.requested.v1", in_safiag["member_id"])]
    assert await ways_in(opened, client, "mgas", address) == [("reset.requested.v1", in_mgas["member_id"])]
    assert await ways_in(opened, client, "safiag", address) == []
    assert await ways_in(opened, client, "mgas", number) == []
    assert await ways_in(opened, client, "demo", address) == []

    rows = [await opened.account(member) for member in (in_safiag, in_mgas)]

    assert rows[0]["nir_digest"] != rows[1]["nir_digest"]
    assert rows[0]["birth_digest"] != rows[1]["birth_digest"]


@pytest.mark.parametrize(
    "odd",
    [
        {"last_name": "N’Guyên-d’Étapes de la Roche‑Müller 🎈", "first_name": None, "birth_name": None},
        {"last_name": "X", "first_name": "Ý" * 900},
        {"birth_date": "1931-00-00"},
        {"birth_date": "1931"},
        {"nir": "285052A006084"},
        {"nir": "7850575006084", "statement_identifier": None},
        {"membership_number": "0000000A"},
        {"email": "pas-une-adresse"},
        {"end_date": "9999-12-31"},
        {"effective_date": "0001-01-01", "end_date": "0001-01-01"},
    ],
)
async def test_odd_members_are_enrolled(opened, odd):
    assert await opened.account(await opened.enrol(**odd)) is not None
