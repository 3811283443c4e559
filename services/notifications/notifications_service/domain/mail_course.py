"""What happens to a delivery after an attempt: done, given up, or tried again, and when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from notifications_service.domain.relay_answers import RelayAnswer, Stage, Verdict

MAIL_MARGIN = timedelta(minutes=5)  # a link that dies before it can be followed helps nobody
LETTER_MARGIN = timedelta(days=5)  # days in the post, and some at home
SHARE_OF_LIFE = 4  # a margin takes at most a quarter of a secret's life
GAVE_UP = "gave-up"

_FINAL = frozenset({Verdict.NO_SUCH_ADDRESS, Verdict.ADDRESS_MALFORMED, Verdict.NEEDS_SMTPUTF8, Verdict.REFUSED})
# The address itself is at fault: whatever is sent there meets the same end. What policy refuses (5.7.x) is this mail.
_HARD = frozenset({Verdict.NO_SUCH_ADDRESS, Verdict.ADDRESS_MALFORMED, Verdict.NEEDS_SMTPUTF8})
_NOT_THE_MAILS_FAULT = frozenset({Verdict.RELAY_DOWN, Verdict.CREDENTIALS_REFUSED})


@dataclass(frozen=True)
class Course:
    """A delivery's next state. Without `next_attempt_at` it is over, and its secret is blanked."""

    state: str
    next_attempt_at: datetime | None = None
    failure: str | None = None
    counted: bool = True


def is_hard(failure: str) -> bool:
    """Tell whether a failure says that nothing will ever arrive at the e-mail address."""
    return failure in _HARD


def give_up_at(created_at: datetime, expires_at: datetime, *, margin: timedelta) -> datetime:
    """Return from when on a message is of no more use: its secret's expiry less a margin."""
    return expires_at - min(margin, max(expires_at - created_at, timedelta()) / SHARE_OF_LIFE)


def next_attempt(attempts: int, *, pauses: Sequence[float], now: datetime) -> datetime:
    """Return when to try again after `attempts` counted ones; `pauses` are in seconds, the last one for all others."""
    return now + timedelta(seconds=pauses[min(attempts, len(pauses) - 1)])


@dataclass(frozen=True)
class Situation:
    """Where a delivery stood when it was tried: counted attempts before this one, and whether one may have arrived."""

    attempts: int
    possibly_sent: bool
    give_up_at: datetime


def course_after(
    verdict: Verdict, answer: RelayAnswer, situation: Situation, *, pauses: Sequence[float], now: datetime
) -> Course:
    """Return the course after an attempt; `pauses` as in `next_attempt`."""
    if verdict is Verdict.SENT:
        return Course("sent")
    if verdict in _FINAL:
        return Course("failed", failure=verdict.value)
    waiting = "possibly_sent" if situation.possibly_sent or verdict is Verdict.POSSIBLY_SENT else "planned"
    if verdict in _NOT_THE_MAILS_FAULT:
        # A mail on which the relay hangs every time must not hold back those behind it.
        at_fault = verdict is Verdict.RELAY_DOWN and answer.stage is not Stage.CONNECT
        return Course(waiting, now + timedelta(seconds=pauses[0] if at_fault else 0), counted=False)
    due = next_attempt(situation.attempts, pauses=pauses, now=now)
    if due < situation.give_up_at:
        return Course(waiting, due)
    return Course("possibly_sent") if waiting == "possibly_sent" else Course("failed", failure=GAVE_UP)
