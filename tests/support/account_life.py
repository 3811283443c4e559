"""One member's life with identity, lived over HTTP, and what a careful observer knows of it.

The observer keeps only what the member was given and what was said since: which password is the present one, which links,
codes and sessions must be dead. Whether an account is paused or closed is read from identity's own counter.
"""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

import aiohttp
from service_kit.clock import civil_date

from tests.support.access_steps import create
from tests.support.account_steps import ask_for_email, call, confirm_email, deeds_of
from tests.support.identity_fixtures import OpenedIdentity
from tests.support.identity_steps import Seen, ask, connect, redeem, refresh, sign_in
from tests.support.staff_steps import Adviser

Result = TypeVar("Result")

WRONG = {"mgas": "une phrase que personne ne dit", "safiag": "804613"}
PASSWORDS = {
    "mgas": [f"quatre mouettes boudent le phare {word}" for word in ("jaune", "vert", "bleu", "rose", "gris", "noir")],
    "safiag": ["481592", "739268", "604817", "935720", "271946", "850374"],
}
CODE_TRIES = 5


@dataclass
class Given:
    """A link's token, a posted code or a session's refresh token: until when it may serve at most, and whether it is dead."""

    secret: str
    kind: str
    until: datetime
    dead: bool = False
    tries: int = 0
    former: list[str] = field(default_factory=list)


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


@dataclass
class Life:
    """A member, and what the observer knows."""

    loop: asyncio.AbstractEventLoop
    opened: OpenedIdentity
    client: aiohttp.ClientSession
    brand: str
    member: dict[str, Any]
    password: str | None = None
    former: list[str] = field(default_factory=list)
    links: list[Given] = field(default_factory=list)
    codes: list[Given] = field(default_factory=list)
    sessions: list[Given] = field(default_factory=list)
    letters: list[datetime] = field(default_factory=list)
    taken: int = 0

    @property
    def now(self) -> datetime:
        """Return identity's present."""
        return self.opened.clock.now()

    @property
    def identifier(self) -> str:
        """Return what the member signs in with; an address that nobody has where none is known."""
        return self.member["nir"] if self.brand == "safiag" else self.member["email"] or "personne@courriel.example"

    @property
    def in_force(self) -> bool:
        """Tell whether the contract covers today."""
        today, end = civil_date(self.now), self.member["end_date"]
        return date.fromisoformat(self.member["effective_date"]) <= today and (
            end is None or today <= date.fromisoformat(end)
        )

    @property
    def open(self) -> bool:
        """Tell whether the contract lets the member in today, to read at least."""
        today, end = civil_date(self.now), self.member["end_date"]
        last = date.fromisoformat(end).replace(year=int(end[:4]) + 5) if end else date.max
        return date.fromisoformat(self.member["effective_date"]) <= today <= last

    def live(self, step: Coroutine[Any, Any, Result]) -> Result:
        """Take a step."""
        return self.loop.run_until_complete(step)

    def next_password(self) -> str:
        """Return a password that was not chosen before."""
        self.taken += 1
        words = PASSWORDS[self.brand]
        return words[self.taken % len(words)] if self.brand == "safiag" else f"{words[self.taken % 6]} {self.taken}"

    def counter(self) -> dict[str, Any]:
        """Return the account's failures and pause."""

        async def read() -> dict[str, Any]:
            async with self.opened.identity.database.connection() as connection:
                row = await connection.fetchrow(
                    """
                    SELECT failures, try_not_before, day_began, day_tries FROM tries
                    JOIN accounts ON accounts.id = subject WHERE member_id = $1::uuid
                    """,
                    self.member["member_id"],
                )
            return dict(row) if row else {"failures": 0, "try_not_before": None, "day_began": self.now, "day_tries": 0}

        return self.live(read())

    @property
    def closed(self) -> bool:
        """Tell whether only another channel opens the account."""
        return bool(self.counter()["failures"] >= 10)

    @property
    def looks(self) -> bool:
        """Tell whether a try would be looked at."""
        kept = self.counter()
        paused = kept["try_not_before"] is not None and kept["try_not_before"] > self.now
        spent = kept["day_tries"] >= 25 and kept["day_began"] > self.now - timedelta(days=1)
        return not (kept["failures"] >= 10 or paused or spent)

    def take_in(self) -> None:
        """Read what was published since: links, codes, and who is told of what."""
        events = self.live(self.opened.new_events())
        for event in [one for one in events if one.data["member_id"] == self.member["member_id"]]:
            if event.type == "letter.required.v1":
                for code in self.codes:
                    code.dead = True
                self.codes.append(Given(event.data["code"], event.type, _instant(event.data["expires_at"])))
                self.letters.append(self.now)
            elif event.data.get("token"):
                if event.type == "activation.requested.v1":
                    self._end([link for link in self.links if link.kind == event.type])
                self.links.append(Given(event.data["token"], event.type, _instant(event.data["expires_at"])))

    def chose(self, password: str, *, on: Given | None = None) -> None:
        """Note that `password` is the present one: everything given before must be dead, but the session it was chosen `on`."""
        if self.password is not None:
            self.former.append(self.password)
        self.password = password
        self._end([*self.links, *self.codes, *(session for session in self.sessions if session is not on)])

    def moved(self, email: str, *, on: Given) -> None:
        """Note that `email` is the present address: what was mailed to the former one must be dead, and other sessions."""
        self.member["email"] = email
        self._end([*self.links, *(session for session in self.sessions if session is not on)])

    @staticmethod
    def _end(given: list[Given]) -> None:
        for one in given:
            one.dead = True

    def may_serve(self, given: Given) -> bool:
        """Tell whether something that was given might still serve, as far as the observer knows."""
        return self.open and not given.dead and self.now < given.until and given.tries < CODE_TRIES

    # Steps

    def sign_in(self, password: str) -> Seen:
        """Sign in, and keep the session."""
        seen = self.live(sign_in(self.client, self.brand, self.identifier, password))
        if seen.status == 201:
            until = self.now + timedelta(hours=24)
            self.sessions.append(Given(seen.body["refresh_token"], seen.body["access_token"], until))
        return seen

    def ask(self) -> None:
        """Ask for a new password, and take in what comes of it."""
        self.live(ask(self.client, self.brand, self.identifier))
        self.live(self.opened.decide())
        self.take_in()

    def redeem(self, token: str, password: str) -> Seen:
        """Choose a password with a mailed link."""
        return self.live(redeem(self.client, self.brand, token, password))

    def connect(self, code: str, password: str) -> Seen:
        """Choose a password with a code."""
        return self.live(connect(self.client, self.brand, self.identifier, code, password))

    def refresh(self, session: Given) -> Seen:
        """Trade a session's present refresh token."""
        return self.live(refresh(self.client, session.secret))

    def create(self) -> Seen:
        """Ask for an access with two numbers and an address of one's own."""
        seen = self.live(create(self.client, self.member, f"neuf.{self.member['membership_number']}@courriel.example"))
        self.take_in()
        return seen

    def hear(self, **changes: Any) -> None:
        """Let contracts tell of a change."""
        self.member |= changes | {"version": self.member["version"] + 1}
        self.live(self.opened.hear(dict(self.member), event="member.changed.v1"))

    def adviser(self) -> tuple[Adviser, Any]:
        """Return an adviser and the account as they find it."""
        adviser = Adviser(self.opened, self.client, brand=self.brand)
        return adviser, self.live(adviser.found(self.member))

    def change_password(self, password: str) -> Seen:
        """Choose another password in the newest session."""
        body = {"current_password": self.password, "password": password, "password_confirmation": password}
        return self.live(call(self.client, "PUT", "/v1/account/password", self.sessions[-1].kind, body))

    def change_email(self, email: str) -> list[int]:
        """Ask for another address in the newest session and give its code back; return what was answered."""
        tokens = {"access_token": self.sessions[-1].kind}
        asked = self.live(ask_for_email(self.client, tokens, email))
        codes = [event.data["code"] for event in self.live(self.opened.new_events("email-change.requested.v1"))]
        answers = [self.live(confirm_email(self.client, tokens, code)) for code in codes]
        self.take_in()
        return [asked.status, *(answer.status for answer in answers)]

    def deeds(self) -> list[str]:
        """Return the kinds of what was done to the account."""
        return [kind for kind, _, _ in self.live(deeds_of(self.opened, self.member))]
