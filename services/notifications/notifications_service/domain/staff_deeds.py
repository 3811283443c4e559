"""What staff do here and is remembered: the kinds of deeds, and who acts, for which brand, and why."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from service_kit.personal import Personal

Kind = Literal[
    "announcements_declined",
    "announcements_wanted",
    "archive_fetched",
    "batch_posted",
    "closed_addresses_listed",
    "letter_returned",
    "deliveries_read",
    "suppressions_listed",
    "suppression_lifted",
]


@dataclass(frozen=True)
class Deed:
    """One thing that was done."""

    act: "StaffAct"
    kind: Kind
    object_id: UUID | None  # what it was done to
    member_id: UUID | None  # whom it concerns


@dataclass(frozen=True)
class StaffAct:
    """Who of a brand's staff does something, and why, in their own words: what every deed of theirs says."""

    brand: str
    staff: str  # the subject of the staff token
    reason: Personal | None = None

    def deed(self, kind: Kind, *, object_id: UUID | None = None, member_id: UUID | None = None) -> Deed:
        """Return the deed of this act."""
        return Deed(self, kind, object_id, member_id)
