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
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule, run_state_machine_as_test

from tests.support.account_life import Given
from tests.support.account_ways_in import WaysIn, which
from tests.support.identity_fixtures import OpenedIdentity, http_client, opened_identity
from tests.support.limits_steps import UNLIMITED

EXAMPLES, STEPS = 8, 30


class AccountLife(WaysIn):
    """What the member and advisers do with an account that is open; subclassed for each brand."""

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
