"""A person looks at the own bank details: the account in force and the pending one. Reads bank_details.

Each person has their own: the member's are nobody else's, and an autonomous beneficiary's are not the member's
(code de la mutualité, L114-2).
"""

from dataclasses import dataclass, field
from datetime import date, datetime

from service_kit.access_tokens import MemberPrincipal

from contracts_service.domain.bank_account import Iban
from contracts_service.resources import Contracts
from contracts_service.store import bank_details
from contracts_service.store.bank_details import KnownDetails
from contracts_service.usecases.recognise_viewer import recognise_viewer


@dataclass(frozen=True)
class ShownAccount:
    """An account, opened."""

    iban: Iban
    holder: str = field(repr=False)
    bic: str | None = field(repr=False)
    requested_at: datetime
    in_force_on: date


@dataclass(frozen=True)
class ShownDetails:
    """The account in force, and the one that will be."""

    in_force: ShownAccount | None
    pending: ShownAccount | None


async def read_bank_details(service: Contracts, caller: MemberPrincipal, *, now: datetime) -> ShownDetails:
    """Return the caller's accounts; raise NotFound."""
    async with service.database.connection() as connection:
        viewer = await recognise_viewer(connection, caller, now=now)
        return show(service, await bank_details.find(connection, viewer.person_id))


def show(service: Contracts, found: list[KnownDetails]) -> ShownDetails:
    """Return a person's accounts, opened."""
    by_state = {one.state: _opened(service, one) for one in found}
    return ShownDetails(by_state.get("in_force"), by_state.get("pending"))


def _opened(service: Contracts, known: KnownDetails) -> ShownAccount:
    seals, context = service.seals, str(known.id)
    bic = known.bic_sealed
    return ShownAccount(
        iban=Iban(seals.bank_iban.open(known.iban_sealed, context=context).decode()),
        holder=seals.bank_holder.open(known.holder_sealed, context=context).decode(),
        bic=None if bic is None else seals.bank_bic.open(bic, context=context).decode(),
        requested_at=known.requested_at,
        in_force_on=known.in_force_on,
    )
