"""Somebody takes all that we keep of them away: one archive of JSON, CSV and PDF (GDPR art. 15 and 20). Reads only.

Who is known apart from the member is not in the member's archive, and the reverse (code de la mutualité, L114-2). What identity,
notifications and documents keep is shown there; LISEZ-MOI.txt says where.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any

from service_kit.access_tokens import MemberPrincipal

from contracts_service.domain.money import euros
from contracts_service.domain.reimbursement_line import rate_text
from contracts_service.rendering.data_archive import Archive, write_archive
from contracts_service.resources import Contracts
from contracts_service.security.seals import Seals
from contracts_service.store import exported_data
from contracts_service.usecases.recognise_viewer import recognise_viewer

AMOUNTS = frozenset(
    {"amount_spent", "base", "mandatory_share", "complementary_share", "remaining_cost", "amount", "tax_amount"}
)


async def export_data(service: Contracts, caller: MemberPrincipal, *, now: datetime) -> bytes:
    """Return the archive (ZIP) of the caller's data, with amounts in euros and numbers in clear; raise NotFound.

    Raises TooManyRequests while the caller's former archive is being made, TemporarilyUnavailable while many are.
    """
    with service.export_seats.taken_by(caller.member_id):
        # One snapshot: a line that is being imported is in all parts of the archive, or in none.
        async with service.database.connection() as connection, connection.transaction(isolation="repeatable_read"):
            viewer = await recognise_viewer(connection, caller, now=now)
            stored = await exported_data.read(connection, viewer)
        policy, seals = service.brands[viewer.brand], service.seals
        person_cipher = seals.member_nir if viewer.role == "member" else seals.beneficiary_nir
        archive = Archive(
            brand=policy.name,
            help=f"{policy.phone}, {policy.email}",
            exported_at=now,
            person=_opened(stored.person, nir_sealed=person_cipher.open, **_statement(seals)),
            contract=stored.contract,
            lists={name: _part(name, rows, seals) for name, rows in stored.lists.items()},
        )
        return await asyncio.to_thread(write_archive, archive)


def _statement(seals: Seals) -> dict[str, Callable[..., bytes]]:
    return {"statement_identifier_sealed": seals.statement_identifier.open}


def _part(name: str, rows: list[dict[str, Any]], seals: Seals) -> list[dict[str, Any]]:
    openers: dict[str, dict[str, Callable[..., bytes]]] = {
        "beneficiaires": {"nir_sealed": seals.beneficiary_nir.open},
        "comptes_bancaires": {
            "iban_sealed": seals.bank_iban.open,
            "holder_sealed": seals.bank_holder.open,
            "bic_sealed": seals.bank_bic.open,
        },
    }
    return [_opened(_with_amounts(row), **openers.get(name, {})) for row in rows]


def _opened(row: dict[str, Any], **openers: Callable[..., bytes]) -> dict[str, Any]:
    """Return a row with what is sealed in clear, under the column's name without `_sealed`."""
    shown = {}
    for column, value in row.items():
        opener = openers.get(column)
        clear = value if opener is None or value is None else opener(value, context=str(row["id"])).decode()
        shown[column.removesuffix("_sealed")] = clear
    return shown


def _with_amounts(row: dict[str, Any]) -> dict[str, Any]:
    amounts = {name: euros(row[name]) for name in AMOUNTS & row.keys() if row[name] is not None}
    rate = {"rate": rate_text(row["rate"])} if row.get("rate") is not None else {}
    return {**row, **amounts, **rate}
