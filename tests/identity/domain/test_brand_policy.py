"""What a brand may decide about guessing: to be stricter than the product, never laxer."""

import pytest
from identity_service.domain.brand_policy import Lockout
from pydantic import ValidationError

pytestmark = pytest.mark.unit

LAXEST = {"delay_from_failure": 3, "disable_at_failures": 10, "tries_per_day": 25}


def test_a_brand_that_says_nothing_has_the_laxest_figures_that_there_are():
    assert Lockout() == Lockout(**LAXEST)


@pytest.mark.parametrize("name", LAXEST)
def test_a_brand_may_be_stricter_and_never_laxer(name):
    stricter = Lockout(**{name: LAXEST[name] - 1})

    assert getattr(stricter, name) == LAXEST[name] - 1
    with pytest.raises(ValidationError, match=name):
        Lockout(**{name: LAXEST[name] + 1})
