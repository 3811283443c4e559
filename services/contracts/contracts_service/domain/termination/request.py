"""What was asked, free of who asked it: what a decision is made from."""

from dataclasses import dataclass
from datetime import date

from contracts_service.domain.termination.motives import EventKind, Motive


@dataclass(frozen=True)
class TerminationRequest:
    """A motive and the days that go with it.

    `event_date` is what the motive says: the day of the event, of the notice's postmark, of the documents' arrival or of the
    death. `requested_date` chooses among échéances, `sent_on` is a letter's postmark. `due_date` and `formal_notice_on` are of
    an unpaid contribution (L221-7).
    """

    motive: Motive
    event_date: date | None = None
    event_kind: EventKind | None = None
    requested_date: date | None = None
    sent_on: date | None = None
    due_date: date | None = None
    formal_notice_on: date | None = None
