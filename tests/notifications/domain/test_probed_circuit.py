"""The circuit breaker of a mail relay, and leases by two clocks."""

from datetime import UTC, datetime, timedelta

import pytest
from notifications_service.channels.lease import Lease
from notifications_service.channels.probed_circuit import ProbedCircuit

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def failed() -> ProbedCircuit:
    circuit = ProbedCircuit([1, 2, 5])
    circuit.failed(NOW)
    return circuit


def test_a_relay_that_is_down_gets_no_mail_and_is_due_for_a_probe_after_its_pause():
    circuit = failed()

    assert (circuit.takes_a_mail, circuit.is_usable) == (False, False)
    assert [circuit.is_due_for_a_probe(after(seconds)) for seconds in (0.9, 1)] == [False, True]


def test_one_seat_probes_at_a_time():
    circuit = failed()
    with circuit.engaged():
        during = circuit.is_due_for_a_probe(after(1))

    assert (during, circuit.is_due_for_a_probe(after(1))) == (False, True)


def test_a_relay_that_answers_a_probe_gets_one_mail_at_a_time_until_one_is_answered():
    circuit = failed()
    circuit.answered_probe()
    with circuit.engaged():
        others_meanwhile = circuit.takes_a_mail
    another = circuit.takes_a_mail
    circuit.succeeded(after(2))

    assert (others_meanwhile, another, circuit.is_closed) == (False, True, True)


def test_a_relay_that_connects_and_answers_no_mail_waits_longer_each_time():
    circuit = failed()
    circuit.answered_probe()
    circuit.failed(after(1))

    assert (circuit.is_usable, circuit.is_due_for_a_probe(after(2.9)), circuit.is_due_for_a_probe(after(3))) == (
        False,
        False,
        True,
    )


def test_failures_of_several_mails_at_once_count_once():
    circuit = failed()
    circuit.failed(after(0.1))
    circuit.failed(after(0.2))

    assert circuit.is_due_for_a_probe(after(1))


class Ticking:
    """A clock that only goes forwards, by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(("wall", "ticked", "left"), [(20, 20, 40), (-3600, 61, -1), (61, 0, -1), (0, 0, 60)])
def test_a_lease_ends_by_whichever_clock_is_ahead(wall: float, ticked: float, left: float):
    ticks = Ticking()
    lease = Lease.beginning(NOW, 60, ticks)
    ticks.now += ticked

    assert lease.until == after(60)
    assert lease.seconds_left(after(wall)) == pytest.approx(left)
