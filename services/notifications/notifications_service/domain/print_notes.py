"""What the print provider says of letters that it was handed: posted, or come back. By the API or by the return folder."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args
from uuid import UUID

from service_kit.problems import FieldProblem

ReturnReason = Literal["unknown-address", "moved", "refused", "unclaimed", "incomplete-address", "other"]
RETURN_REASONS: tuple[ReturnReason, ...] = get_args(ReturnReason)
# The next letter to the same address would come back, too.
ADDRESS_REASONS: frozenset[ReturnReason] = frozenset({"unknown-address", "moved", "incomplete-address"})

_IN_THE_FUTURE = ("in-the-future", "Cet instant n’est pas encore passé.")
_TOO_EARLY = ("before-hand-over", "Cet instant précède la remise à l’imprimeur.")


@dataclass(frozen=True, kw_only=True)
class PostedNote:
    """A batch was posted, or some of its letters; without an instant it is now. Without a brand it may be anybody's."""

    batch_id: UUID
    brand: str | None
    posted_at: datetime | None = None
    letters: tuple[UUID, ...] | None = None  # all of them by default


@dataclass(frozen=True, kw_only=True)
class ReturnedNote:
    """A letter came back, and why; without an instant it is now. Without a brand it may be anybody's."""

    letter_id: UUID
    brand: str | None
    reason: ReturnReason
    returned_at: datetime | None = None


def instant_problem(field: str, instant: datetime, *, not_before: datetime, now: datetime) -> FieldProblem | None:
    """Return what is wrong with an instant that a provider tells: not passed yet, or before the letter had left us.

    A provider may tell whole seconds only: the second in which the letter left counts as after it.
    """
    if instant > now:
        return FieldProblem(field, *_IN_THE_FUTURE)
    if instant < not_before.replace(microsecond=0):
        return FieldProblem(field, *_TOO_EARLY)
    return None
