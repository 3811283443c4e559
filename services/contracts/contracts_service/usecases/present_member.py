"""A member as the rows tell it today, and a new version of it. Reads and writes members, contracts, beneficiaries and the outbox.

Whatever a person or a decision changes of a member goes through here, in one transaction under the brand's lock:
`load_member(…, lock)` → `dataclasses.replace` → `save_change`, which publishes member.changed.
"""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from service_kit.database import Connection

from contracts_service.resources import Contracts
from contracts_service.store import beneficiaries, contracts, members
from contracts_service.usecases.member_events import publish_members
from contracts_service.usecases.member_rows import MemberRows


async def load_member(connection: Connection, *, brand: str, member_id: UUID, lock: bool = False) -> MemberRows | None:
    """Return all that is kept of a member of `brand`.

    Before changing it, take `members.lock_brand` in the same transaction, and load with `lock`: the brand's lock does not hold
    up re-encryption, which passes over locked rows; without that, values under a key that is gone would be put back.
    """
    member = await members.find(connection, brand=brand, member_id=member_id, lock=lock)
    if member is None:
        return None
    contract = await contracts.find(connection, member.id)
    return MemberRows(member, contract, await beneficiaries.covered_by(connection, contract.id, lock=lock))


async def save_change(service: Contracts, connection: Connection, changed: MemberRows, *, now: datetime) -> MemberRows:
    """Write `changed` as the member's next version and publish it; return it as it is kept."""
    rows = replace(changed, member=replace(changed.member, version=changed.member.version + 1))
    await members.save_all(connection, [rows.member], now=now)
    await contracts.save_all(connection, [rows.contract])
    await beneficiaries.replace_all(connection, rows.beneficiaries, contract_ids=[rows.contract.id], now=now)
    await publish_members(service, connection, [rows], now=now)
    return rows
