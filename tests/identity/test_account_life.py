"""The whole life of an account, in any order of steps: what must hold whatever happens, found out by hypothesis.

The invariants:
- only the present password opens a session, and it does whenever the contract and the counter allow;
- nobody comes in before the effective date, or later than five years after the contract's end;
- a link or a code serves once, and none of those before a chosen password serves after it;
- a chosen password ends every session, and a session that has ended never comes back;
- a lock opens to no password, tells nothing, and never stops a reset;
- a refresh token that comes twice ends its session;
- letters keep to their quota: four in thirty days, a day between two unless an adviser sends one;
- a new code cancels the former;
- whatever was decided has left a deed.
"""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from service_kit.clock import civil_date

from tests.support.access_steps import welcomes
from tests.support.account_life import PASSWORDS, WRONG, Given, Life
from tests.support.identity_fixtures import OpenedIdentity, a_member, http_client, opened_identity
from tests.support.limits_steps import UNLIMITED

EXAMPLES, STEPS = 8, 30
which = st.integers(0, 10**6)


class AccountLife(RuleBasedStateMachine):
    """A member of `brand`; subclassed for each, with the identity that is shared by all examples."""

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

    # What the member and others do

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

    @precondition(lambda self: self.life.sessions)
    @rule(pick=which)
    def a_session_goes_on(self, pick: int) -> None:
        """A living session is refreshed; an ended one is not."""
        life = self.life
        session = life.sessions[pick % len(life.sessions)]
        seen = life.refresh(session)

        assert seen.status == (200 if life.open and not session.dead and life.now < session.until else 401)
        if seen.status == 200:
            session.former.append(session.secret)
            session.secret, session.until = seen.body["refresh_token"], life.now + timedelta(hours=24)

    @precondition(lambda self: any(session.former for session in self.life.sessions))
    @rule(pick=which)
    def a_stolen_refresh_token_is_used(self, pick: int) -> None:
        """A token that comes twice ends the session for both of its holders."""
        stolen = [session for session in self.life.sessions if session.former]
        session = stolen[pick % len(stolen)]
        seen = self.life.refresh(Given(session.former[-1], "", session.until))
        session.dead = session.dead or (self.life.now < session.until)

        assert seen.status == 401

    @rule()
    def the_password_is_changed(self) -> None:
        """Signed in just now, the member chooses another one: the session goes on, and no other."""
        life = self.life
        if life.password is None or life.sign_in(life.password).status != 201:
            return
        password, here, looks = life.next_password(), life.sessions[-1], life.looks
        same = password == life.password
        seen = life.change_password(password)
        life.take_in()

        assert (seen.status == 204) == (looks and not same)
        if seen.status == 204:
            life.chose(password, on=here)

    @rule(pick=st.integers(0, 2))
    def the_address_is_changed(self, pick: int) -> None:
        """Signed in just now, the member proves another address: what went to the former one is void."""
        life = self.life
        email = f"autre.{pick}.{life.member['membership_number']}@courriel.example"
        if life.password is None or email == life.member["email"] or life.sign_in(life.password).status != 201:
            return
        here, looks = life.sessions[-1], life.looks
        answers = life.change_email(email)

        assert answers in ([202, 204], [429]) if looks else 204 not in answers
        if 204 in answers:
            life.moved(email, on=here)

    @rule()
    def an_adviser_sends_a_letter(self) -> None:
        """Within the quota, whatever the counter says."""
        life = self.life
        adviser, account = life.adviser()
        seen = life.live(adviser.send_letter(account["id"]))
        before = len(life.letters)
        life.take_in()

        assert (seen.status == 202) == (len(life.letters) == before + 1)
        if seen.status == 202:
            assert life.open
            for link in life.links:
                link.dead = link.dead or link.kind == "reset.requested.v1"

    @rule()
    def an_adviser_lifts_the_lock(self) -> None:
        """The counter begins anew."""
        adviser, account = self.life.adviser()
        seen = self.life.live(adviser.unlock(account["id"]))

        assert seen.status == 202
        assert not self.life.closed

    # What must hold after every step

    @invariant()
    def letters_keep_to_their_quota(self) -> None:
        """At most four in thirty days."""
        if not hasattr(self, "life"):
            return
        letters = self.life.letters
        for first, fifth in zip(letters, letters[4:], strict=False):
            assert fifth - first >= timedelta(days=30)

    def teardown(self) -> None:
        """Whatever was decided has left a deed."""
        if not hasattr(self, "life"):
            return
        life = self.life
        kinds = life.deeds()
        chosen = len(life.former) + (life.password is not None)

        assert kinds.count("password_changed") + kinds.count("account_activated") >= chosen
        assert kinds.count("letter_required") == len(life.letters)
        assert kinds.count("signed_in") == len(life.sessions)

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


@pytest.fixture
def world(identity_database: str, tmp_path: Path) -> Iterator[tuple[asyncio.AbstractEventLoop, OpenedIdentity, Any]]:
    """Identity that limits nothing but accounts, in a loop of its own: hypothesis steps are not awaited."""
    loop, stack = asyncio.new_event_loop(), AsyncExitStack()

    async def begin() -> tuple[OpenedIdentity, Any]:
        opened = await stack.enter_async_context(opened_identity(tmp_path, identity_database))
        changes = {"limits": UNLIMITED, "new_device_check": False}
        brands = {name: policy.model_copy(update=changes) for name, policy in opened.identity.brands.items()}
        opened.identity = replace(opened.identity, brands=brands)
        return opened, await stack.enter_async_context(http_client(opened.identity))

    opened, client = loop.run_until_complete(begin())
    yield loop, opened, client
    loop.run_until_complete(stack.aclose())
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()


@pytest.mark.slow
@pytest.mark.parametrize("of_brand", ["mgas", "safiag"])
def test_whatever_happens_the_invariants_of_an_account_hold(world, of_brand):
    class LifeAtBrand(AccountLife):
        brand = of_brand
        loop, opened, client = world

    run_state_machine_as_test(
        LifeAtBrand,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=True,  # the same lives at every run: what a gate finds must be found again
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )
