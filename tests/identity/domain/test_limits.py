"""What an attempt is counted on, how hard the challenge is, and how much room a solved one buys."""

import math
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st
from identity_service.domain.limits import (
    Counter,
    Limits,
    Purpose,
    Thresholds,
    blocks,
    place_counters,
    secret_counter,
)
from identity_service.domain.risk import asked_work, room, seconds_until
from pydantic import ValidationError

EASIEST = 2000
ADDRESS = Counter("address", ("x",), 50.0, 2000.0, at_once=False, doublings=5)
BRAND = Counter("brand", ("x",), 1000.0, math.inf, at_once=False, doublings=2)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("192.0.2.77", ["192.0.2.77/32", "192.0.2.0/24"]),
        ("2001:db8:1:2:3:4:5:6", ["2001:db8:1:2::/64", "2001:db8:1::/48"]),
    ],
)
def test_an_address_is_counted_on_its_subscriber_and_on_the_network_around(address, expected):
    assert blocks(ip_address(address)) == expected


def test_nothing_but_the_place_and_the_brand_is_counted_before_it_is_known_whether_a_try_failed():
    places = place_counters(Limits(), brand="mgas", purpose="sign-in", address=ip_address("192.0.2.1"))
    secret = secret_counter(Limits(), brand="mgas", purpose="sign-in", secret="481592")

    assert [(one.scope, one.at_once) for one in [*places, secret]] == [
        ("address", False),
        ("network", False),
        ("brand", False),
        ("secret", True),
    ]


@pytest.mark.parametrize("purpose", ["password-reset", "account-creation", "identifier-lookup"])
def test_requests_and_claims_are_counted_at_once(purpose):
    places = place_counters(Limits(), brand="mgas", purpose=purpose, address=ip_address("192.0.2.1"))

    assert all(one.at_once for one in places)


def test_a_reset_shares_no_count_with_tries():
    def counted(purpose: Purpose) -> set[tuple[str, ...]]:
        places = place_counters(Limits(), brand="mgas", purpose=purpose, address=ip_address("192.0.2.1"))
        return {one.counts_on for one in places}

    assert counted("password-reset").isdisjoint(counted("sign-in") | counted("identifier-lookup"))
    assert counted("sign-in") == counted("first-connection") == counted("redeem")


def test_what_is_counted_is_not_shown():
    secret = secret_counter(Limits(), brand="mgas", purpose="sign-in", secret="481592")

    assert "481592" not in repr(secret)


@pytest.mark.parametrize(
    ("weight", "work"),
    [(0, 0), (50, 0), (50.1, 2000), (100, 2000), (101, 4000), (200, 4000), (201, 8000), (1601, 64_000), (9e9, 64_000)],
)
def test_the_work_doubles_each_time_the_count_does(weight, work):
    assert asked_work(ADDRESS, weight, easiest=EASIEST) == work


def test_a_brand_asks_everybody_for_four_times_the_easiest_at_most():
    assert asked_work(BRAND, 10**9, easiest=EASIEST) == 4 * EASIEST
    assert room(BRAND, solved=2 * EASIEST, easiest=EASIEST) == math.inf
    assert BRAND.ceiling == 4001


@pytest.mark.parametrize(
    ("solved", "expected"),
    [(0, 50), (999, 50), (1000, 100), (2000, 200), (4000, 400), (8000, 800), (16_000, 1600), (32_000, 2000)],
)
def test_a_solution_buys_room(solved, expected):
    assert room(ADDRESS, solved=solved, easiest=EASIEST) == expected


@given(weight=st.floats(0, 2000), counter=st.sampled_from([ADDRESS, BRAND]), easiest=st.integers(1, 100_000))
def test_the_work_that_is_asked_for_always_buys_enough_room(weight, counter, easiest):
    work = asked_work(counter, weight, easiest=easiest)

    assert weight <= room(counter, solved=work, easiest=easiest)


def test_nobody_is_told_to_come_back_too_soon():
    wait = seconds_until(30.0, falls_to=29.0, half_life=3600.0)

    assert 30 * 0.5 ** (wait / 3600) <= 29 < 30 * 0.5 ** ((wait - 1) / 3600)
    assert seconds_until(28.0, falls_to=29.0, half_life=3600.0) == 1


def test_a_stop_below_the_challenge_is_refused():
    with pytest.raises(ValidationError):
        Thresholds(address_challenge_at=10, address_stop_at=9, brand_challenge_at=10)
