"""Phone numbers and e-mail addresses of an enrolment line."""

import re
from collections.abc import Callable

import pytest
from contracts_service.domain import email_address, phone_number
from contracts_service.domain.email_address import EmailAddressError, normalise_email_address
from contracts_service.domain.phone_number import PhoneNumberError, normalise_phone_number
from hypothesis import given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("written", "normalised"),
    [
        ("+33612345678", "+33612345678"),
        ("06 12 34 56 78", "+33612345678"),
        ("06.12.34.56.78", "+33612345678"),
        ("06\u202f12\u202f34\u202f56\u202f78", "+33612345678"),
        ("+33 (0)6 12 34 56 78", "+33612345678"),
        ("0033612345678", "+33612345678"),
        (" 01-99-00-12-34 ", "+33199001234"),
        ("０６１２３４５６７８", "+33612345678"),
        ("+33699908371", "+33699908371"),
        ("0692 12 34 56", "+262692123456"),
        ("0590 27 12 34", "+590590271234"),
        ("0596 71 12 34", "+596596711234"),
        ("+32 470 12 34 56", "+32470123456"),
        ("+377 93 10 12 34", "+37793101234"),
    ],
)
def test_a_phone_number_is_kept_in_its_international_form(written: str, normalised: str) -> None:
    assert normalised == normalise_phone_number(written)


@pytest.mark.parametrize(
    "written",
    ["", "3646", "06 12 34 56 7", "06 12 34 56 78 90", "0800 FLEURS", "06 12 34 56 78 ext. 3", "+", "+999123456789",
     "tel:+33612345678", "0" * 41, "+33612345678,+33612345679"],
)  # fmt: skip
def test_what_cannot_be_dialled_is_refused(written: str) -> None:
    with pytest.raises(PhoneNumberError) as caught:
        normalise_phone_number(written)

    assert caught.value.code == "invalid-phone"


@pytest.mark.parametrize(
    ("written", "normalised"),
    [
        ("maelys@example.org", "maelys@example.org"),
        ("Maelys.DArc@EXAMPLE.org", "Maelys.DArc@example.org"),
        ("o'neil+mgas@example.org", "o'neil+mgas@example.org"),
        ("zoë@exämple.fr", "zoë@exämple.fr"),
        ("zoe@xn--exmple-cua.fr", "zoe@exämple.fr"),
        ("zoe\u0308@example.org", "zoë@example.org"),
        ("a@bac-a-sable.test", "a@bac-a-sable.test"),
    ],
)
def test_an_email_address_keeps_its_local_part_and_its_international_domain(written: str, normalised: str) -> None:
    assert normalised == normalise_email_address(written)


@pytest.mark.parametrize(
    "written",
    ["", "maelys", "maelys@", "@example.org", "a@b@example.org", "maelys@example", "maelys @example.org",
     "maelys@example..org", ".maelys@example.org", "Maëlys <maelys@example.org>", "a@[127.0.0.1]", "a@localhost",
     "a@example.org\u202e", "a" * 65 + "@example.org"],
)  # fmt: skip
def test_what_is_no_email_address_is_refused(written: str) -> None:
    with pytest.raises(EmailAddressError) as caught:
        normalise_email_address(written)

    assert caught.value.code == "invalid-email"


@settings(max_examples=150)
@given(st.from_regex(r"(0|\+33|0033|\+)[0-9]{8,10}", fullmatch=True))
def test_the_short_way_reads_a_number_as_the_library_does(written: str) -> None:
    plan = phone_number._PLAIN_FRENCH
    short = _outcome(normalise_phone_number, written)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(phone_number, "_PLAIN_FRENCH", re.compile("never"))
        long = _outcome(normalise_phone_number, written)

    assert (short, phone_number._PLAIN_FRENCH) == (long, plan)


@settings(max_examples=150)
@given(st.from_regex(r"[a-zA-Z0-9._+-]{1,66}@[a-zA-Z0-9.-]{1,12}\.(org|fr|TEST|xn--p1ai)", fullmatch=True))
def test_the_short_way_reads_an_address_as_the_library_does(written: str) -> None:
    assert _outcome(normalise_email_address, written) == _outcome(email_address._normalised, written)


def _outcome(read: Callable[[str], str], written: str) -> str | None:
    try:
        return read(written)
    except (PhoneNumberError, EmailAddressError):
        return None
