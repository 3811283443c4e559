"""The social-security number on the card, with its key."""

import pytest
from documents_service.domain.printed_nir import printed_nir


@pytest.mark.parametrize(
    ("number13", "expected"),
    [
        ("2951099126111", "2 95 10 99 126 111 93"),
        ("1740257519276", "1 74 02 57 519 276 20"),
        ("1890120123456", "1 89 01 20 123 456 37"),
        ("190012A123456", "1 90 01 2A 123 456 15"),
        ("190012B123456", "1 90 01 2B 123 456 42"),
        ("7800175123456", "7 80 01 75 123 456 51"),
    ],
)
def test_a_number_is_printed_in_groups_with_its_key(number13, expected):
    assert expected == printed_nir(number13)


@pytest.mark.parametrize("text", ["", "123", "19001XX123456", "1900é20123456", "174025751927620", "¹740257519276"])
def test_a_text_of_another_shape_is_printed_as_it_is(text):
    assert text == printed_nir(text)
