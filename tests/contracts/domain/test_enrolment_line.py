"""Lines of `kind=members` that are accepted, and what is kept of them."""

import copy
import json
import unicodedata
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from contracts_service.domain.enrolment_line import EnrolmentLine, LineProblems

pytestmark = pytest.mark.unit

Line = dict[str, Any]
Read = Callable[[Any], EnrolmentLine | LineProblems]


def accepted(result: EnrolmentLine | LineProblems) -> EnrolmentLine:
    assert isinstance(result, EnrolmentLine), result
    return result


def test_a_line_of_bytes_and_its_decoded_object_read_alike(read: Read, line: Line) -> None:
    from_bytes = accepted(read(json.dumps(line).encode()))

    assert from_bytes == accepted(read(line))


def test_the_line_is_kept_with_its_values_typed(read: Read, line: Line) -> None:
    kept = accepted(read(line))

    assert kept.membership_number == "00412307"
    assert kept.nir.number13 == "269052A004018"
    assert date(1969, 5, 17) == kept.birth_date.exact
    assert kept.statement_identifier == "0470160050"
    assert date(2019, 6, 8) == kept.contract.effective_date
    assert kept.contract.end_date is None
    assert [guarantee.code for guarantee in kept.contract.guarantees] == ["HOSP", "OPTI"]
    assert [b.nir and b.nir.number13 for b in kept.beneficiaries] == [None, "208012B033051"]


@pytest.mark.parametrize("name", ["title", "birth_name", "email", "phone", "statement_identifier"])
def test_what_is_not_known_of_a_member_is_null_or_left_out(read: Read, line: Line, name: str) -> None:
    with_null = accepted(read({**line, name: None}))
    del line[name]

    assert getattr(with_null, name) is None
    assert with_null == accepted(read(line))


@pytest.mark.parametrize("first_name", [None, "X", "SP", "Ô"])
def test_a_person_may_have_no_first_name(read: Read, line: Line, first_name: str | None) -> None:
    line["first_name"] = first_name

    assert first_name == accepted(read(line)).first_name


@pytest.mark.parametrize("length", [61, 100])
def test_a_noble_name_of_up_to_100_characters_is_kept_whole(read: Read, line: Line, length: int) -> None:
    line["last_name"] = "de La Rochefoucauld-".ljust(length, "é")

    assert line["last_name"] == accepted(read(line)).last_name


def test_decomposed_accents_are_composed_and_change_nothing_else(read: Read, line: Line) -> None:
    decomposed = json.loads(unicodedata.normalize("NFD", json.dumps(line, ensure_ascii=False)))

    assert decomposed != line
    assert accepted(read(line)) == accepted(read(decomposed))


def test_phone_and_email_are_normalised(read: Read, line: Line) -> None:
    line |= {"phone": "06 12 34 56 78", "email": "Maelys@EXAMPLE.ORG"}

    kept = accepted(read(line))
    assert kept.phone == "+33612345678"
    assert kept.email == "Maelys@example.org"


@pytest.mark.parametrize("text", ["1960-00-00", "1960-31-00", "1960-42-15"])
def test_a_lunar_birth_date_is_kept_as_it_was_written(read: Read, line: Line, text: str) -> None:
    line["birth_date"] = line["beneficiaries"][0]["birth_date"] = text

    kept = accepted(read(line))
    assert text == kept.birth_date.text == kept.beneficiaries[0].birth_date.text


@pytest.mark.parametrize("number", ["5100000000001", "7100000000000", "780017512345651"])
def test_a_provisional_number_is_accepted(read: Read, line: Line, number: str) -> None:
    line["nir"] = number

    assert number[:13] == accepted(read(line)).nir.number13


@pytest.mark.parametrize(
    "address",
    [
        {"street": None, "locality": None, "postal_code": "52110", "city": "Y"},
        {"postal_code": "51290", "city": "Saint-Remy-en-Bouzemont-Saint-Genest-et-Isson"},
        {"locality": "BP 12", "postal_code": "75999", "city": "PARIS CEDEX 99"},
        {"postal_code": "97414", "city": "Entre-Deux", "country": "RE"},
        {"postal_code": "98000", "city": "Monaco", "country": "MC"},
        {"postal_code": "00123", "city": "ARMEES"},
        {"postal_code": "B-1000", "city": "Bruxelles", "country": "BE"},
        {"postal_code": None, "city": "Pristina", "country": "XK"},
    ],
)
def test_an_address_may_be_as_odd_as_real_ones(read: Read, line: Line, address: Line) -> None:
    line["address"] |= address

    assert address["city"] == accepted(read(line)).address.city


def test_a_contract_may_end_on_the_day_it_starts(read: Read, line: Line) -> None:
    line["contract"]["end_date"] = line["contract"]["effective_date"]

    assert date(2019, 6, 8) == accepted(read(line)).contract.end_date


def test_a_contract_may_start_later_than_today(read: Read, line: Line) -> None:
    line["contract"]["effective_date"] = "2027-01-01"

    assert date(2027, 1, 1) == accepted(read(line)).contract.effective_date


def test_thirty_beneficiaries_are_accepted(read: Read, line: Line) -> None:
    child = line["beneficiaries"][0]
    line["beneficiaries"] = [{**child, "first_name": f"Enfant {n}"} for n in range(30)]

    assert len(accepted(read(json.dumps(line).encode())).beneficiaries) == 30


def test_twins_differ_by_their_rank_and_half_siblings_by_their_name(read: Read, line: Line) -> None:
    child = line["beneficiaries"][0]
    line["beneficiaries"] = [child, {**child, "birth_rank": 2}, {**child, "first_name": "Anaïs"}]

    assert len(accepted(read(line)).beneficiaries) == 3


def test_nothing_of_a_person_is_printed(read: Read, line: Line) -> None:
    kept = accepted(read(line))

    for part in (kept, kept.address, kept.contract, kept.beneficiaries[0]):
        assert f"{type(part).__name__}()" == repr(part) == str(part)


def test_a_line_cannot_be_changed(read: Read, line: Line) -> None:
    kept = accepted(read(line))

    with pytest.raises(ValueError, match="frozen"):
        kept.last_name = "Autre"


def test_the_fingerprint_does_not_depend_on_order_or_on_the_spelling_of_numbers(read: Read, line: Line) -> None:
    other = {name: copy.deepcopy(line[name]) for name in reversed(line)}
    other["nir"] = accepted(read(line)).nir.number15
    other["phone"] = "06.12.34.56.78"
    other["beneficiaries"].reverse()
    other["contract"]["guarantees"].reverse()

    assert accepted(read(line)).fingerprint_source() == accepted(read(other)).fingerprint_source()


@pytest.mark.parametrize(
    ("part", "change"),
    [
        (None, {"last_name": "D'ARC"}),
        (None, {"nir": "2690520004018"}),
        (None, {"birth_date": "1969-05-00"}),
        (None, {"email": None}),
        (None, {"first_name": None}),
        (None, {"beneficiaries": []}),
        ("address", {"city": "Bastia"}),
        ("contract", {"end_date": "2026-12-31"}),
        ("contract", {"responsible": False}),
        ("contract", {"guarantees": []}),
    ],
)
def test_any_change_changes_the_fingerprint(read: Read, line: Line, part: str | None, change: Line) -> None:
    before = accepted(read(line)).fingerprint_source()
    (line[part] if part else line).update(change)

    assert before != accepted(read(line)).fingerprint_source()


def test_the_fingerprint_of_a_line_stays_the_same_for_ever(read: Read, line: Line) -> None:
    line |= {"beneficiaries": [], "address": {"city": "Y", "postal_code": "80190", "country": "FR"}}
    line["contract"]["guarantees"] = []

    assert accepted(read(line)).fingerprint_source() == (
        b'{"address":{"building":null,"city":"Y","complement":null,"country":"FR","locality":null,'
        b'"postal_code":"80190","recipient":null,"street":null},"beneficiaries":[],"birth_date":"1969-05-17",'
        b'"birth_name":"\xc5\x92uvrard","contract":{"effective_date":"2019-06-08","end_date":null,"guarantees":[],'
        b'"kind":"individual","product":"S\xc3\xa9r\xc3\xa9nit\xc3\xa9","renewal_date":"2026-12-31",'
        b'"responsible":true},"email":"maelys@example.org","first_name":"Ma\xc3\xablys","last_name":"d\'Arc",'
        b'"membership_number":"00412307","nir":"269052A004018","phone":"+33612345678",'
        b'"statement_identifier":"0470160050","title":"Mme"}'
    )
