"""SQL of reimbursements as imports write them: a brand's by one transaction at a time (`members.lock_brand`)."""

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from service_kit.database import Connection


class ReimbursementRow(NamedTuple):
    """A line as it is kept; amounts are cents, the rate is in hundredths of a percent. What the file says of it comes last."""

    id: UUID
    line_key: UUID
    source: str
    line_id: str
    saved_at: datetime
    flat_contribution: int
    deductible: int
    revision: int
    care_date: date
    person_id: UUID
    contract_id: UUID
    statement_id: UUID | None
    amount_spent: int
    mandatory_share: int
    complementary_share: int
    remaining_cost: int
    base: int | None
    rate: int | None
    paid_on: date | None
    act: str
    provider: str | None
    payee: str | None

    def __repr__(self) -> str:
        return f"{type(self).__name__}(•••)"

    @property
    def content(self) -> tuple[object, ...]:
        """Return all that the file says of the line beside its identity and revision."""
        return self[8:]


COLUMNS = ReimbursementRow._fields
_KEPT = [name for name in COLUMNS if name not in {"id", "line_key", "source", "line_id"}]


async def find_all(connection: Connection, keys: list[UUID]) -> dict[UUID, ReimbursementRow]:
    """Return line key → line, for those that are known, whichever year they are in."""
    rows = await connection.fetch(
        f"SELECT {', '.join(COLUMNS)} FROM reimbursements WHERE line_key = ANY($1)",  # noqa: S608 - names of ours
        keys,
    )
    return {row["line_key"]: ReimbursementRow(*row.values()) for row in rows}


async def add_all(connection: Connection, rows: list[ReimbursementRow]) -> None:
    """Write lines that are not there."""
    await connection.copy_records_to_table("reimbursements", columns=COLUMNS, records=rows)


async def remove_all(connection: Connection, rows: list[ReimbursementRow]) -> None:
    """Remove lines as they were, to be written as they have become: a changed day of care may lie in another partition."""
    if not rows:
        return
    await connection.execute(
        """
        DELETE FROM reimbursements USING unnest($1::uuid[], $2::date[], $3::uuid[]) AS old (person_id, care_date, id)
        WHERE reimbursements.person_id = old.person_id AND reimbursements.care_date = old.care_date
            AND reimbursements.id = old.id
        """,
        [row.person_id for row in rows],
        [row.care_date for row in rows],
        [row.id for row in rows],
    )


async def keep_revisions(connection: Connection, rows: list[ReimbursementRow], *, now: datetime) -> None:
    """Keep what lines were before they were replaced."""
    if not rows:
        return
    places = [COLUMNS.index(name) for name in _KEPT]
    await connection.copy_records_to_table(
        "reimbursement_revisions",
        columns=["reimbursement_id", *_KEPT, "replaced_at"],
        records=[(row.id, *(row[place] for place in places), now) for row in rows],
    )
