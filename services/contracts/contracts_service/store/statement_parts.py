"""SQL of statements as imports write them: which there are, and the running totals of each person's lines on them."""

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from service_kit.database import Connection

from contracts_service.domain.reimbursement_sums import PartSums

StatementName = tuple[UUID, str]  # contract, identifier
Parts = dict[tuple[UUID, UUID], PartSums]  # of statement and person


class StatementRow(NamedTuple):
    """A statement, in the order of the statement's columns."""

    id: UUID
    contract_id: UUID
    identifier: str
    dated_on: date
    created_at: datetime


async def find_all(connection: Connection, names: list[StatementName]) -> dict[StatementName, StatementRow]:
    """Return the statements among `names` that are known."""
    rows = await connection.fetch(
        """
        SELECT statements.id, contract_id, identifier, dated_on, created_at
        FROM statements JOIN unnest($1::uuid[], $2::text[]) AS wanted (contract_id, identifier)
            USING (contract_id, identifier)
        """,
        [contract_id for contract_id, _ in names],
        [identifier for _, identifier in names],
    )
    return {(row["contract_id"], row["identifier"]): StatementRow(*row.values()) for row in rows}


async def add_statements(connection: Connection, rows: list[StatementRow]) -> None:
    """Write statements that are not there."""
    if not rows:
        return
    await connection.copy_records_to_table("statements", columns=StatementRow._fields, records=rows)


async def add_all(connection: Connection, parts: Parts, *, dated_on: dict[UUID, date], now: datetime) -> None:
    """Add what lines have changed to the parts of (statement, person); `dated_on` is each statement's day."""
    if not parts:
        return
    await connection.execute(
        """
        INSERT INTO statement_parts AS known (
            statement_id, person_id, dated_on, lines, amount_spent, mandatory_share, complementary_share, remaining_cost,
            first_care_date, last_care_date, latest_paid_on, touched_at
        )
        SELECT * FROM unnest(
            $1::uuid[], $2::uuid[], $3::date[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[],
            $9::date[], $10::date[], $11::date[], $12::timestamptz[]
        )
        ON CONFLICT (statement_id, person_id) DO UPDATE SET
            lines = known.lines + excluded.lines,
            amount_spent = known.amount_spent + excluded.amount_spent,
            mandatory_share = known.mandatory_share + excluded.mandatory_share,
            complementary_share = known.complementary_share + excluded.complementary_share,
            remaining_cost = known.remaining_cost + excluded.remaining_cost,
            first_care_date = least(known.first_care_date, excluded.first_care_date),
            last_care_date = greatest(known.last_care_date, excluded.last_care_date),
            latest_paid_on = greatest(known.latest_paid_on, excluded.latest_paid_on),
            touched_at = coalesce(excluded.touched_at, known.touched_at)
        """,
        *zip(*_rows(parts, dated_on, now), strict=True),
    )
    lessened = [key for key, part in parts.items() if part.has_lost_lines]
    if lessened:
        await _look_up_days(connection, lessened)


def _rows(parts: Parts, dated_on: dict[UUID, date], now: datetime) -> list[tuple[object, ...]]:
    # A statement that only loses lines is named by none: its part is there, and keeps its day.
    return [
        (
            *(statement_id, person_id, dated_on.get(statement_id, part.first_care_date)),
            *part.sums.shares,
            *(part.first_care_date, part.last_care_date, part.latest_paid_on, now if part.is_news else None),
        )
        for (statement_id, person_id), part in parts.items()
    ]


async def _look_up_days(connection: Connection, keys: list[tuple[UUID, UUID]]) -> None:
    """Set the days of parts that have lost lines to those of the lines that are left; drop the parts that have none."""
    columns = list(zip(*keys, strict=True))
    await connection.execute(
        """
        DELETE FROM statement_parts USING unnest($1::uuid[], $2::uuid[]) AS lessened (statement_id, person_id)
        WHERE statement_parts.statement_id = lessened.statement_id AND statement_parts.person_id = lessened.person_id
            AND lines = 0
        """,
        *columns,
    )
    await connection.execute(
        """
        UPDATE statement_parts SET
            first_care_date = left_over.first, last_care_date = left_over.last, latest_paid_on = left_over.paid
        FROM (
            SELECT lessened.*, min(care_date) AS first, max(care_date) AS last, max(paid_on) AS paid
            FROM unnest($1::uuid[], $2::uuid[]) AS lessened (statement_id, person_id)
            JOIN reimbursements USING (statement_id, person_id)
            GROUP BY lessened.statement_id, lessened.person_id
        ) AS left_over
        WHERE statement_parts.statement_id = left_over.statement_id AND statement_parts.person_id = left_over.person_id
        """,
        *columns,
    )
