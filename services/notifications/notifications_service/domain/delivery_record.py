"""A delivery as it is shown to who waits for it: its state, and the instants of what it went through. No secret is in it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from notifications_service.domain.mail_address import hint_at
from notifications_service.domain.message_kinds import Channel, Purpose

PublicState = Literal[
    "planned",
    "batched",
    "rendered",
    "possibly_sent",
    "delayed",
    "sent",
    "handed_over",
    "posted",
    "returned",
    "failed",
    "stopped",
]
# Why a letter has failed that was not needed any more, before there was a state for it.
CODE_HAS_SERVED = "code-has-served"

_SHOWN: dict[str, PublicState] = {
    "planned": "planned",
    "sending": "planned",  # a matter of seconds
    "batched": "batched",
    "rendered": "rendered",
    "possibly_sent": "possibly_sent",
    "delayed": "delayed",
    "sent": "sent",
    "handed_over": "handed_over",
    "posted": "posted",
    "returned": "returned",
    "failed": "failed",
    "stopped": "stopped",
}


@dataclass(frozen=True, kw_only=True)
class DeliveryRecord:
    """A delivery as it stands.

    `sent_at` is a letter's hand-over; `possibly_sent_at` a mail's first attempt without an answer. A letter that `was_a_mail`
    takes the place of one that has reached nobody.
    """

    id: UUID
    purpose: Purpose
    channel: Channel
    was_a_mail: bool
    state: str
    masked_address: str | None
    failure: str | None
    expires_at: datetime
    promised_until: datetime | None
    created_at: datetime
    batched_at: datetime | None
    rendered_at: datetime | None
    possibly_sent_at: datetime | None
    delayed_at: datetime | None
    sent_at: datetime | None
    posted_at: datetime | None
    returned_at: datetime | None
    served_at: datetime | None
    failed_at: datetime | None
    stopped_at: datetime | None

    @property
    def public_state(self) -> PublicState:
        """Return the state that is told."""
        return "stopped" if self._was_not_needed else _SHOWN[self.state]

    @property
    def shown_address(self) -> str | None:
        """Return where it goes: of an e-mail address its first letters, of a postal one the town.

        An e-mail address may have been typed by anybody: of one that not every page can show, nothing is shown.
        """
        if self.masked_address is None or self.channel == "letter":
            return self.masked_address
        return hint_at(self.masked_address)

    @property
    def failure_code(self) -> str | None:
        """Return the stable code of why it failed or was stopped; what follows it is for the back office."""
        return None if self.failure is None else self.failure.partition(":")[0]

    def instants(self) -> list[tuple[PublicState, datetime]]:
        """Return what happened to it, each with its instant, in the order in which it happened."""
        told: list[tuple[PublicState, datetime | None]] = [
            ("planned", self.created_at),
            ("batched", self.batched_at),
            ("rendered", None if self._only_the_mail_was_rendered else self.rendered_at),
            ("possibly_sent", None if self.channel == "letter" else self.possibly_sent_at),
            ("delayed", self.delayed_at),
            ("handed_over" if self.channel == "letter" else "sent", self.sent_at),
            ("posted", self.posted_at),
            ("returned", self.returned_at),
            ("stopped" if self._was_not_needed else "failed", self.failed_at),
            ("stopped", self.stopped_at),
        ]
        # Print providers tell whole seconds: within one, what is told first here came first.
        return sorted(
            ((state, at) for state, at in told if at is not None), key=lambda step: step[1].replace(microsecond=0)
        )

    @property
    def _was_not_needed(self) -> bool:
        return self.state == "failed" and self.failure == CODE_HAS_SERVED

    @property
    def _only_the_mail_was_rendered(self) -> bool:
        if not self.was_a_mail or self.rendered_at is None:
            return False
        return self.batched_at is None or self.rendered_at < self.batched_at
