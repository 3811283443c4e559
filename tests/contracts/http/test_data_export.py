"""Somebody takes the own data away: all of it, nobody else's, in forms that people and programs read."""

import csv
import io
import json
import zipfile
from typing import Any

import aiohttp
import pypdfium2
from contracts_service.rendering.data_archive import _cell

from tests.support.chosen_email_steps import enrolled
from tests.support.contracts_fixtures import OpenContracts, enrolment_line, ndjson

SON = enrolment_line()["beneficiaries"][0]
BABY = SON | {"first_name": "Œdipe", "birth_date": "2020-02-29", "nir": None}
LINE = enrolment_line(beneficiaries=[SON, BABY])


def reimbursement(line_id: str, birth_date: str, **changes: Any) -> dict[str, Any]:
    return {
        "membership_number": LINE["membership_number"],
        "source": "batch-2026",
        "line_id": line_id,
        "revision": 1,
        "statement": "D202609",
        "care_date": "2026-09-01",
        "beneficiary": {"birth_date": birth_date, "birth_rank": 1},
        "act": "Consultation généraliste",
        "provider": "=CMD()",
        "amount_spent": "30.00",
        "base": "30.00",
        "rate": "70",
        "mandatory_share": "19.00",
        "complementary_share": "9.00",
        "remaining_cost": "2.00",
        "paid_on": "2026-09-05",
        "payee": "member",
        **changes,
    }


async def export(contracts: OpenContracts, headers: dict[str, str]) -> tuple[int, zipfile.ZipFile | None]:
    async with contracts.client.get(f"{contracts.url}/v1/me/data-export", headers=headers) as response:
        content = await response.read()
        return response.status, zipfile.ZipFile(io.BytesIO(content)) if response.status == 200 else None


async def family(contracts: OpenContracts) -> tuple[dict[str, str], dict[str, str]]:
    """Enrol a mother, a son of 18 and a baby with a line each; return the headers of mother and son."""
    member_id = await enrolled(contracts, LINE)
    lines = [
        reimbursement("mother", LINE["birth_date"]),
        reimbursement("son", SON["birth_date"], act="Secret du fils"),
        reimbursement("baby", BABY["birth_date"], amount_spent="-30.00", mandatory_share="-19.00", complementary_share="-9.00",
                      remaining_cost="-2.00"),
    ]  # fmt: skip
    _, answer = await contracts.send(ndjson(lines), kind="reimbursements")
    assert answer["accepted"] == 3
    (son,) = await contracts.fetch("SELECT id FROM beneficiaries WHERE birth_date = $1", SON["birth_date"])
    return contracts.member(member_id), contracts.member(son["id"])


async def test_the_archive_holds_the_own_data_in_three_forms_and_nothing_of_whoever_is_autonomous(
    contracts: OpenContracts,
) -> None:
    mother, son = await family(contracts)
    (_, hers), (_, his) = await export(contracts, mother), await export(contracts, son)
    assert hers is not None
    assert his is not None
    everything = json.loads(hers.read("donnees.json"))
    rows = list(csv.DictReader(io.StringIO(hers.read("remboursements.csv").decode("utf-8-sig")), delimiter=";"))
    pdf = pypdfium2.PdfDocument(hers.read("resume.pdf"))
    text = "".join(page.get_textpage().get_text_range() for page in pdf)
    all_of_hers, all_of_his = (
        " ".join(one.read(name).decode("utf-8", "replace") for name in one.namelist() if name != "resume.pdf")
        for one in (hers, his)
    )

    assert everything["personne"]["nir"] == LINE["nir"]
    assert [one["first_name"] for one in everything["beneficiaires"]] == ["Œdipe"]
    assert sorted((row["line_id"], row["amount_spent"], row["provider"]) for row in rows) == [
        ("baby", "-30.00", "'=CMD()"),
        ("mother", "30.00", "'=CMD()"),
    ]
    assert LINE["last_name"] in text
    assert "rue des Écoles Canari, 20217, Canari, FR" in " ".join(text.split())
    assert "−30,00" in text
    assert "Secret du fils" not in all_of_hers + text
    assert SON["first_name"] not in all_of_hers + text
    assert "Secret du fils" in all_of_his
    assert LINE["email"] not in all_of_his
    assert LINE["address"]["street"] not in all_of_his


async def test_an_old_session_does_not_take_everything_away_and_an_ex_member_with_a_new_one_does(
    contracts: OpenContracts,
) -> None:
    member_id = await enrolled(contracts, LINE)
    old = await export(contracts, contracts.member(member_id, signed_in_minutes_ago=11))
    former = await export(contracts, contracts.member(member_id, scope="member.read"))
    async with aiohttp.ClientSession() as nobody, nobody.get(f"{contracts.url}/v1/me/data-export") as response:
        unknown = response.status

    assert (old[0], former[0], unknown) == (403, 200, 401)


def test_what_a_spreadsheet_would_take_for_a_formula_is_text_and_an_amount_stays_a_number() -> None:
    assert [_cell(one) for one in ("=1+1", "@x", "-7.00", "+33612345678", "-rien", None, 12, True)] == [
        "'=1+1",
        "'@x",
        "-7.00",
        "'+33612345678",
        "'-rien",
        "",
        "12",
        "true",
    ]
