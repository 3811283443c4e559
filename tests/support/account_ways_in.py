"""The ways into an account as rules for hypothesis: passwords, links, codes, numbers; and how the world goes on meanwhile."""

import asyncio
from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from service_kit.clock import civil_date

from tests.support.access_steps import welcomes
from tests.support.account_life import PASSWORDS, WRONG, Given, Life
from tests.support.identity_fixtures import OpenedIdentity, a_member

which = st.integers(0, 10**6)


class WaysIn(RuleBasedStateMachine):
    """A member of `brand` with the identity that is shared by all examples; what follows on coming in is a subclass's."""

    brand: str
    loop: asyncio.AbstractEventLoop
    opened: OpenedIdentity
    client: Any
    life: Life

    # Beginning

    @initialize(days=st.sampled_from([-400, -1, 0, 1]), with_email=st.booleans())
    def enrol(self, days: int, with_email: bool) -> None:
        """Contracts tells of a member."""
        begins = civil_date(self.opened.clock.now()) + timedelta(days=days)
        member = a_member(brand=self.brand, effective_date=str(begins))
        member["email"] = member["email"] if with_email else None
        self.life = Life(self.loop, self.opened, self.client, self.brand, member)
        self.life.live(self.opened.hear(dict(member)))
        self.life.live(self.opened.new_events())

    # What the world does

    @rule(hours=st.sampled_from([0.02, 0.3, 2, 13, 26, 24 * 8, 24 * 31]))
    def time_passes(self, hours: float) -> None:
        """Wait."""
        self.opened.clock.advance(hours=hours)

    @rule(days=st.sampled_from([-1, -400, -365 * 6]))
    def the_contract_ends(self, days: int) -> None:
        """Contracts tells of an end."""
        if self.life.member["end_date"] is None:
            ends = max(civil_date(self.life.now) + timedelta(days=days), self._begun())
            self.life.hear(end_date=str(ends))

    @rule()
    def the_effective_date_is_looked_at(self) -> None:
        """The background welcomes whoever is due."""
        life, events = self.life, self.life.live(welcomes(self.opened))
        mine = [event for event in events if event.data["member_id"] == life.member["member_id"]]

        assert len(mine) <= (life.open and life.brand == "mgas" and life.password is None)
        for event in mine:
            until = datetime.fromisoformat(event.data["expires_at"])
            life.links.append(Given(event.data["token"], event.type, until))

    # What the member and others try

    @rule(times=st.integers(1, 4))
    def a_wrong_password(self, times: int) -> None:
        """Somebody guesses."""
        for _ in range(times):
            assert self.life.sign_in(WRONG[self.brand]).status == 401

    @rule()
    def the_present_password(self) -> None:
        """The member signs in: this works whenever contract and counter allow, and only then."""
        life = self.life
        due = life.password is not None and life.open and life.looks
        seen = life.sign_in(life.password or PASSWORDS[self.brand][0])

        assert (seen.status == 201) == due

    @precondition(lambda self: self.life.former)
    @rule(pick=which)
    def a_former_password(self, pick: int) -> None:
        """A former password opens nothing."""
        former = self.life.former[pick % len(self.life.former)]

        assert former == self.life.password or self.life.sign_in(former).status == 401

    @rule()
    def a_new_password_is_asked_for(self) -> None:
        """Whoever may come in gets a link or a letter, whatever the counter says; nobody else gets anything."""
        life = self.life
        before = len(life.links) + len(life.letters)
        known_address = self.brand == "safiag" or life.member["email"] is not None
        life.ask()
        got = len(life.links) + len(life.letters) - before

        assert got <= (life.open and known_address)

    @precondition(lambda self: self.life.links)
    @rule(pick=which, newest=st.booleans())
    def a_link_is_followed(self, pick: int, newest: bool) -> None:
        """A link that was never used, superseded or too old leads to a password; any other to nothing."""
        life = self.life
        link = life.links[-1] if newest else life.links[pick % len(life.links)]
        password, may = life.next_password(), life.may_serve(link)
        seen = life.redeem(link.secret, password)

        assert seen.status == (204 if may else 400)
        if seen.status == 204:
            if link.kind == "activation.requested.v1":
                life.member["email"] = f"neuf.{life.member['membership_number']}@courriel.example"
            self._password_chosen(password)

    @precondition(lambda self: self.life.codes and self.life.identifier)
    @rule(pick=which, newest=st.booleans(), right=st.booleans())
    def a_code_is_typed(self, pick: int, newest: bool, right: bool) -> None:
        """A posted code serves once, within five tries, unless a newer one was sent."""
        life = self.life
        code = life.codes[-1] if newest else life.codes[pick % len(life.codes)]
        known = self.brand == "safiag" or life.member["email"] is not None
        password, may = life.next_password(), known and life.may_serve(code) and right
        seen = life.connect(code.secret if right else "2222-2222-2222", password)

        assert seen.status == (204 if may else 400)
        if seen.status == 204:
            self._password_chosen(password)
        elif known and life.open:
            life.codes[-1].tries += 1  # the living one pays for every guess

    @rule()
    def the_statement_identifier_is_typed(self) -> None:
        """It opens an account of safiag once, before any password."""
        life = self.life
        password, looks = life.next_password(), life.looks
        for code in life.codes[-1:]:
            code.tries += life.open and (self.brand == "safiag" or life.member["email"] is not None)
        seen = life.connect(life.member["statement_identifier"], password)

        assert (seen.status == 204) == (self.brand == "safiag" and life.open and looks and life.password is None)
        if seen.status == 204:
            self._password_chosen(password)

    @rule()
    def an_access_is_created(self) -> None:
        """Two numbers are enough where no address and no password is known, at the brand that signs in by address."""
        life = self.life
        free = life.password is None and life.member["email"] is None
        may = self.brand == "mgas" and free and life.open and life.looks
        seen = life.create()

        assert (seen.status == 202) == may

    # Helpers of the above

    def _password_chosen(self, password: str) -> None:
        life = self.life
        life.take_in()
        life.chose(password)

        assert not life.closed
        assert [life.refresh(session).status for session in life.sessions[-2:]] == [401] * len(life.sessions[-2:])
        assert life.sign_in(password).status == 201

    def _begun(self) -> date:
        return date.fromisoformat(self.life.member["effective_date"])
