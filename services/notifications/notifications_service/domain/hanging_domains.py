"""Addressees' domains about which the relay says nothing, and when the next mail may try one of them.

A relay that asks the addressee's own servers before it answers hangs as long as they do: whoever owns such a domain would hold
every seat. Such a domain is put off, longer each time, and then tried by one mail at a time until it answers.
What is kept is a few numbers for each of the latest domains, in this process alone.
"""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

PAUSES = (30.0, 60.0, 120.0, 240.0, 480.0, 600.0)  # seconds; the last one for all others
TRIAL = timedelta(seconds=PAUSES[0])  # while one mail tries, the others come back after so long
MOST = 1000  # domains

_T = TypeVar("_T")


@dataclass
class _Hanging:
    noted_at: datetime
    until: datetime
    times: int = 1
    on_trial: bool = False


class HangingDomains:
    """The domains (ASCII, lower case) that hang, and when others answered last."""

    def __init__(self) -> None:
        self._hanging: OrderedDict[str, _Hanging] = OrderedDict()
        self._answered_at: OrderedDict[str, datetime] = OrderedDict()

    @property
    def are_any(self) -> bool:
        """Tell whether any domain hangs."""
        return bool(self._hanging)

    def turn(self, domain: str, now: datetime) -> datetime | None:
        """Return None when a mail may go now, otherwise when it should come back; of a domain that hangs one tries at a time."""
        one = self._hanging.get(domain)
        if one is None:
            return None
        if now < one.until:
            return one.until
        one.until, one.on_trial = now + TRIAL, True
        return None

    def give_back(self, domain: str, now: datetime) -> None:
        """Let another mail try: the one that might go was not tried."""
        one = self._hanging.get(domain)
        if one is not None and one.on_trial:
            one.until, one.on_trial = now, False

    def hung(self, domain: str, *, begun: datetime, now: datetime) -> None:
        """Put a domain off, unless it has answered another mail since this one was `begun`.

        Mails that hang at once count once.
        """
        answered_at = self._answered_at.get(domain)
        if answered_at is not None and answered_at >= begun:
            return
        one = self._hanging.pop(domain, None)
        times = 1 if one is None else one.times + (begun >= one.noted_at)
        pause = timedelta(seconds=PAUSES[min(times, len(PAUSES)) - 1])
        _keep(self._hanging, domain, _Hanging(now, now + pause, times))

    def answered(self, domain: str, now: datetime) -> None:
        """Forget that a domain hung."""
        self._hanging.pop(domain, None)
        self._answered_at.pop(domain, None)
        _keep(self._answered_at, domain, now)


def _keep(known: OrderedDict[str, _T], domain: str, what: _T) -> None:
    known[domain] = what
    if len(known) > MOST:
        known.popitem(last=False)
