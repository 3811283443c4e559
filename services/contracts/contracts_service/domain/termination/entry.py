"""What somebody enters to end a contract (D221-1, I): checked as a whole, kept sealed."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, model_validator

from contracts_service.domain.termination.motives import NEEDS, EventKind, Motive, Need, Use, use_of
from contracts_service.domain.termination.request import TerminationRequest


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Contact(_Part):
    """The means of contact that was given: one of the three."""

    email: str | None = None
    phone: str | None = None  # E.164
    postal: list[str] | None = None  # lines

    @model_validator(mode="after")
    def _check_one(self) -> "Contact":
        if sum(one is not None for one in (self.email, self.phone, self.postal)) != 1:
            raise ValueError("one means of contact")
        return self


class StatedPerson(_Part):
    """Who somebody without an account says to be."""

    first_name: str
    last_name: str
    birth_date: date | None = None
    membership_number: str


class Insurer(_Part):
    """Another insurer that acts for the member (R221-6, II): it holds the proof of the member's express request."""

    name: str
    reference: str | None = None


class Entry(_Part):
    """Everything that was entered. `nonce` is drawn at random, so that nobody guesses an entry from its recap's digest."""

    nonce: str
    motive: Motive
    motive_text: str | None = None
    event_date: date | None = None
    event_kind: EventKind | None = None
    requested_date: date | None = None
    contact: Contact | None = None
    person: StatedPerson | None = None
    sent_on: date | None = None
    due_date: date | None = None
    formal_notice_on: date | None = None
    insurer: Insurer | None = None
    proof_seen: bool = False  # by whoever of the staff has entered it

    @property
    def use(self) -> Use:
        """Return which use of the engine this is."""
        return use_of(self.motive)

    def request(self) -> TerminationRequest:
        """Return what a decision is made from."""
        return TerminationRequest(
            motive=self.motive,
            event_date=self.event_date,
            event_kind=self.event_kind,
            requested_date=self.requested_date,
            sent_on=self.sent_on,
            due_date=self.due_date,
            formal_notice_on=self.formal_notice_on,
        )


Missing = Literal["required", "not-expected"]


def entry_faults(entry: Entry) -> dict[str, Missing]:
    """Return field → what is wrong with it, held against what the motive needs."""
    needs = NEEDS[entry.motive]
    asked: dict[str, tuple[Need, object]] = {
        "event_date": (needs.event_date, entry.event_date),
        "event_kind": (needs.event_kind, entry.event_kind),
        "motive_text": (needs.text, entry.motive_text),
        "requested_date": ("optional" if entry.motive == "annual" else "none", entry.requested_date),
    }
    faults: dict[str, Missing] = {}
    for name, (need, value) in asked.items():
        if need == "required" and value is None:
            faults[name] = "required"
        elif need == "none" and value is not None:
            faults[name] = "not-expected"
    return faults


def without_what_is_not_asked(entry: Entry) -> Entry:
    """Return the entry without the fields that its motive does not take: another motive was chosen meanwhile."""
    dropped = {name: None for name, fault in entry_faults(entry).items() if fault == "not-expected"}
    return entry.model_copy(update=dropped)
