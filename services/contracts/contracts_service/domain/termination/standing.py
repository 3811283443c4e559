"""What a contract's last day is when requests stand beside what the back office's file says. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID


@dataclass(frozen=True)
class Standing:
    """A termination that is registered and not undone, with the last day that it comes to by itself."""

    id: UUID
    member_id: UUID
    effective_date: date
    motive: str

    def holds(self, begun: date) -> bool:
        """Return whether it ends the contract that began on `begun`: one that begins after its day is another one.

        A withdrawal may end a contract on its eve (L221-18).
        """
        return self.effective_date >= (begun - timedelta(days=1) if self.motive == "withdrawal" else begun)


def end_beside(told: date | None, standing: Iterable[Standing], *, begun: date) -> date | None:
    """Return the last day of the contract that began on `begun`: the earliest of what the file tells and of what stands.

    A notification that was received has its effect (L221-10-3): no file takes it back, or puts it off.
    """
    days = [one.effective_date for one in standing if one.holds(begun)]
    return min(days if told is None else [*days, told], default=None)
