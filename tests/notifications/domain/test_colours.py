"""Colours made readable: enough contrast for any brand, and no change where there is enough."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from notifications_service.domain.colours import ENOUGH, NIGHT, PAPER, contrast, readable

COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [("#000000", "#ffffff", 21.0), ("#777777", "#ffffff", 4.48), ("#abcdef", "#abcdef", 1)],
)
def test_contrast_is_as_wcag_defines_it(one: str, other: str, expected: float):
    assert contrast(one, other) == pytest.approx(expected, abs=0.005)
    assert contrast(other, one) == contrast(one, other)


@given(COLOURS, st.sampled_from([PAPER, NIGHT]))
def test_any_colour_can_be_read_afterwards(colour: str, ground: str):
    found = readable(colour, on=ground)

    assert contrast(found, ground) >= ENOUGH
    assert readable(found, on=ground) == found


def test_a_colour_that_can_be_read_is_the_brands_own():
    assert readable("#7a1f5c", on=PAPER) == "#7a1f5c"
