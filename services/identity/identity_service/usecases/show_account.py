"""A member looks at the own account. Reads accounts, terms_acceptances and passkeys."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from service_kit.access_tokens import MemberPrincipal
from service_kit.clock import civil_date
from service_kit.http.problems import NotSignedIn
from service_kit.personal import Personal

from identity_service.resources import Identity
from identity_service.store import passkeys, profiles
from identity_service.store.profiles import KeptProfile
from identity_service.usecases.known_address import known_address
from identity_service.usecases.open_session import terms_to_accept
from identity_service.usecases.present_session import present_session


@dataclass(frozen=True)
class Profile:
    """An account as its member sees it. `read_only`: the contract has ended, documents stay for some years."""

    brand: str
    email: Personal | None
    login_identifier: Literal["nir", "email"]
    kept: KeptProfile
    terms_to_accept: str | None
    passkeys: int
    new_device_check: bool
    read_only: bool


async def show_account(identity: Identity, member: MemberPrincipal, *, now: datetime) -> Profile:
    """Return the caller's own account; raise NotSignedIn."""
    account = (await present_session(identity, member, now=now)).account
    async with identity.database.connection() as connection:
        kept = await profiles.find(connection, account.id)
        to_accept = await terms_to_accept(identity, connection, account)
        number = await passkeys.count(connection, account.id)
    if kept is None:
        raise NotSignedIn
    policy, email = identity.brands[account.brand], known_address(identity, account)
    return Profile(
        brand=account.brand,
        email=None if email is None else Personal(email),
        login_identifier=policy.login_identifier,
        kept=kept,
        terms_to_accept=to_accept,
        passkeys=number,
        new_device_check=policy.checks_new_devices and email is not None,
        read_only=not account.in_force_on(civil_date(now)),
    )
