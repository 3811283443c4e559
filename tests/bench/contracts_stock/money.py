"""Reimbursements and contributions of a stock of members, month by month, as files tell them.

A reimbursement belongs to an episode of care: some lines of one person on one statement. Contributions are monthly. Member 0 has
as many of everything as nobody has: what the 500th page of a list is measured on.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from contracts_service.domain.contribution_line import ContributionLine
from contracts_service.domain.insured_people import InsuredContract, InsuredPerson
from contracts_service.domain.reimbursement_line import ReimbursementLine

from tests.bench.contracts_stock.people import insured, membership_number

HEAVY = 0  # the member of whom there is most
HEAVY_ROWS = 26_000  # of each kind: 520 pages of 50
CONTRIBUTION_MONTHS = 24
PAID_AFTER = timedelta(days=9)

# Act, provider, amount spent, base, rate, mandatory share, complementary share: cents, and hundredths of a percent.
Care = tuple[str, str | None, int, int | None, int | None, int, int]
CONSULTATION: Care = ("Consultation médecin généraliste", "Dr Œuvrard", 3000, 3000, 7000, 1900, 900)
SPECIALIST: Care = ("Consultation spécialiste", "Dr Le Gall", 6000, 3150, 7000, 2005, 3795)
MEDICINES: Care = ("Pharmacie", "Pharmacie de l’Église", 1840, 1840, 6500, 996, 644)
MEDICINES_15: Care = ("Pharmacie 15 %", "Pharmacie de l’Église", 722, 722, 1500, 8, 614)
ANALYSES: Care = ("Analyses de biologie", "Laboratoire du Port", 4210, 4210, 6000, 2326, 1684)
NURSE: Care = ("Soins infirmiers", "Mme Durand", 1265, 1265, 6000, 659, 506)
X_RAY: Care = ("Radiographie", "Imagerie du Centre", 5386, 5386, 7000, 3570, 1616)
GLASSES: Care = ("Verres et monture", "Optique Martin", 32000, 9, 6000, 5, 24995)
HOSPITAL: Care = ("Forfait journalier hospitalier", "Hôpital Saint-Louis", 2000, None, None, 0, 2000)
EPISODES: tuple[tuple[Care, ...], ...] = (
    (CONSULTATION, MEDICINES, MEDICINES, MEDICINES_15),
    (CONSULTATION, MEDICINES),
    (SPECIALIST, X_RAY, MEDICINES, NURSE, NURSE),
    (SPECIALIST, ANALYSES, ANALYSES, MEDICINES),
    (GLASSES,),
    (HOSPITAL, HOSPITAL, HOSPITAL, NURSE, NURSE, MEDICINES, MEDICINES, MEDICINES),
)
LINES_AN_EPISODE = sum(map(len, EPISODES)) / len(EPISODES)


@dataclass(frozen=True)
class Share:
    """The members that one process fills, in slices: `size` numbers from `first` on."""

    first: int
    size: int

    def slices(self, most: int) -> Iterator["Share"]:
        """Cut into slices of at most so many members."""
        for first in range(self.first, self.first + self.size, most):
            yield Share(first, min(most, self.first + self.size - first))


def months_before(today: date, count: int) -> list[date]:
    """Return the first days of the last `count` whole months, the earliest first."""
    last = today.year * 12 + today.month - 2
    return [date(month // 12, month % 12 + 1, 1) for month in range(last - count + 1, last + 1)]


def reimbursements_of(
    share: Share, month: date, *, lines: int, today: date
) -> Iterator[tuple[InsuredContract, ReimbursementLine]]:
    """Tell at least `lines` lines of a month about people of `share`; the same ones for the same arguments."""
    chance, told, episode, about = random.Random(f"{share.first}:{month}"), 0, 0, f"{month:%Y%m}-{share.first}"
    while told < lines:
        number, cares = share.first + int(chance.random() * share.size), chance.choice(EPISODES)
        contract = insured(number, today)
        person = contract.people[int(chance.random() * len(contract.people))]
        day = month + timedelta(days=int(chance.random() * 28))
        for place, care in enumerate(cares):
            yield contract, _reimbursement(number, f"{about}-{episode}-{place}", care, day, person)
        told, episode = told + len(cares), episode + 1


def heavy_reimbursements_of(
    month: date, *, lines: int, today: date
) -> Iterator[tuple[InsuredContract, ReimbursementLine]]:
    """Tell `lines` lines of a month about the heavy member, each on a statement of its own."""
    contract = insured(HEAVY, today)
    for place in range(lines):
        day = month + timedelta(days=place % 28)
        line = _reimbursement(HEAVY, f"{month:%Y%m}-heavy-{place}", CONSULTATION, day, contract.people[0])
        yield contract, line._replace(statement=f"{line.statement}-{place}")


def _reimbursement(number: int, line_id: str, care: Care, day: date, person: InsuredPerson) -> ReimbursementLine:
    act, provider, spent, base, rate, mandatory, complementary = care
    return ReimbursementLine(
        membership_number=membership_number(number),
        source="noemie",
        line_id=line_id,
        revision=1,
        statement=f"D{day.year}{day.month:02}",
        care_date=day,
        act=act,
        provider=provider,
        amount_spent=spent,
        base=base,
        rate=rate,
        mandatory_share=mandatory,
        complementary_share=complementary,
        remaining_cost=spent - mandatory - complementary,
        paid_on=day + PAID_AFTER,
        payee="member",
        birth_date=person.birth_date,
        birth_rank=person.birth_rank,
    )


def contributions_of(share: Share, month: date) -> Iterator[tuple[int, ContributionLine]]:
    """Tell the contribution of a month of every member of `share`; some are unpaid."""
    for number in range(share.first, share.first + share.size):
        line = contribution(number, month, f"{month:%Y%m}-{number}")
        yield number, line._replace(status="unpaid", paid_on=None) if number % 50 == 7 else line


def heavy_contributions_of(month: date, *, lines: int) -> Iterator[tuple[int, ContributionLine]]:
    """Tell `lines` contributions of a month of the heavy member."""
    for place in range(lines):
        yield HEAVY, contribution(HEAVY, month, f"{month:%Y%m}-heavy{place}")


def contribution(number: int, month: date, reference: str) -> ContributionLine:
    """Tell a contribution that is paid."""
    following = (month.replace(day=28) + timedelta(days=4)).replace(day=1)
    amount = 4200 + number % 97 * 100
    return ContributionLine(
        membership_number=membership_number(number),
        reference=reference,
        period_start=month,
        period_end=following - timedelta(days=1),
        due_date=month + timedelta(days=4),
        amount=amount,
        tax_amount=amount * 1327 // 11327,  # the solidarity tax of 13.27 % that is part of it
        status="paid",
        paid_on=month + timedelta(days=5),
        method="direct_debit",
    )
