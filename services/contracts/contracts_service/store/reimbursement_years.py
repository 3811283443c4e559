"""SQL of the running totals by person and civil year of care."""

from uuid import UUID

from service_kit.database import Connection

from contracts_service.domain.reimbursement_sums import Sums


async def add_all(connection: Connection, years: dict[tuple[UUID, int], Sums]) -> None:
    """Add what lines have changed to the totals; a year without a line left has none."""
    rows = [(*key, *one.shares, one.flat_contribution, one.deductible) for key, one in years.items()]
    await connection.execute(
        """
        INSERT INTO reimbursement_years AS known (
            person_id, year, lines, amount_spent, mandatory_share, complementary_share, remaining_cost,
            flat_contribution, deductible
        )
        SELECT * FROM unnest(
            $1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[],
            $9::bigint[]
        )
        ON CONFLICT (person_id, year) DO UPDATE SET
            lines = known.lines + excluded.lines,
            amount_spent = known.amount_spent + excluded.amount_spent,
            mandatory_share = known.mandatory_share + excluded.mandatory_share,
            complementary_share = known.complementary_share + excluded.complementary_share,
            remaining_cost = known.remaining_cost + excluded.remaining_cost,
            flat_contribution = known.flat_contribution + excluded.flat_contribution,
            deductible = known.deductible + excluded.deductible
        """,
        *zip(*rows, strict=True),
    )
    lessened = [key for key, one in years.items() if one.lines < 0]
    if lessened:
        await _drop_empty(connection, lessened)


async def _drop_empty(connection: Connection, keys: list[tuple[UUID, int]]) -> None:
    await connection.execute(
        """
        DELETE FROM reimbursement_years USING unnest($1::uuid[], $2::bigint[]) AS lessened (person_id, year)
        WHERE reimbursement_years.person_id = lessened.person_id AND reimbursement_years.year = lessened.year
            AND lines = 0
        """,
        *zip(*keys, strict=True),
    )
