"""Where personal data may be read: by the services that an event is for, and nowhere in clear that need not be."""

import logging
from typing import Any

import pytest
from service_kit.sealing import CannotOpen

from tests.support.chosen_email_steps import email_changed, enrolled, hear
from tests.support.contracts_fixtures import OpenContracts, enrolment_line, ndjson

LINE = enrolment_line()
NUMBERS = (LINE["nir"], LINE["beneficiaries"][0]["nir"])
CANARIES = (
    *NUMBERS,
    LINE["statement_identifier"],
    LINE["membership_number"],
    LINE["birth_date"],
    LINE["beneficiaries"][0]["birth_date"],
    "Canari",
    "canari",
    "612345678",
)


async def everything(contracts: OpenContracts, *but: str) -> str:
    """Return every row of the database as text; bytes are shown as they are, so that clear text in them is found."""
    tables = await contracts.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    found: list[Any] = []
    for name in sorted({row["tablename"] for row in tables} - set(but)):
        for row in await contracts.fetch(f'SELECT * FROM "{name}"'):
            found += [value.decode("latin-1") if isinstance(value, bytes) else str(value) for value in row.values()]
    return "\n".join(found)


@pytest.mark.parametrize("recipient", ["identity", "notifications", "documents"])
async def test_every_recipient_opens_the_sealed_part(contracts: OpenContracts, recipient: str) -> None:
    await contracts.send(ndjson([LINE]))
    (envelope,) = await contracts.envelopes()
    expected = {
        name: LINE[name]
        for name in (
            "membership_number",
            "nir",
            "title",
            "last_name",
            "birth_name",
            "first_name",
            "birth_date",
            "email",
            "statement_identifier",
            "address",
        )
    }
    beneficiary = {name: value for name, value in LINE["beneficiaries"][0].items() if name != "nir"}

    assert contracts.opener(recipient).open(str(envelope.sealed)) == {**expected, "beneficiaries": [beneficiary]}


async def test_nobody_else_opens_it_and_the_open_part_names_no_person(contracts: OpenContracts) -> None:
    await contracts.send(ndjson([LINE]))
    await contracts.send(ndjson([enrolment_line(title="Dr")]))
    bodies = [envelope.encode().decode() for envelope in await contracts.envelopes()]

    assert len(bodies) == 2
    assert [(canary, body) for body in bodies for canary in CANARIES if canary in body] == []
    for envelope in await contracts.envelopes():
        with pytest.raises(CannotOpen):
            contracts.opener("contracts").open(str(envelope.sealed))


async def test_social_security_numbers_and_statement_identifiers_are_nowhere_in_clear(contracts: OpenContracts) -> None:
    await contracts.send(ndjson([LINE, enrolment_line(2, nir="wrong" + LINE["nir"])]), headers={"Idempotency-Key": "1"})
    dump = await everything(contracts)

    assert "Canariensis" in dump
    assert [number for number in (*NUMBERS, LINE["statement_identifier"]) if number in dump] == []


async def test_staged_lines_are_unreadable_while_they_wait(hurried: OpenContracts) -> None:
    status, _ = await hurried.send(ndjson([LINE]))
    staged = await hurried.fetch("SELECT FROM import_lines")
    dump = await everything(hurried)

    assert (status, len(staged)) == (202, 1)
    assert [canary for canary in CANARIES if canary in dump] == []


async def test_refusals_and_logs_repeat_no_value(contracts: OpenContracts, capsys: Any, caplog: Any) -> None:
    caplog.set_level(logging.DEBUG)
    wrong = enrolment_line(
        nir=LINE["nir"] + "00", email="maelys.canari", birth_date="1969-05-99", phone="6123456789012345"
    )
    _, answer = await contracts.send(ndjson([LINE, wrong]))
    told = str(answer) + capsys.readouterr().out + caplog.text
    reports = await everything(contracts, "members", "beneficiaries")

    assert len(answer["errors"][0]["fields"]) == 4
    assert [canary for canary in CANARIES if canary in told] == []
    assert [canary for canary in CANARIES if canary in reports] == []


async def test_a_chosen_address_is_read_in_the_members_row_alone_and_the_former_one_nowhere(
    contracts: OpenContracts, capsys: Any, caplog: Any
) -> None:
    caplog.set_level(logging.DEBUG)
    member_id = await enrolled(contracts, LINE)
    await hear(contracts, email_changed(member_id, "elue.canari@example.org", version=2))
    await hear(contracts, email_changed(member_id, "perimee.canari@example.org", version=1))  # older
    await hear(contracts, email_changed(member_id, "pas une adresse, canari", version=3))  # a dead letter
    logged = capsys.readouterr().out + caplog.text
    members, others = await everything(contracts), await everything(contracts, "members", "beneficiaries")

    assert (members.count("elue.canari"), "elue.canari" in others) == (1, False)
    assert LINE["email"] not in members
    assert "event_refused" in logged
    assert [canary for canary in CANARIES if canary in logged] == []
    assert [canary for canary in CANARIES if canary in others] == []
