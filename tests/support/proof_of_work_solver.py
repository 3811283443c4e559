"""Solves the proof-of-work challenges that identity gives, as a browser does, with the other half of the same library."""

from typing import Any

from altcha import Challenge, Payload, solve_challenge

SECONDS = 60.0


def solve(challenge: dict[str, Any]) -> str:
    """Return the solution of a challenge (`parameters`, `signature`), as the field `challenge` of a body takes it."""
    given = Challenge.from_dict(challenge)
    solution = solve_challenge(given, timeout=SECONDS)
    assert solution is not None, f"no solution within {SECONDS} s"
    return Payload(given, solution).to_base64()
