"""Paces: so many a second, shares of lanes, domains that take few mails, and the seats that send."""

from datetime import UTC, datetime, timedelta

import pytest
from notifications_service.domain.destination_paces import TIDY_ABOVE, DestinationPaces
from notifications_service.domain.lanes import Lane
from notifications_service.domain.mail_seats import ONLY_SEAT, seats_of
from notifications_service.domain.pace import Pace, SharedPace

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def test_a_pace_lets_a_quarter_of_a_second_go_at_once_and_then_so_many_a_second():
    pace = Pace(40)
    pace.take(pace.left(NOW), NOW)

    assert [pace.left(NOW), pace.left(after(0.1)), pace.left(after(3600))] == pytest.approx([0, 4, 10])
    assert pace.seconds_until(4, NOW) == pytest.approx(0.1)


def test_a_slow_pace_lets_one_go_now_and_then():
    pace = Pace(0.5)
    pace.take(1, NOW)

    assert [pace.left(after(1)), pace.left(after(2))] == pytest.approx([0.5, 1])
    assert pace.seconds_until(4, NOW) == pytest.approx(2)


def test_a_clock_that_is_set_back_gives_nothing_away():
    pace = Pace(40)
    pace.take(10, NOW)

    assert pace.left(after(-60)) == 0


def test_what_bulk_has_taken_is_missing_for_nobody_else_beyond_its_share():
    pace = SharedPace(40)
    pace.take(Lane.BULK, pace.left(Lane.BULK, NOW), NOW)

    assert [pace.left(lane, NOW) for lane in Lane] == [pytest.approx(5), pytest.approx(3), 0]


def mails(paces: DestinationPaces, count: int, lane: Lane, *, domain: str = "orange.example") -> list[float]:
    """Ask for so many mails that come for the first time, and return in how many seconds each may go."""
    turns = [paces.turn(domain, lane, has_waited=False, now=NOW) for _ in range(count)]
    return [0 if turn is None else (turn - NOW).total_seconds() for turn in turns]


def test_mails_to_a_domain_that_come_too_early_get_instants_of_their_own_one_behind_the_other():
    assert mails(DestinationPaces({"orange.example": 4}), 4, Lane.URGENT) == pytest.approx([0, 0.275, 0.55, 0.825])


def test_a_flood_to_a_domain_does_not_put_off_what_is_urgent():
    paces = DestinationPaces({"orange.example": 4})
    flood = mails(paces, 1000, Lane.BULK)
    urgent = mails(paces, 1, Lane.URGENT)

    assert flood[-1] == pytest.approx(1000 * 1.1 / 2, rel=0.01)
    assert urgent[0] < 0.3


def test_who_comes_back_at_its_instant_may_go_and_nobody_overtakes_it():
    paces = DestinationPaces({"orange.example": 4})
    later = [paces.turn("orange.example", Lane.BULK, has_waited=False, now=NOW) for _ in range(50)]
    back = [turn and paces.turn("orange.example", Lane.BULK, has_waited=True, now=turn) for turn in later]
    newcomer = paces.turn("orange.example", Lane.BULK, has_waited=False, now=after(1))

    assert back == [None] * 50
    assert newcomer is not None
    assert newcomer > max(turn for turn in later if turn is not None)


@pytest.mark.parametrize(
    ("limits", "limit"), [({"orange.example": 1, "*": 2}, "*"), ({"orange.example": 1}, None), ({}, None)]
)
def test_other_domains_have_the_limit_of_the_star_each_for_itself(limits: dict[str, float], limit: str | None):
    paces = DestinationPaces(limits)
    first = [mails(paces, 1, Lane.URGENT, domain=f"{name}.example") for name in ("a", "b")]

    assert paces.limit_of("a.example") == limit
    assert first == [[0], [0]]


def test_domains_that_are_idle_are_forgotten():
    paces = DestinationPaces({"*": 100})
    for number in range(TIDY_ABOVE * 3):
        paces.turn(f"{number}.example", Lane.BULK, has_waited=False, now=after(number))

    assert len(paces._known) <= TIDY_ABOVE


def test_of_four_seats_one_is_kept_for_what_is_urgent_and_bulk_gets_two():
    lanes = [[lane.name for lane in seat.lanes] for seat in seats_of(4)]

    assert lanes == [["URGENT"], ["URGENT", "ORDINARY"], ["URGENT", "ORDINARY", "BULK"], ["URGENT", "ORDINARY", "BULK"]]


@pytest.mark.parametrize("count", [1, 2, 3, 5, 64])
def test_every_lane_has_a_seat_and_only_one_seat_looks_after_relays_that_are_down(count: int):
    seats = seats_of(count)
    bulk = [seat for seat in seats if Lane.BULK in seat.lanes]

    assert len(seats) == count
    assert all(Lane.URGENT in seat.lanes for seat in seats)
    assert len(bulk) == max(1, count // 2)
    assert [seat for seat in seats if seat.probes] == [seats[-1]]


def test_now_and_then_a_later_lane_is_asked_first():
    first = [ONLY_SEAT.order(turn)[0] for turn in range(1, 17)]

    assert first.count(Lane.URGENT) == 12
    assert (first.count(Lane.ORDINARY), first.count(Lane.BULK)) == (2, 2)
    assert all(sorted(ONLY_SEAT.order(turn)) == sorted(Lane) for turn in range(1, 17))
