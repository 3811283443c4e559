"""SQL of contributions as imports write them: a brand's by one transaction at a time (`members.lock_brand`)."""

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from service_kit.database import Connection

from contracts_service.domain.contribution_status import ContributionStatus, PaymentMethod


class ContributionRow(NamedTuple):
    """A contribution as it is kept; amounts are cents. What the file says of it comes last."""

    id: UUID
    line_key: UUID
    reference: str
    saved_at: datetime
    version: int
    contract_id: UUID
    due_date: date
    period_start: date
    period_end: date
    amount: int
    tax_amount: int
    status: ContributionStatus
    paid_on: date | None
    method: PaymentMethod | None

    def __repr__(self) -> str:
        return f"{type(self).__name__}(•••)"

    @property
    def content(self) -> tuple[object, ...]:
        """Return all that the file says of the contribution beside its reference."""
        return self[5:]


COLUMNS = ContributionRow._fields
_KEPT = [name for name in COLUMNS if name not in {"id", "line_key", "reference"}]


async def find_all(connection: Connection, keys: list[UUID]) -> dict[UUID, ContributionRow]:
    """Return line key → contribution, for those that are known, whichever year they are in."""
    rows = await connection.fetch(
        f"SELECT {', '.join(COLUMNS)} FROM contributions WHERE line_key = ANY($1)",  # noqa: S608 - names of ours
        keys,
    )
    return {row["line_key"]: ContributionRow(*row.values()) for row in rows}


async def add_all(connection: Connection, rows: list[ContributionRow]) -> None:
    """Write contributions that are not there."""
    await connection.copy_records_to_table("contributions", columns=COLUMNS, records=rows)


async def remove_all(connection: Connection, rows: list[ContributionRow]) -> None:
    """Remove contributions as they were, to be written as they have become: another due date may lie in another partition."""
    if not rows:
        return
    await connection.execute(
        """
        DELETE FROM contributions USING unnest($1::uuid[], $2::date[], $3::uuid[]) AS old (contract_id, due_date, id)
        WHERE contributions.contract_id = old.contract_id AND contributions.due_date = old.due_date
            AND contributions.id = old.id
        """,
        [row.contract_id for row in rows],
        [row.due_date for row in rows],
        [row.id for row in rows],
    )


async def keep_changes(connection: Connection, rows: list[ContributionRow], *, now: datetime) -> None:
    """Keep what contributions were before they were replaced."""
    if not rows:
        return
    places = [COLUMNS.index(name) for name in _KEPT]
    await connection.copy_records_to_table(
        "contribution_changes",
        columns=["contribution_id", *_KEPT, "replaced_at"],
        records=[(row.id, *(row[place] for place in places), now) for row in rows],
    )
