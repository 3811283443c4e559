"""How identity comes into the states of a member who looks after the own account: by the use cases that its routes call."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from identity_service.domain.errors import NewDeviceCodeRequired
from identity_service.usecases.check_device import ShownDevice
from identity_service.usecases.confirm_email_change import confirm_email_change
from identity_service.usecases.connect_first_time import FirstConnection, connect_first_time
from identity_service.usecases.decide_resets import decide_due_resets
from identity_service.usecases.redeem_reset import redeem_reset
from identity_service.usecases.request_email_change import EmailChange, request_email_change
from identity_service.usecases.request_reset import request_reset
from identity_service.usecases.sign_in import SignIn, sign_in
from identity_service.usecases.undo_email_change import undo_email_change
from service_kit.events import Envelope

from tests.pacts import account_expectations as told
from tests.pacts.account_states import PASSWORD, SERIAL, Member, enrolled, last_event
from tests.pacts.passkey_states import signed_in
from tests.support.pacts import Event
from tests.support.parts import OpenedPart
from tests.support.wire import whole_event_for

SIX_DIGITS = "739184"
LONG_AGO = timedelta(hours=2)  # the proof of another channel spares the check of a new device for one


async def asked_for_password(identity: OpenedPart, member: Member) -> Event:
    """Let a member ask for a new password; return the link or the letter."""
    now, identifier = identity.resources.foundation.clock.now(), member["email"] or member["nir"]
    await request_reset(identity.resources, brand=member["brand"], identifier=identifier, now=now)
    await decide_due_resets(identity.resources)
    return await last_event(identity)


async def followed_link(identity: OpenedPart, member: Member, *, ago: timedelta = timedelta()) -> None:
    """Let a member choose PASSWORD with a mailed link, some time ago."""
    link = await asked_for_password(identity, member)
    await redeem_reset(
        identity.resources,
        brand=member["brand"],
        token=link["data"]["token"],
        password=PASSWORD,
        confirmation=PASSWORD,
        now=identity.resources.foundation.clock.now() - ago,
    )


async def changed_password(identity: OpenedPart) -> Event:
    """A mailed link is redeemed."""
    await followed_link(identity, await enrolled(identity))
    return await last_event(identity)


async def connected(identity: OpenedPart, member: Member, *, code: str) -> None:
    """Let a member choose SIX_DIGITS with a code."""
    resources = identity.resources
    typed = FirstConnection(
        brand=member["brand"],
        identifier=member["nir"],
        code=code,
        password=SIX_DIGITS,
        confirmation=SIX_DIGITS,
        accepted_terms=resources.terms[member["brand"]].version,
    )
    await connect_first_time(resources, typed, now=resources.foundation.clock.now())


async def signed_in_meanwhile(identity: OpenedPart) -> Event:
    """A member asks for a new password by post, and remembers the present one."""
    member = await enrolled(identity, brand="safiag", email=None, statement_identifier="0470160050")
    await connected(identity, member, code="0470160050")
    await asked_for_password(identity, member)
    typed = SignIn("safiag", member["nir"], SIX_DIGITS, ShownDevice("Firefox, Windows"))
    await sign_in(identity.resources, typed, now=identity.resources.foundation.clock.now())
    return await last_event(identity)


async def told_by_post(identity: OpenedPart) -> Event:
    """A posted code is redeemed by a member of whom no address is known."""
    member = await enrolled(identity, brand="safiag", email=None)
    letter = await asked_for_password(identity, member)
    await connected(identity, member, code=letter["data"]["code"])
    event_type = told.TOLD_BY_POST.expectation.event_type
    notice = next(one for one in await identity.recorded() if one.type == event_type)
    return whole_event_for("notifications", identity, notice)


async def asked_for_email(identity: OpenedPart, member: Member) -> Event:
    """Let a member ask for another address."""
    principal, email = await signed_in(identity, member), f"choisie.{next(SERIAL)}@courriel.example"
    now = identity.resources.foundation.clock.now()
    await request_email_change(identity.resources, principal, EmailChange(email, email), now=now)
    return await last_event(identity)


async def changed_email(identity: OpenedPart) -> Envelope:
    """Let a member confirm another address; return what all listeners are told."""
    member = await enrolled(identity)
    code = (await asked_for_email(identity, member))["data"]["code"]
    principal, now = await signed_in(identity, member), identity.resources.foundation.clock.now()
    await confirm_email_change(identity.resources, principal, code, now=now)
    return (await identity.recorded())[-1]


async def undone_email(identity: OpenedPart) -> Event:
    """Let the former address undo a change."""
    change = whole_event_for("notifications", identity, await changed_email(identity))["data"]
    now = identity.resources.foundation.clock.now()
    await undo_email_change(identity.resources, brand=change["brand"], token=change["undo_token"], now=now)
    return await last_event(identity)


async def new_device(identity: OpenedPart) -> Event:
    """The right password comes from a device that is not known."""
    member = await enrolled(identity, brand="demo")
    await followed_link(identity, member, ago=LONG_AGO)
    device = ShownDevice("Firefox, Windows")
    typed = SignIn(brand="demo", identifier=member["email"], password=PASSWORD, device=device)
    try:
        await sign_in(identity.resources, typed, now=identity.resources.foundation.clock.now())
    except NewDeviceCodeRequired:
        return await last_event(identity)
    raise AssertionError("no code was asked for")


async def code_asked(identity: OpenedPart) -> Event:
    """A member asks for another address."""
    return await asked_for_email(identity, await enrolled(identity))


async def email_changed(identity: OpenedPart) -> Event:
    """A member confirms another address."""
    return whole_event_for("notifications", identity, await changed_email(identity))


OWN_STATES: dict[str, Callable[[OpenedPart], Awaitable[Event]]] = {
    told.CHANGED_PASSWORD.expectation.state: changed_password,
    told.TOLD_BY_POST.expectation.state: told_by_post,
    told.CODE.expectation.state: code_asked,
    told.CHANGED_EMAIL.expectation.state: email_changed,
    told.UNDONE.expectation.state: undone_email,
    told.NEW_DEVICE.expectation.state: new_device,
}
