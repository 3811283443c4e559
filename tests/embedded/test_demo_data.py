"""The invented members that a newcomer finds: the same at every start, accepted by the import, and odd."""

import json
import re
import tomllib
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from contracts_service.domain.enrolment_line import BrandRules, EnrolmentLine, parse_enrolment_line
from contracts_service.domain.social_security_number import NumberKind
from espace_embedded.demo_data import BRANDS, demo_members, demo_people
from espace_embedded.demonstration import describe_people
from espace_embedded.desk_relay import REFUSED
from service_kit.postal_address import PostalAddress, address_lines

pytestmark = pytest.mark.unit

TODAY = date(2026, 11, 21)
BRAND_FILES = Path(__file__).parents[2] / "deploy" / "brands"


def rules(brand: str) -> BrandRules:
    contracts = tomllib.loads((BRAND_FILES / f"{brand}.toml").read_text(encoding="utf-8"))["contracts"]
    return BrandRules(
        membership_number=re.compile(contracts["membership_number_pattern"]),
        statement_identifier=re.compile(contracts["statement_identifier_pattern"]),
    )


def accepted(brand: str, today: date = TODAY) -> Iterator[EnrolmentLine]:
    for member in demo_members(brand, today=today):
        line = parse_enrolment_line(json.dumps(member).encode(), rules(brand), today=today)
        assert isinstance(line, EnrolmentLine), line
        yield line


def in_force(line: EnrolmentLine, today: date = TODAY) -> bool:
    return line.contract.effective_date <= today and (line.contract.end_date or today) >= today


def without_start(member: dict[str, Any]) -> dict[str, Any]:
    return member | {"contract": member["contract"] | {"effective_date": None}}


def test_the_brands_of_the_demonstration_are_those_that_ship() -> None:
    assert sorted(BRANDS) == sorted(file.stem for file in BRAND_FILES.glob("*.toml"))


def test_a_brand_without_demonstration_is_refused() -> None:
    with pytest.raises(ValueError, match="not in tuple"):
        demo_members("other", today=TODAY)


@pytest.mark.parametrize("brand", BRANDS)
def test_the_import_accepts_all_28_members(brand: str) -> None:
    assert len(list(accepted(brand))) == 28


@pytest.mark.parametrize("brand", BRANDS)
def test_numbers_and_emails_are_unique_in_a_brand(brand: str) -> None:
    lines = list(accepted(brand))
    emails = [line.email for line in lines if line.email]

    assert len({line.membership_number for line in lines}) == 28
    assert len({line.statement_identifier for line in lines}) == 28
    assert len({line.nir for line in lines}) == 28
    assert len(set(emails)) == len(emails)
    assert {email.partition("@")[2] for email in emails} == {"example.org", REFUSED}


@pytest.mark.parametrize("brand", BRANDS)
def test_every_day_of_a_year_gives_the_same_members_but_for_the_two_who_have_just_joined(brand: str) -> None:
    first = demo_members(brand, today=date(2026, 1, 1))

    for day in (date(2026, 1, 1) + timedelta(days=days) for days in (1, 28, 200, 364)):
        members = demo_members(brand, today=day)

        assert members[:-2] == first[:-2]
        assert [without_start(one) for one in members[-2:]] == [without_start(one) for one in first[-2:]]
        assert [one["contract"]["effective_date"] for one in members[-2:]] == [
            day.isoformat(),
            (day + timedelta(days=1)).isoformat(),
        ]


def test_the_numbers_stay_as_they_are_in_every_version_of_python() -> None:
    people = {brand: demo_people(brand, today=TODAY)[0] for brand in BRANDS}

    assert {
        brand: (p.membership_number, p.social_security_number, p.statement_identifier) for brand, p in people.items()
    } == {
        "safiag": ("19363343", "284117511272733", "7953829588"),
        "mgas": ("48346538", "284117511269169", "1023349964"),
        "demo": ("14739254", "284117511267783", "7212649531"),
    }


@pytest.mark.parametrize("brand", BRANDS)
@pytest.mark.parametrize("year", [2026, 2027, 2040])
def test_in_any_year_two_contracts_are_not_yet_in_force_and_one_is_over(brand: str, year: int) -> None:
    for today in (date(year, 1, 1), date(year, 12, 31)):
        lines = list(accepted(brand, today))

        assert sum(line.contract.effective_date > today for line in lines) == 2
        assert sum(line.contract.end_date is not None and line.contract.end_date < today for line in lines) == 1
        assert all(line.contract.renewal_date and line.contract.renewal_date >= today for line in lines)


@pytest.mark.parametrize("brand", BRANDS)
def test_the_oddities_of_real_files_are_there(brand: str) -> None:
    lines = list(accepted(brand))
    places = {line.nir.number13[5:7] for line in lines}
    first_names = {line.first_name for line in lines}
    dependants = [dependant for line in lines for dependant in line.beneficiaries]

    assert {"2A", "20", "97", "99"} <= places
    assert {line.nir.kind for line in lines} == {NumberKind.NIR, NumberKind.PROVISIONAL}
    assert any(line.birth_date.exact is None for line in lines)
    assert {"X", "SP"} <= first_names
    assert max(len(line.last_name) for line in lines) > 60
    assert min(len(line.last_name) for line in lines) == 1
    assert {"FR", "RE", "MC", "BE"} == {line.address.country for line in lines}
    assert max(len(line.address.city) for line in lines) == 45
    assert 5 <= sum(line.email is None for line in lines) <= 12
    assert {2, 1} == {dependant.birth_rank for dependant in dependants}
    assert {"spouse", "civil_partner", "child"} == {dependant.relation for dependant in dependants}


@pytest.mark.parametrize("brand", BRANDS)
def test_children_have_a_number_or_none_and_some_are_sixteen(brand: str) -> None:
    children = [child for line in accepted(brand) for child in line.beneficiaries if child.relation == "child"]
    sixteen = [child for child in children if child.birth_date.latest <= date(2010, 11, 21)]

    assert sixteen
    assert all(child.nir for child in sixteen)
    assert any(child.nir is None for child in children)


@pytest.mark.parametrize(("brand", "homes_of_the_three"), [("safiag", "20000"), ("mgas", None), ("demo", None)])
def test_three_of_the_printed_people_can_sign_in_or_receive_a_letter(
    brand: str, homes_of_the_three: str | None
) -> None:
    lines = {line.membership_number: line for line in accepted(brand)}
    people = demo_people(brand, today=TODAY)[:3]
    own = [lines[person.membership_number] for person in people]

    assert [person.email is not None for person in people] == [True, False, True]
    assert all(in_force(line) for line in own)
    assert [line.nir.number15 for line in own] == [person.social_security_number for person in people]
    assert [line.statement_identifier for line in own] == [person.statement_identifier for person in people]
    assert [line.birth_date.text for line in own] == [person.birth_date for person in people]
    assert own[2].nir.number13[5:7] == "2A"
    assert homes_of_the_three in {None, own[2].address.postal_code}


@pytest.mark.parametrize("brand", BRANDS)
def test_whoever_has_no_email_can_be_written_to(brand: str) -> None:
    for member in demo_members(brand, today=TODAY):
        if member["email"] is None:
            where = PostalAddress(**member["address"])

            assert address_lines(member["title"], member["last_name"], member["first_name"], where)


def test_no_member_of_one_brand_is_in_another() -> None:
    members: list[dict[str, Any]] = [member for brand in BRANDS for member in demo_members(brand, today=TODAY)]

    assert len({member["membership_number"] for member in members}) == 84
    assert len({person.last_name for brand in BRANDS for person in demo_people(brand, today=TODAY)}) == 12


def test_a_newcomer_is_told_who_gets_a_letter_for_a_mail_and_whom_a_welcome_awaits() -> None:
    told = "\n".join(describe_people(loaded_on=TODAY))
    people = {brand: demo_people(brand, today=TODAY) for brand in BRANDS}
    gone, from_today, from_tomorrow = people["safiag"][3], *people["mgas"][3:]

    assert {brand: len(found) for brand, found in people.items()} == {"safiag": 4, "mgas": 5, "demo": 3}
    assert f"@{REFUSED}" in str(gone.email)
    assert told.count("cette boîte n’existe plus") == 1
    assert (from_today.effective_date, from_tomorrow.effective_date) == ("2026-11-21", "2026-11-22")
    assert told.count("contrat depuis le 2026-11-21 : un mail de bienvenue l’attend") == 1
    assert told.count("contrat à partir du 2026-11-22 : rien ne s’ouvre avant") == 1


def test_the_numbers_that_the_readme_names_are_those_of_the_demonstration() -> None:
    tried = (
        (BRAND_FILES.parents[1] / "README.md")
        .read_text(encoding="utf-8")
        .partition("## Try it")[2]
        .partition("\n## ")[0]
    )
    people = {brand: demo_people(brand, today=TODAY) for brand in BRANDS}
    known, without = people["mgas"][:2]
    gone, to_find = people["safiag"][3], people["safiag"][0]

    assert re.findall(r'"(\d{8,15})"', tried) == [
        known.membership_number,
        known.social_security_number[:13],
        without.membership_number,
        without.social_security_number[:13],
        gone.social_security_number,
        to_find.membership_number,
    ]
    assert known.birth_date in tried
