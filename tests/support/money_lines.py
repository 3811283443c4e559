"""Lines of contributions and of reimbursements, in the import's formats: a monthly contribution, and a visit to the doctor."""

from typing import Any


def contribution_line(membership_number: str, reference: str, **changes: Any) -> dict[str, Any]:
    """Return one line of `kind=contributions`."""
    line: dict[str, Any] = {
        "membership_number": membership_number,
        "reference": reference,
        "period_start": "2026-11-01",
        "period_end": "2026-11-30",
        "due_date": "2026-11-05",
        "amount": "91.69",
        "tax_amount": "10.74",
        "status": "paid",
        "paid_on": "2026-11-05",
        "method": "direct_debit",
    }
    return line | changes


def reimbursement_line(
    membership_number: str,
    line_id: str,
    *,
    birth_date: str = "1969-05-17",
    birth_rank: int = 1,
    **changes: Any,
) -> dict[str, Any]:
    """Return one line of `kind=reimbursements`: by default 30 euros of which 2 are withheld and the mutual pays 9."""
    line: dict[str, Any] = {
        "membership_number": membership_number,
        "source": "batch-2026",
        "line_id": line_id,
        "revision": 1,
        "statement": "D202610",
        "care_date": "2026-10-06",
        "beneficiary": {"birth_date": birth_date, "birth_rank": birth_rank},
        "act": "Consultation généraliste",
        "provider": "Dr Lemaître",
        "amount_spent": "30.00",
        "base": "30.00",
        "rate": "70",
        "mandatory_share": "19.00",
        "complementary_share": "9.00",
        "remaining_cost": "2.00",
        "paid_on": "2026-10-10",
        "payee": "member",
    }
    return line | changes


def split(spent: int, mandatory: int, complementary: int) -> dict[str, str]:
    """Return the four amounts of a line, given in cents: they add up."""
    return {
        "amount_spent": euros_text(spent),
        "mandatory_share": euros_text(mandatory),
        "complementary_share": euros_text(complementary),
        "remaining_cost": euros_text(spent - mandatory - complementary),
    }


def euros_text(cents: int) -> str:
    """Return cents as files write them; without the code under test."""
    sign, digits = "-" if cents < 0 else "", f"{abs(cents):03}"
    return f"{sign}{digits[:-2]}.{digits[-2:]}"
