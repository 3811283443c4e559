"""What an import does with good lines, known lines, changed lines and refused lines."""

from copy import deepcopy
from datetime import date
from typing import Any

import pytest
from espace_embedded.demo_data import BRANDS
from espace_embedded.demonstration import FILES

from tests.support.contracts_fixtures import OpenContracts, enrolment_line, many_lines, ndjson


def counts(answer: dict[str, Any]) -> tuple[str, int, int, int]:
    return answer["state"], answer["accepted"], answer["unchanged"], answer["refused"]


async def test_good_lines_become_members_with_contracts_and_beneficiaries(contracts: OpenContracts) -> None:
    status, answer = await contracts.send(ndjson(many_lines(250)))
    rows = await contracts.fetch(
        "SELECT (SELECT count(*) FROM members) AS members, (SELECT count(*) FROM contracts) AS contracts,"
        " (SELECT count(*) FROM beneficiaries) AS beneficiaries, (SELECT count(*) FROM import_lines) AS staged"
    )

    assert (status, counts(answer), answer["errors"]) == (200, ("done", 250, 0, 0), [])
    assert dict(rows[0]) == {"members": 250, "contracts": 250, "beneficiaries": 250, "staged": 0}


async def test_a_member_is_kept_as_the_line_says(contracts: OpenContracts) -> None:
    line = enrolment_line()
    await contracts.send(ndjson([line]))
    member, contract, beneficiary = [
        dict((await contracts.fetch(f"SELECT * FROM {table}"))[0])
        for table in ("members", "contracts", "beneficiaries")
    ]
    seals = contracts.service.seals

    assert {name: member[name] for name in ("membership_number", "title", "last_name", "birth_name", "first_name")} == {
        name: line[name] for name in ("membership_number", "title", "last_name", "birth_name", "first_name")
    }
    assert (member["brand"], member["version"], member["birth_date"]) == ("mgas", 1, "1969-05-17")
    assert (member["email"], member["phone"]) == (line["email"], "+33612345678")
    assert member["address"] == line["address"]
    assert seals.member_nir.open(member["nir_sealed"], context=str(member["id"])).decode() == line["nir"]
    assert (
        seals.statement_identifier.open(member["statement_identifier_sealed"], context=str(member["id"]))
        == b"0000412307"
    )
    assert (contract["member_id"], contract["product"], contract["guarantees"]) == (
        member["id"],
        "Sérénité",
        line["contract"]["guarantees"],
    )
    assert (beneficiary["contract_id"], beneficiary["first_name"], beneficiary["birth_rank"]) == (
        contract["id"],
        "Loïc-Canari",
        1,
    )
    assert seals.beneficiary_nir.open(beneficiary["nir_sealed"], context=str(beneficiary["id"])) == b"108012B033051"


async def test_two_people_of_one_number_have_the_same_digest_and_different_sealed_values(
    contracts: OpenContracts,
) -> None:
    nir = "2690599412001"
    _, answer = await contracts.send(ndjson([enrolment_line(1, nir=nir), enrolment_line(2, nir=nir)]))
    rows = await contracts.fetch("SELECT nir_digest, nir_sealed FROM members")

    assert counts(answer) == ("done", 2, 0, 0)
    assert (len({row["nir_digest"] for row in rows}), len({row["nir_sealed"] for row in rows})) == (1, 2)


async def test_new_members_are_published_once_with_their_whole_state(contracts: OpenContracts) -> None:
    line = enrolment_line()
    await contracts.send(ndjson([line]))
    member_id = (await contracts.fetch("SELECT id FROM members"))[0]["id"]
    (envelope,) = await contracts.envelopes()

    assert (envelope.type, envelope.subject) == ("member.enrolled.v1", f"member/{member_id}")
    assert envelope.data == {
        "version": 1,
        "member_id": str(member_id),
        "brand": "mgas",
        "effective_date": "2019-06-08",
        "renewal_date": "2026-12-31",
        "end_date": None,
        "contract_kind": "individual",
        "product": "Sérénité",
        "responsible": True,
        "guarantees": line["contract"]["guarantees"],
        "delivery_preference": "electronic",
    }


async def test_the_same_file_again_changes_nothing_and_publishes_nothing(contracts: OpenContracts) -> None:
    body = ndjson(many_lines(120))
    await contracts.send(body)
    everything = "SELECT members.*, members.xmin::text AS written FROM members ORDER BY id"
    before, published = await contracts.fetch(everything), len(await contracts.envelopes())
    status, answer = await contracts.send(body)

    assert (status, counts(answer)) == (200, ("done", 0, 120, 0))
    assert await contracts.fetch(everything) == before
    assert (published, len(await contracts.envelopes())) == (120, 120)


async def test_another_order_and_another_spelling_of_numbers_say_the_same(contracts: OpenContracts) -> None:
    line = enrolment_line()
    await contracts.send(ndjson([line]))
    other = dict(reversed(deepcopy(line).items()))
    other["nir"] = f"{line['nir'][0]} {line['nir'][1:7]} {line['nir'][7:]}"
    other["phone"] = "+33 6 12 34 56 78"
    other["contract"]["guarantees"].reverse()

    assert counts((await contracts.send(ndjson([other])))[1]) == ("done", 0, 1, 0)


async def test_a_changed_line_publishes_the_next_version(contracts: OpenContracts) -> None:
    await contracts.send(ndjson([enrolment_line()]))
    _, answer = await contracts.send(ndjson([enrolment_line(email="nouvelle@example.org")]))
    row = (await contracts.fetch("SELECT id, version, email FROM members"))[0]
    events = await contracts.envelopes()

    assert counts(answer) == ("done", 1, 0, 0)
    assert (row["version"], row["email"]) == (2, "nouvelle@example.org")
    assert [(one.type, one.data["version"]) for one in events] == [("member.enrolled.v1", 1), ("member.changed.v1", 2)]
    assert contracts.opener("identity").open(str(events[1].sealed))["email"] == "nouvelle@example.org"


async def test_a_refused_line_is_told_by_number_and_fields_and_keeps_no_other_out(contracts: OpenContracts) -> None:
    wrong = enrolment_line(2, nir="1851375123456", title=None)
    wrong["address"]["postal_code"] = "2021"
    wrong["colour"] = "blue"
    body = ndjson([enrolment_line(1)]) + b"\n" + ndjson([wrong, enrolment_line(3)])
    status, answer = await contracts.send(body)
    fields = [(one["field"], one["code"]) for one in answer["errors"][0]["fields"]]

    assert (status, counts(answer)) == (200, ("done", 2, 0, 1))
    assert [one["line"] for one in answer["errors"]] == [3]
    assert sorted(fields) == [
        ("address.postal_code", "invalid-postal-code"),
        ("colour", "unknown-field"),
        ("nir", "invalid-nir-month"),
    ]
    assert all(one["detail"].endswith(".") for one in answer["errors"][0]["fields"])


async def test_of_two_lines_about_one_member_the_later_one_stays(contracts: OpenContracts) -> None:
    lines = [
        enrolment_line(1, title="Mme"),
        enrolment_line(2),
        enrolment_line(1, title="M."),
        enrolment_line(1, title="Dr"),
    ]
    _, answer = await contracts.send(ndjson(lines))
    row = (await contracts.fetch("SELECT title, version FROM members WHERE membership_number = '00000001'"))[0]
    versions = [one.data["version"] for one in await contracts.envelopes()]

    assert counts(answer) == ("done", 4, 0, 0)
    assert (row["title"], row["version"]) == ("Dr", 3)
    assert versions == [1, 1, 2, 3]


async def test_a_number_is_a_member_of_its_own_in_each_brand(contracts: OpenContracts) -> None:
    first = await contracts.send(ndjson([enrolment_line(7)]))
    second = await contracts.send(ndjson([enrolment_line(7, nir="1851075123456")]), "demo")

    assert (counts(first[1]), counts(second[1])) == (("done", 1, 0, 0), ("done", 1, 0, 0))
    assert len({row["id"] for row in await contracts.fetch("SELECT id FROM members")}) == 2


async def test_a_beneficiary_keeps_the_identifier_through_changes_and_absence(contracts: OpenContracts) -> None:
    line = enrolment_line()
    without = enrolment_line(beneficiaries=[])
    back = enrolment_line()
    back["beneficiaries"][0] |= {"first_name": "LOIC-CANARI", "last_name": "Autre", "nir": None}
    seen = []
    for one in (line, without, back):
        await contracts.send(ndjson([one]))
        seen.append(await contracts.fetch("SELECT id, last_name, nir_sealed, removed_at FROM beneficiaries"))

    assert [[row["id"] for row in rows] for rows in seen] == [[seen[0][0]["id"]]] * 3
    assert [rows[0]["removed_at"] is None for rows in seen] == [True, False, True]
    assert (seen[2][0]["last_name"], seen[2][0]["nir_sealed"]) == ("Autre", None)


async def test_the_report_can_be_read_again_by_its_brand_only(contracts: OpenContracts) -> None:
    _, answer = await contracts.send(ndjson([enrolment_line(1), enrolment_line(2, title=7)]))
    status, other = await contracts.report(answer["id"], "demo")

    assert await contracts.report(answer["id"]) == (200, answer)
    assert (status, other["code"]) == (404, "not-found")
    assert (await contracts.report("not-an-id"))[0] == 404


async def test_no_more_than_a_thousand_refusals_are_named(contracts: OpenContracts) -> None:
    _, answer = await contracts.send(b"{}\n" * 1050 + ndjson([enrolment_line()]))

    assert counts(answer) == ("done", 1, 0, 1050)
    assert (len(answer["errors"]), answer["errors"][-1]["line"], answer["errors_truncated"]) == (1000, 1000, True)


@pytest.mark.parametrize("brand", BRANDS)
async def test_the_odd_members_of_the_demonstration_and_their_money_are_all_taken(
    contracts: OpenContracts, brand: str
) -> None:
    today = date(2026, 11, 21)
    for kind, lines in FILES.items():
        status, answer = await contracts.send(ndjson(lines(brand, today=today)), brand, kind=kind)

        assert (status, *counts(answer)) == (200, "done", len(lines(brand, today=today)), 0, 0)
    told = {one.type for one in await contracts.envelopes()}

    assert told == {"member.enrolled.v1"}  # nobody is mailed about money at the start
