"""Good lines of contributions and reimbursements about the members of `contracts_fixtures.enrolment_line`."""

from typing import Any


def contribution_line(member: int, number: int, **changes: Any) -> dict[str, Any]:
    """Return contribution `number` of member `member`: paid in November 2026."""
    return {
        "membership_number": f"{member:08}",
        "reference": f"2026-{number:06}",
        "period_start": "2026-11-01",
        "period_end": "2026-11-30",
        "due_date": "2026-11-05",
        "amount": "65.20",
        "tax_amount": "8.10",
        "status": "paid",
        "paid_on": "2026-11-06",
        "method": "direct_debit",
        **changes,
    }


def reimbursement_line(member: int, number: int, **changes: Any) -> dict[str, Any]:
    """Return line `number` of what member `member` was reimbursed: a visit to the doctor."""
    return {
        "membership_number": f"{member:08}",
        "source": "noemie",
        "line_id": f"2026-{number:08}",
        "revision": 1,
        "statement": "D202611",
        "care_date": "2026-11-02",
        "beneficiary": {"birth_date": "1969-05-17", "birth_rank": 1},
        "act": "G",
        "provider": "Pharmacie",
        "amount_spent": "30.00",
        "base": "30.00",
        "rate": "70",
        "mandatory_share": "19.00",
        "complementary_share": "9.00",
        "remaining_cost": "2.00",
        "paid_on": "2026-11-09",
        "payee": "member",
        **changes,
    }
