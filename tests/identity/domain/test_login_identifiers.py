"""What a member types as identifier, in all the ways in which it is typed."""

import string

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from identity_service.domain.login_identifiers import normalise_email, normalise_nir

NUMBERS = st.from_regex(r"[1-8][0-9]{4}(?:[0-9]{2}|2A|2B)[0-9]{6}", fullmatch=True)
BETWEEN = st.sampled_from(
    ["", " ", "\u00a0", "\u202f", "-", "\u2011", "\u2013", ".", "/", "_", "\u200b", "\ufeff", "\t"]
)
LOCAL_PARTS = st.text(string.ascii_letters + string.digits + "._+-éèçœ", min_size=1, max_size=30)
DOMAINS = st.from_regex(r"[a-z]{1,12}(-[a-z]{1,4})?\.(fr|example|test)", fullmatch=True)


@given(number=NUMBERS, key=st.from_regex("[0-9]{2}|", fullmatch=True), data=st.data())
def test_a_number_is_the_same_with_or_without_key_in_any_case_and_spacing(number, key, data):
    typed = "".join(character + data.draw(BETWEEN) for character in number + key)

    assert normalise_nir(typed) == number
    assert normalise_nir(typed.lower()) == number


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("1 85 05 78 006 084 36", "1850578006084"),
        ("185057800608436", "1850578006084"),
        ("1-85-05-78-006-084/36", "1850578006084"),
        ("2 85 05 2a 006 084", "285052A006084"),
        ("285052b00608441", "285052B006084"),
        ("１８５０５７８００６０８４", "1850578006084"),
        ("\ufeff1850578006084\u200b", "1850578006084"),
    ],
)
def test_the_number_is_found_in_what_people_paste(typed, expected):
    assert normalise_nir(typed) == expected


@pytest.mark.parametrize(
    "typed", ["18505780060843", "185057800608", "1850578006084369", "985057800608436", "185057C006084"]
)
def test_what_is_no_number_is_not_cut_to_one(typed):
    assert normalise_nir(typed) == typed


def test_digits_of_another_script_are_nobodys():
    assert normalise_nir("١٨٥٠٥٧٨٠٠٦٠٨٤") != "1850578006084"


@given(st.text(max_size=1000))
@settings(max_examples=150, deadline=None)
def test_any_text_is_brought_to_a_stable_form(text):
    assert normalise_nir(normalise_nir(text)) == normalise_nir(text)
    assert normalise_email(text) == normalise_email(text + " ")


@given(local=LOCAL_PARTS, domain=DOMAINS)
@settings(deadline=None)
def test_an_address_is_the_same_in_any_case_and_between_spaces(local, domain):
    address = f"{local}@{domain}"
    assume(_is_address(address))

    assert normalise_email(f"  {address.upper()}\u00a0") == normalise_email(address)
    assert normalise_email(normalise_email(address)) == normalise_email(address)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("Jean.Dupont@Courriel.Example", "jean.dupont@courriel.example"),
        ("zoe\u0301@courriel.example", "zoé@courriel.example"),
        ("zoe@écoles.example", "zoe@xn--coles-9ra.example"),
        ("zoe@XN--coles-9ra.example", "zoe@xn--coles-9ra.example"),
        ("zoe＠courriel．example", "zoe@courriel.example"),
        ("ZOE\u0301@MU\u0308NCHEN.EXAMPLE", "zoé@xn--mnchen-3ya.example"),
        ("zoé@xn--mnchen-3ya.example", "zoé@xn--mnchen-3ya.example"),
        ("zoe@courriel.example.", "zoe@courriel.example"),
        (" zoe@courriel.example . ", "zoe@courriel.example"),
        ("zoe\u200b@cour\u00adriel.example\ufeff", "zoe@courriel.example"),
        ("ＺＯＥ@courriel.example", "zoe@courriel.example"),
    ],
)
def test_addresses_are_compared_in_one_form(typed, expected):
    assert normalise_email(typed) == expected


def test_two_addresses_that_differ_stay_different():
    different = ["a.b@c.example", "ab@c.example", "a+b@c.example", "a@b.c.example", "é@c.example", "e@c.example"]

    assert len({normalise_email(address) for address in different}) == len(different)


@pytest.mark.parametrize(
    "typed", ["", "@", "a@", "@b.example", "x" * 1000, "a@" + "b" * 900, "😀@😀", '"a b"@c.example', "a@[127.0.0.1]"]
)
def test_what_is_no_address_is_no_error(typed):
    assert normalise_email(typed) == typed.casefold()


def _is_address(text: str) -> bool:
    try:
        validate_email(text, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return False
    return True
