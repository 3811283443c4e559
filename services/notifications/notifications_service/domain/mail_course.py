"""What happens to a delivery after an attempt: done, given up, or tried again, and when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from notifications_service.domain.failure_classes import MAILBOX_FULL
from notifications_service.domain.relay_answers import RelayAnswer, Stage, Verdict

MAIL_MARGIN = timedelta(minutes=5)  # a link that dies before it can be followed helps nobody
LETTER_MARGIN = timedelta(days=5)  # days in the post, and some at home
SHARE_OF_LIFE = 4  # a margin takes at most a quarter of a secret's life
GAVE_UP = "gave-up"

_FINAL = frozenset({Verdict.NO_SUCH_ADDRESS, Verdict.ADDRESS_MALFORMED, Verdict.NEEDS_SMTPUTF8, Verdict.REFUSED})
_NOT_THE_MAILS_FAULT = frozenset({Verdict.RELAY_DOWN, Verdict.CREDENTIALS_REFUSED})


@dataclass(frozen=True)
class Course:
    """A delivery's next state. Without `next_attempt_at` it is over, and its secret is blanked."""

    state: str
    next_attempt_at: datetime | None = None
    failure: str | None = None
    counted: bool = True


def give_up_at(created_at: datetime, expires_at: datetime, *, margin: timedelta) -> datetime:
    """Return from when on a message is of no more use: its secret's expiry less a margin."""
    return expires_at - min(margin, max(expires_at - created_at, timedelta()) / SHARE_OF_LIFE)


def next_attempt(attempts: int, *, pauses: Sequence[float], now: datetime) -> datetime:
    """Return when to try again after `attempts` counted ones; `pauses` are in seconds, the last one for all others."""
    return now + timedelta(seconds=pauses[min(attempts, len(pauses) - 1)])


@dataclass(frozen=True)
class Situation:
    """Where a delivery stood when it was tried.

    Counted attempts before this one, whether one of them may have arrived, or was told to wait; and whether another relay would
    take it now.
    """

    attempts: int
    possibly_sent: bool
    give_up_at: datetime
    delayed: bool = False
    has_another_relay: bool = False

    def waiting_as(self, verdict: Verdict) -> str:
        """Return the state in which it waits after `verdict` for what comes next."""
        if self.possibly_sent or verdict is Verdict.POSSIBLY_SENT:
            return "possibly_sent"
        return "delayed" if self.delayed or verdict is Verdict.TEMPORARY else "planned"


def course_after(
    verdict: Verdict, answer: RelayAnswer, situation: Situation, *, pauses: Sequence[float], now: datetime
) -> Course:
    """Return the course after an attempt; `pauses` as in `next_attempt`."""
    if verdict is Verdict.SENT:
        return Course("sent")
    if verdict in _FINAL:
        return Course("failed", failure=verdict.value)
    waiting = situation.waiting_as(verdict)
    if verdict in _NOT_THE_MAILS_FAULT and not answer.is_silence_on_one_mail:
        # A mail that is sent away every time must not hold back those behind it; told 421, it may try elsewhere.
        at_fault = verdict is Verdict.RELAY_DOWN and answer.stage is not Stage.CONNECT
        at_fault = at_fault and not (situation.has_another_relay and answer.code is not None)
        return Course(waiting, now + timedelta(seconds=pauses[0] if at_fault else 0), counted=False)
    due = next_attempt(situation.attempts, pauses=pauses, now=now)
    if due < situation.give_up_at:
        return Course(waiting, due)
    if waiting == "possibly_sent":
        return Course(waiting)
    return Course("failed", failure=MAILBOX_FULL if answer.says_full else GAVE_UP)
