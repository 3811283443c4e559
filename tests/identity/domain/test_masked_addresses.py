"""A masked address: its owner recognises it, and it tells no length."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from identity_service.domain.masked_addresses import masked


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("zoe@exemple.org", "z•••@e•••.org"),
        ("z@e.org", "z•••@e•••.org"),
        ("zoe.martin+mutuelle@courriel.exemple.co.uk", "z•••@c•••.uk"),
        ("e\u0301mile@e\u0301coles.example", "é•••@é•••.example"),
        ("zoe@écoles.example", "z•••@é•••.example"),
    ],
)
def test_two_first_letters_and_the_last_label_are_shown(address, expected):
    assert masked(address) == expected


@given(local=st.from_regex(r"z[a-z.]{0,60}", fullmatch=True), name=st.from_regex(r"e[a-z-]{0,60}", fullmatch=True))
def test_addresses_of_any_length_look_alike(local, name):
    assert masked(f"{local}@{name}.org") == "z•••@e•••.org"
