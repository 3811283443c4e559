"""SQL of the running totals by contract and year of the due date."""

from uuid import UUID

from service_kit.database import Connection

from contracts_service.domain.contribution_sums import ContributionSums


async def add_all(connection: Connection, years: dict[tuple[UUID, int], ContributionSums]) -> None:
    """Add what contributions have changed to the totals; a year without a contribution left has none."""
    rows = [(*key, *one.columns) for key, one in years.items()]
    await connection.execute(
        """
        INSERT INTO contribution_years AS known (contract_id, year, lines, amount, called, paid, unpaid, tax_amount)
        SELECT * FROM unnest(
            $1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[]
        )
        ON CONFLICT (contract_id, year) DO UPDATE SET
            lines = known.lines + excluded.lines,
            amount = known.amount + excluded.amount,
            called = known.called + excluded.called,
            paid = known.paid + excluded.paid,
            unpaid = known.unpaid + excluded.unpaid,
            tax_amount = known.tax_amount + excluded.tax_amount
        """,
        *zip(*rows, strict=True),
    )
    lessened = [key for key, one in years.items() if one.lines < 0]
    if lessened:
        await _drop_empty(connection, lessened)


async def _drop_empty(connection: Connection, keys: list[tuple[UUID, int]]) -> None:
    await connection.execute(
        """
        DELETE FROM contribution_years USING unnest($1::uuid[], $2::bigint[]) AS lessened (contract_id, year)
        WHERE contribution_years.contract_id = lessened.contract_id AND contribution_years.year = lessened.year
            AND lines = 0
        """,
        *zip(*keys, strict=True),
    )
