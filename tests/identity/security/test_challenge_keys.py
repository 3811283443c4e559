"""Challenges are signed with keys that all instances derive, and that rotate without spoiling what is being solved."""

from datetime import timedelta

import pytest
from identity_service.security.proof_of_work import ProofOfWork
from service_kit.key_rings import KeyRing

from tests.support.identity_fixtures import START
from tests.support.proof_of_work_solver import solve

pytestmark = pytest.mark.unit

OLD, NEW = {"2026-01": b"1" * 32}, {"2026-02": b"2" * 32}
FOR = {"brand": "mgas", "purpose": "sign-in"}


def given_by(ring: KeyRing) -> str:
    """Return a solution of a challenge under the current key of `ring`."""
    return solve(ProofOfWork(ring).give(**FOR, work=3, until=START + timedelta(minutes=10)))


def test_another_instance_accepts_it_and_reads_what_was_signed():
    ring = KeyRing(OLD, "2026-01")
    solved = ProofOfWork(KeyRing(OLD, "2026-01")).check(given_by(ring), **FOR, now=START)

    assert solved is not None
    assert (solved.work, solved.expires_at) == (3, START + timedelta(minutes=10))


def test_a_former_key_is_accepted_while_it_is_on_the_ring_and_not_after():
    solution = given_by(KeyRing(OLD, "2026-01"))

    assert ProofOfWork(KeyRing(OLD | NEW, "2026-02")).check(solution, **FOR, now=START) is not None
    assert ProofOfWork(KeyRing(NEW, "2026-02")).check(solution, **FOR, now=START) is None


def test_two_challenges_are_never_the_same():
    ring = KeyRing(OLD, "2026-01")
    first, second = (ProofOfWork(ring).check(given_by(ring), **FOR, now=START) for _ in range(2))

    assert first is not None
    assert second is not None
    assert first.digest != second.digest
