"""Who looks at a contract, and whose lines that person may see (code de la mutualité, L114-2)."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID


@dataclass(frozen=True)
class Viewer:
    """A signed-in person: the member, or an autonomous beneficiary of the member's contract.

    `sees` are the persons whose lines may be shown, the own one first. A person's id is the member's or the beneficiary's.
    """

    person_id: UUID
    member_id: UUID
    contract_id: UUID
    brand: str
    role: Literal["member", "beneficiary"]
    sees: tuple[UUID, ...]
