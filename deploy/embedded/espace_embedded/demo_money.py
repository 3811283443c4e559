"""Invents what the demonstration's members have paid and were reimbursed: a year of contributions, some months of care.

Read by `demonstration`, which imports it as a back office does. Payments are older than what anybody is told of, so that no mail
waits on the desk at the start. Amounts follow from each other to the cent.
"""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from espace_embedded.demo_data import demo_members

Line = dict[str, Any]

_MONTHLY = {"Essentielle": 48_60, "Équilibre": 71_30, "Sérénité": 96_80}  # cents, taxes included
_TAX = {True: 13_27, False: 20_27}  # hundredths of a percent of the amount before tax, responsible contracts pay less
_CARE = (  # act, provider, spent, base and rate in percent, mandatory share, complementary share: cents
    ("Consultation généraliste", "Dr Anne Exemple", 30_00, 30_00, 70, 19_00, 9_00),
    ("Consultation spécialiste", "Dr Marc Exemple", 55_00, 31_50, 70, 20_05, 15_45),
    ("Pharmacie (2 boîtes)", "Pharmacie de l’Exemple", 18_40, 18_40, 65, 9_96, 6_44),
    ("Kinésithérapie", "Cabinet de l’Exemple", 17_20, 17_20, 60, 9_32, 6_88),
    ("Analyses de biologie", "Laboratoire de l’Exemple", 27_50, 27_50, 60, 14_50, 11_00),
    ("Couronne dentaire", "Dr Zoé Exemple", 500_00, 120_00, 60, 72_00, 168_00),
    ("Verres et monture", "Optique de l’Exemple", 290_00, 0, 60, 0, 250_00),
)
_SETTLED_DAYS = 65  # between the latest payment and today
_VISITS = 5


def demo_contributions(brand: str, *, today: date) -> list[Line]:
    """Return lines of `kind=contributions`: every month of the civil year of `today` in which the contract is in force."""
    return [
        line
        for member in demo_members(brand, today=today)
        if member["contract"]["kind"] != "group_mandatory"  # the employer pays
        for line in _year_of(member, today)
    ]


def demo_reimbursements(brand: str, *, today: date) -> list[Line]:
    """Return lines of `kind=reimbursements`: a few for everybody whom a contract covers; one was corrected, one taken back."""
    chance = random.Random(f"care of {brand}")  # noqa: S311 - invented people have no secrets
    lines = [line for member in demo_members(brand, today=today) for line in _care_of(member, today, chance)]
    lines.append(_corrected(lines[0]))
    lines.append(_taken_back(lines[1]))
    return lines


def _year_of(member: Line, today: date) -> Iterator[Line]:
    contract = member["contract"]
    amount = _MONTHLY[contract["product"]]
    rate = _TAX[contract["responsible"]]
    for month in range(1, 13):
        first = date(today.year, month, 1)
        due = first.replace(day=5)
        if not _is_covered(contract, first):
            continue
        status = "paid" if due < today else "called" if due < today + timedelta(days=30) else "scheduled"
        yield {
            "membership_number": member["membership_number"],
            "reference": f"C{first:%Y%m}-{member['membership_number']}",
            "period_start": first.isoformat(),
            "period_end": _last_day(first).isoformat(),
            "due_date": due.isoformat(),
            "amount": _euros(amount),
            "tax_amount": _euros(amount * rate // (100_00 + rate)),
            "status": status,
            "paid_on": due.isoformat() if status == "paid" else None,
            "method": "direct_debit",
        }


def _care_of(member: Line, today: date, chance: random.Random) -> Iterator[Line]:
    people = [(member["birth_date"], 1)]
    people += [(one["birth_date"], one["birth_rank"]) for one in member["beneficiaries"]]
    for nth, (birth_date, birth_rank) in enumerate(people):
        for visit in range(_VISITS):
            paid_on = today - timedelta(days=_SETTLED_DAYS + 30 * visit)
            care_date = paid_on - timedelta(days=4 + int(chance.random() * 5))
            act, provider, spent, base, rate, mandatory, complementary = _CARE[int(chance.random() * len(_CARE))]
            if not _is_covered(member["contract"], care_date):
                continue
            yield {
                "membership_number": member["membership_number"],
                "source": "demonstration",
                "line_id": f"{member['membership_number']}-{nth}-{visit}",
                "revision": 1,
                "statement": f"D{paid_on:%Y%m}",
                "care_date": care_date.isoformat(),
                "beneficiary": {"birth_date": birth_date, "birth_rank": birth_rank},
                "act": act,
                "provider": provider,
                "amount_spent": _euros(spent),
                "base": _euros(base),
                "rate": str(rate),
                "mandatory_share": _euros(mandatory),
                "complementary_share": _euros(complementary),
                "remaining_cost": _euros(spent - mandatory - complementary),
                "paid_on": paid_on.isoformat(),
                "payee": "member",
            }


def _corrected(line: Line) -> Line:
    """Return the line's next revision: the mutual pays a euro of what had been left to the member."""
    shares = {name: _cents(line[name]) for name in ("complementary_share", "remaining_cost")}
    moved = min(1_00, shares["remaining_cost"])
    return line | {
        "revision": line["revision"] + 1,
        "complementary_share": _euros(shares["complementary_share"] + moved),
        "remaining_cost": _euros(shares["remaining_cost"] - moved),
    }


def _taken_back(line: Line) -> Line:
    """Return the line that takes another one back: the same amounts, negative, under an identity of its own."""
    shares = ("amount_spent", "mandatory_share", "complementary_share", "remaining_cost")
    return line | {"line_id": f"{line['line_id']}-R"} | {name: _euros(-_cents(line[name])) for name in shares}


def _is_covered(contract: Line, day: date) -> bool:
    return bool(contract["effective_date"] <= day.isoformat() <= (contract["end_date"] or "9999"))


def _last_day(first: date) -> date:
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def _euros(cents: int) -> str:
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def _cents(euros: str) -> int:
    return int(euros.replace(".", ""))
