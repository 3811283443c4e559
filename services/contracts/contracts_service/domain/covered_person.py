"""A person whom a contract covers: from when until when, and whether known apart from the member (code de la mutualité, L114-2).

No I/O. Civil days in Paris, the last one included.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID

from service_kit.clock import civil_date

from contracts_service.domain.birth_date import BirthDate
from contracts_service.domain.enrolment_line import Relation


@dataclass(frozen=True)
class CoveredPerson:
    """The member or somebody beside the member, of today or of before; `heard_at` is when contracts first heard of the person.

    `decided_from` and `decided_until` are the first and the last day that the back office has decided, if it has.
    """

    id: UUID
    relation: Literal["member"] | Relation
    first_name: str | None
    last_name: str
    birth_date: str
    birth_rank: int | None
    heard_at: datetime
    removed_at: datetime | None
    autonomous_from: date | None
    autonomy_refused_on: date | None
    decided_from: date | None = None
    decided_until: date | None = None

    @property
    def is_member(self) -> bool:
        """Tell whether it is the member."""
        return self.relation == "member"

    def covered_from(self, *, effective_date: date, member_heard_at: datetime) -> date:
        """Return the first day of the person's cover: what was decided, else what is known; never before the birth."""
        if self.decided_from is not None:
            return self.decided_from
        known = first_day(effective_date=effective_date, member_heard_at=member_heard_at, heard_at=self.heard_at)
        return known if self.is_member else max(known, BirthDate(self.birth_date).earliest)

    def covered_until(self, *, end_date: date | None) -> date | None:
        """Return the last day of the person's cover, if there is one: what was decided, else what is known."""
        if self.removed_at is None or self.decided_until is None:
            return last_day(end_date=end_date, removed_at=self.removed_at)
        return self.decided_until if end_date is None else min(self.decided_until, end_date)

    def autonomous_on(self, day: date) -> bool:
        """Tell whether the person is identified apart from the member on `day`; the member is nobody's beneficiary."""
        return self.autonomous_from is None or (self.autonomous_from <= day and self.autonomy_refused_on is None)


def first_day(*, effective_date: date, member_heard_at: datetime, heard_at: datetime) -> date:
    """Return the first day of a person's cover: the contract's for who came with it, else the day on which we heard of them."""
    return effective_date if heard_at <= member_heard_at else max(effective_date, civil_date(heard_at))


def last_day(*, end_date: date | None, removed_at: datetime | None) -> date | None:
    """Return the last day of a person's cover: the contract's, or the day before the one on which the person is on it no more."""
    if removed_at is None:
        return end_date
    before = civil_date(removed_at) - timedelta(days=1)
    return before if end_date is None else min(before, end_date)
