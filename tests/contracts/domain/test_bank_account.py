"""IBANs of every SEPA country as their registry gives them, slips of the pen, and what is a warning only."""

import pytest
from contracts_service.domain.bank_account import BIC_ELSEWHERE, RIB_KEY_DIFFERS, parse_iban
from contracts_service.domain.given_account import GivenAccountRefused, read_account
from contracts_service.domain.sepa_countries import SEPA_COUNTRIES

pytestmark = pytest.mark.unit

# The examples of the IBAN registry (SWIFT, ISO 13616), one a country.
EXAMPLES = [
    "AD1200012030200359100100",
    "AL47212110090000000235698741",
    "AT611904300234573201",
    "BE68539007547034",
    "BG80BNBG96611020345678",
    "CH9300762011623852957",
    "CY17002001280000001200527600",
    "CZ6508000000192000145399",
    "DE89370400440532013000",
    "DK5000400440116243",
    "EE382200221020145685",
    "ES9121000418450200051332",
    "FI2112345600000785",
    "FR1420041010050500013M02606",
    "GB29NWBK60161331926819",
    "GI75NWBK000000007099453",
    "GR1601101250000000012300695",
    "HR1210010051863000160",
    "HU42117730161111101800000000",
    "IE29AIBK93115212345678",
    "IS140159260076545510730339",
    "IT60X0542811101000000123456",
    "LI21088100002324013AA",
    "LT121000011101001000",
    "LU280019400644750000",
    "LV80BANK0000435195001",
    "MC5811222000010123456789030",
    "MD24AG000225100013104168",
    "ME25505000012345678951",
    "MK07250120000058984",
    "MT84MALT011000012345MTLCAST001S",
    "NL91ABNA0417164300",
    "NO9386011117947",
    "PL61109010140000071219812874",
    "PT50000201231234567890154",
    "RO49AAAA1B31007593840000",
    "RS35260005601001611379",
    "SE4550000000058398257466",
    "SI56263300012039086",
    "SK3112000000198742637541",
    "SM86U0322509800000000270100",
    "VA59001123000012345678",
]
FRENCH = "FR1420041010050500013M02606"


@pytest.mark.parametrize("number", EXAMPLES, ids=lambda number: number[:2])
def test_the_example_of_every_sepa_country_is_an_account(number: str):
    typed = " ".join(number[first : first + 4] for first in range(0, len(number), 4)).lower()

    assert parse_iban(typed).number == number


def test_there_is_an_example_for_each_country_of_the_schemes():
    assert {number[:2] for number in EXAMPLES} == SEPA_COUNTRIES


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "invalid-iban"),
        ("1234", "invalid-iban"),
        ("FR14 2004 1010 0505 0001 3M02 60", "invalid-iban-key"),  # a digit short
        ("FR14 2004 1010 0505 0001 3M02 607", "invalid-iban-key"),
        ("DE89 3704 0044 0532 0130 01", "invalid-iban-key"),
        ("FR1420041010050500013M02606FR1420041010050500013M02606", "invalid-iban"),
        ("ＦＲ1420041010050500013M02606", "invalid-iban"),
        ("TR330006100519786457841326", "not-a-sepa-country"),
        ("US64SVBKUS6S3300958879", "not-a-sepa-country"),
    ],
)
def test_what_is_no_account_in_a_sepa_country_is_refused_with_its_cause(typed: str, code: str):
    with pytest.raises(GivenAccountRefused) as refused:
        read_account(typed, "Zoé Martin", None)

    assert [(problem.field, problem.code) for problem in refused.value.problems] == [("iban", code)]


def test_all_that_is_wrong_is_said_at_once():
    with pytest.raises(GivenAccountRefused) as refused:
        read_account("FR14", "1234", "SOGEFRPPXXXX")

    assert [problem.code for problem in refused.value.problems] == ["invalid-iban", "no-letter", "invalid-bic"]


def test_a_french_key_that_does_not_fit_is_a_warning_and_no_refusal():
    # Of the same length, with the check digits of an IBAN, and a wrong RIB key.
    given = read_account("FR84 2004 1010 0505 0001 3M02 607", "Zoé Martin", None)

    assert given.warnings == (RIB_KEY_DIFFERS,)
    assert read_account(FRENCH, "Zoé Martin", None).warnings == ()


def test_a_bank_of_another_country_is_a_warning():
    given = read_account("de89 3704 0044 0532 0130 00", "Zoé Martin", "sogefrpp")

    assert given.warnings == (BIC_ELSEWHERE,)
    assert given.bic == "SOGEFRPP"


def test_an_account_shows_its_end_only():
    account = parse_iban(FRENCH)

    assert account.ending == "2606"
    assert FRENCH not in f"{account!r} {account}"
