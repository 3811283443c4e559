"""The proof-of-work challenge (ALTCHA, version 2): given with a signature, solved by the client, checked without a look-up.

The client derives keys (PBKDF2, which every browser has) for 0, 1, 2, … until one begins as the challenge says. Brand, step, work
and end are signed with it: a solution is good for nothing else. That it serves only once is the database's part
(store/limits.py). The signing keys are derived from the data keys, so that all instances agree.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from altcha import Payload, create_challenge, verify_solution
from service_kit.key_rings import KeyRing

ALGORITHM = "PBKDF2/SHA-256"
ITERATIONS = 1000  # of each derivation: 0.3 ms here when a challenge is made, about as much for each step of its solver
LONGEST_SOLUTION = 4096


@dataclass(frozen=True)
class Solved:
    """A challenge that was solved: what it is known by, the least steps that it took, and when it runs out."""

    digest: bytes
    work: int
    expires_at: datetime


class ProofOfWork:
    """Gives challenges and checks their solutions."""

    def __init__(self, ring: KeyRing) -> None:
        self._ring = ring

    def give(self, *, brand: str, purpose: str, work: int, until: datetime) -> dict[str, Any]:
        """Return a challenge (`parameters`, `signature`) that takes between `work` and twice as many steps."""
        challenge = create_challenge(
            ALGORITHM,
            ITERATIONS,
            counter=work + secrets.randbelow(work),
            # Not ALTCHA's own `expiresAt`, which the library compares with the machine's clock instead of ours.
            data={"brand": brand, "for": purpose, "work": work, "expires": int(until.timestamp())},
            hmac_secret=self._ring.derive("challenge", self._ring.current),
            hmac_key_secret=self._ring.derive("challenge.solution", self._ring.current),
        )
        found: dict[str, Any] = challenge.to_dict()
        return found

    def check(self, solution: str, *, brand: str, purpose: str, now: datetime) -> Solved | None:
        """Return the challenge that `solution` (base64 of ALTCHA's JSON) solves; None for another step, ended, or altered."""
        if len(solution) > LONGEST_SOLUTION or not any(self._is_right(solution, key) for key in self._ring.ids()):
            return None
        challenge = Payload.from_base64(solution).challenge
        signed: dict[str, Any] = challenge.parameters.data or {}
        until = datetime.fromtimestamp(signed["expires"], UTC)
        if (signed["brand"], signed["for"]) != (brand, purpose) or until <= now:
            return None
        return Solved(hashlib.sha256(str(challenge.signature).encode()).digest(), signed["work"], until)

    def _is_right(self, solution: str, key_id: str) -> bool:
        result = verify_solution(
            solution,
            self._ring.derive("challenge", key_id),
            hmac_key_secret=self._ring.derive("challenge.solution", key_id),
        )
        return result.verified
