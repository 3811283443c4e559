"""How identity comes into the states that its listeners name: by the use cases that its routes and loops call."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import uuid4

from identity_service.domain.errors import NoMatch
from identity_service.usecases.look_up_identifier import look_up_identifier
from identity_service.usecases.recognise_by_numbers import Numbers
from identity_service.usecases.redeem_reset import redeem_reset
from identity_service.usecases.request_activation import Creation, request_activation
from identity_service.usecases.tell_locks import tell_locks
from identity_service.usecases.welcome_members import welcome_members
from service_kit.events import Envelope

from tests.pacts import account_expectations as told
from tests.support.agreements import examples_of
from tests.support.pacts import Event
from tests.support.parts import OpenedPart
from tests.support.wire import whole_event_for

PASSWORD = "Trois pommes vertes sur un toit"
SERIAL = count(100)

Member = dict[str, Any]


async def enrolled(identity: OpenedPart, **changes: Any) -> Member:
    """Let somebody new join mgas, and return what contracts tells of them."""
    example, number = examples_of("member.enrolled.v1")["ordinary.json"], next(SERIAL)
    own = {
        "member_id": str(uuid4()),
        "membership_number": f"{number:08}",
        "nir": f"2840675111{number:03}",
        "email": f"membre.{number}@courriel.example",
    }
    data = example["data"] | own | changes
    await identity.hear(example | {"id": str(uuid4()), "subject": f"member/{data['member_id']}", "data": data})
    return data


async def last_event(identity: OpenedPart) -> Event:
    """Return what was recorded last, as notifications reads it."""
    return whole_event_for("notifications", identity, (await identity.recorded())[-1])


async def asked_for_an_access(identity: OpenedPart, email: str) -> Event:
    """Let somebody whose address nobody knows create an access."""
    resources, member = identity.resources, await enrolled(identity, email=None)
    typed = Creation(
        numbers=Numbers(member["brand"], member["membership_number"], member["nir"]),
        email=email,
        email_confirmation=email,
        accepted_terms=resources.terms[member["brand"]].version,
    )
    await request_activation(resources, typed, now=resources.foundation.clock.now())
    return await last_event(identity)


async def activation(identity: OpenedPart) -> Event:
    """An address that is free."""
    return await asked_for_an_access(identity, f"libre.{next(SERIAL)}@courriel.example")


async def taken(identity: OpenedPart) -> Event:
    """The address of somebody else."""
    return await asked_for_an_access(identity, (await enrolled(identity))["email"])


async def activated_account(identity: OpenedPart) -> Envelope:
    """Let a member follow the activation link; return what all listeners are told."""
    data = (await activation(identity))["data"]
    await redeem_reset(
        identity.resources,
        brand=data["brand"],
        token=data["token"],
        password=PASSWORD,
        confirmation=PASSWORD,
        now=identity.resources.foundation.clock.now(),
    )
    event_type = told.ACTIVATED.expectation.event_type
    return next(one for one in await identity.recorded() if one.type == event_type)


async def welcomed_account(identity: OpenedPart) -> Envelope:
    """Let the contract of a member with an address begin; return what all listeners are told."""
    await enrolled(identity)
    while await welcome_members(identity.resources):
        pass
    return (await identity.recorded())[-1]


async def activated(identity: OpenedPart) -> Event:
    """A member who follows the activation link."""
    return whole_event_for("notifications", identity, await activated_account(identity))


async def welcome(identity: OpenedPart) -> Event:
    """A member with an address whose contract has begun."""
    return whole_event_for("notifications", identity, await welcomed_account(identity))


async def look_up(identity: OpenedPart, member: Member, *, birth_date: str, hours_ago: int = 0) -> None:
    """State three facts."""
    now = identity.resources.foundation.clock.now() - timedelta(hours=hours_ago)
    stated = Numbers(member["brand"], member["membership_number"], member["nir"], birth_date)
    await look_up_identifier(identity.resources, stated, now=now)


async def looked_up(identity: OpenedPart) -> Event:
    """Three facts that are right."""
    member = await enrolled(identity)
    await look_up(identity, member, birth_date=member["birth_date"])
    return await last_event(identity)


async def locked(identity: OpenedPart) -> Event:
    """As many wrong tries in a row as the brand allows, each after the pause that the one before it caused."""
    member = await enrolled(identity)
    tries = identity.resources.brands[member["brand"]].lockout.disable_at_failures
    for hours in range(2 * tries, 0, -2):
        try:
            await look_up(identity, member, birth_date="1999-09-09", hours_ago=hours)
        except NoMatch:
            continue
    while await tell_locks(identity.resources):
        pass
    return await last_event(identity)


STATES: dict[str, Callable[[OpenedPart], Awaitable[Event]]] = {
    told.ACTIVATION.expectation.state: activation,
    told.TAKEN.expectation.state: taken,
    told.ACTIVATED.expectation.state: activated,
    told.WELCOME.expectation.state: welcome,
    told.LOOKED_UP.expectation.state: looked_up,
    told.LOCKED.expectation.state: locked,
}
