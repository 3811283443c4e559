"""The contract's last day, where terminations stand beside what the back office's file says. Reads terminations.

Called by `save_members` for the members that a file changes, and by `undo_termination` for what is left.
"""

from dataclasses import replace
from datetime import date
from uuid import UUID

import structlog
from service_kit.database import Connection

from contracts_service.domain.termination.standing import Standing, end_beside
from contracts_service.store import terminations
from contracts_service.usecases.member_rows import MemberRows

log = structlog.get_logger()


async def keep_standing_ends(connection: Connection, told: list[MemberRows]) -> list[MemberRows]:
    """Return the rows that a file tells, none with a later end, or without one, where a termination stands.

    Only the back office, by cancelling the termination, or the member, by contesting it, gives the contract its later end back.
    """
    known = [one.member.id for one in told if one.member.version > 1]
    found = await terminations.standing(connection, known) if known else []
    by_member: dict[UUID, list[Standing]] = {}
    for one in found:
        by_member.setdefault(one.member_id, []).append(one)
    return [_kept(one, by_member[one.member.id]) if one.member.id in by_member else one for one in told]


async def end_without(connection: Connection, rows: MemberRows, termination_id: UUID) -> date | None:
    """Return the last day that a contract has once a termination is undone."""
    others = [one for one in await terminations.standing(connection, [rows.member.id]) if one.id != termination_id]
    return end_beside(rows.contract.file_end_date, others, begun=rows.contract.effective_date)


def _kept(told: MemberRows, standing: list[Standing]) -> MemberRows:
    contract = told.contract
    end = end_beside(contract.file_end_date, standing, begun=contract.effective_date)
    if end == contract.end_date:
        return told
    ids = [str(one.id) for one in standing]
    log.warning("end_kept", member_id=str(told.member.id), contract_id=str(contract.id), termination_ids=ids)
    return replace(told, contract=replace(contract, end_date=end))
