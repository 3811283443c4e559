"""Whose numbers are these, and may they be looked at? Reads accounts; counts the try before anything is compared.

Unknown, wrong, not in force and locked take the same statements; every digest is computed and compared whoever is found.
"""

import hmac
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from service_kit.clock import civil_date

from identity_service.domain.accounts import Account, preferred
from identity_service.domain.login_identifiers import letters_and_digits, normalise_nir
from identity_service.resources import Identity
from identity_service.store import memberships, tries
from identity_service.store.memberships import Membership

NOBODYS = bytes(32)


@dataclass(frozen=True)
class Numbers:
    """What somebody stated: the numbers of the member's card, and the birth date `YYYY-MM-DD` where it is asked for."""

    brand: str
    membership_number: str = field(repr=False)
    nir: str = field(repr=False)
    birth_date: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Holder:
    """The account that the numbers stand for today, and the number of the try that was right."""

    account: Account
    try_number: int


async def recognise_by_numbers(identity: Identity, stated: Numbers, *, now: datetime) -> Holder | None:
    """Return whose numbers were stated; None when anything is wrong, or no try is left."""
    policy = identity.brands[stated.brand]
    digests = identity.digests.membership.all_of(stated.brand, letters_and_digits(stated.membership_number))
    async with identity.database.transaction() as connection:
        found = await memberships.find(connection, brand=stated.brand, digests=digests)
        by_id = {one.account.id: one for one in found}
        accounts = [one.account for one in found]
        account = preferred(accounts, civil_date(now), read_only_years=policy.read_only_years)
        subject = account.id if account is not None else UUID(bytes=digests[0][:16])
        number = await tries.count(connection, subject, now=now, lockout=policy.lockout)
    right = _is_right(identity, stated, by_id.get(subject), owner=account.member_id if account is not None else subject)
    return Holder(account, number) if right and account is not None and number is not None else None


def _is_right(identity: Identity, stated: Numbers, known: Membership | None, *, owner: UUID) -> bool:
    nir = identity.digests.nir.all_of(stated.brand, normalise_nir(stated.nir))
    right = _among(known.nir_digest if known else NOBODYS, nir)
    if stated.birth_date is not None:
        birth = identity.digests.birth.all_of(str(owner), stated.birth_date)
        right &= _among(known.birth_digest if known else NOBODYS, birth)
    return right


def _among(kept: bytes, digests: list[bytes]) -> bool:
    equal = [hmac.compare_digest(kept, digest) for digest in digests]  # all of them, wherever the right one stands
    return any(equal)
