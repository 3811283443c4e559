"""The columns that a CSV file of each kind may have: the dotted paths of the JSON fields, `*` for a place in a list.

`csv_lines` makes of a record the object that the same line is in NDJSON; what the fields may hold is for the kind's own reader
to say. Cells are texts: those of the columns named here as numbers or flags become JSON numbers and booleans.
"""

import re
from dataclasses import dataclass, field

from service_kit.field_problems import printable_name
from service_kit.problems import FieldProblem

from contracts_service.domain.import_states import ImportKind

_PLACE = re.compile(r"0|[1-9][0-9]{0,2}")

TEXTS = {
    "unknown-column": "Cette colonne n’est pas connue pour ce type de fichier.",
    "duplicate-column": "Cette colonne figure deux fois.",
    "missing-column": "Cette colonne manque\u202f: sans elle, aucune ligne ne peut être acceptée.",
    "not-utf-8": "L’en-tête n’est pas lisible en UTF-8.",
    "misplaced-quotes": "Les guillemets de l’en-tête sont mal placés ou ne sont pas fermés.",
    "line-too-long": "L’en-tête est trop long.",
}
"""What may be wrong with a header, which is wrong with the whole file."""


@dataclass(frozen=True)
class Columns:
    """What one kind knows: every column, those without which no line is good, and what is no text."""

    known: frozenset[str]
    required: frozenset[str]
    numbers: frozenset[str] = field(default_factory=frozenset)
    flags: frozenset[str] = field(default_factory=frozenset)

    def problems_of(self, header: list[str]) -> list[FieldProblem]:
        """Return what is wrong with a header. A name that we do not know may be a value: it is told by its place."""
        seen: set[str] = set()
        problems = []
        for place, name in enumerate(header, start=1):
            if pattern_of(name) not in self.known:
                problems.append(header_problem(f"column {place}", "unknown-column"))
            elif name in seen:
                problems.append(header_problem(name, "duplicate-column"))
            seen.add(name)
        there = {pattern_of(name) for name in seen}
        missing = sorted(self.required - there)
        return problems + [header_problem(name, "missing-column") for name in missing]


def header_problem(name: str, code: str) -> FieldProblem:
    """Return the problem of one column."""
    return FieldProblem(printable_name(name), code, TEXTS[code])


def pattern_of(name: str) -> str:
    """Return `beneficiaries.*.birth_rank` for `beneficiaries.0.birth_rank`."""
    return ".".join("*" if _PLACE.fullmatch(part) else part for part in name.split("."))


def _below(parent: str, *names: str) -> frozenset[str]:
    return frozenset(f"{parent}.{name}" for name in names)


_ADDRESS = _below(
    "address", "recipient", "complement", "building", "street", "locality", "postal_code", "city", "country"
)
_CONTRACT = _below("contract", "product", "kind", "effective_date", "renewal_date", "end_date", "responsible")
_GUARANTEES = _below("contract.guarantees.*", "code", "level")
_PEOPLE = _below("beneficiaries.*", "first_name", "last_name", "birth_date", "birth_rank", "relation", "nir")

_MEMBERS = Columns(
    known=frozenset(
        {"membership_number", "nir", "title", "last_name", "birth_name", "first_name", "birth_date", "email", "phone"}
        | {"statement_identifier"}
        | _ADDRESS
        | _CONTRACT
        | _GUARANTEES
        | _PEOPLE
    ),
    required=frozenset({"membership_number", "nir", "last_name", "first_name", "birth_date"})
    | _below("address", "city", "country")
    | _below("contract", "product", "kind", "effective_date", "responsible")
    | _GUARANTEES
    | (_PEOPLE - _below("beneficiaries.*", "nir")),
    numbers=_below("beneficiaries.*", "birth_rank"),
    flags=_below("contract", "responsible"),
)
_CONTRIBUTIONS_REQUIRED = frozenset(
    {"membership_number", "reference", "period_start", "period_end", "due_date", "amount", "tax_amount", "status"}
)
_CONTRIBUTIONS = Columns(
    known=_CONTRIBUTIONS_REQUIRED | {"paid_on", "method"},
    required=_CONTRIBUTIONS_REQUIRED,
)
_REIMBURSEMENTS_REQUIRED = frozenset(
    {"membership_number", "source", "line_id", "revision", "care_date", "act", "amount_spent", "mandatory_share"}
    | {"complementary_share", "remaining_cost"}
    | _below("beneficiary", "birth_date", "birth_rank")
)
_REIMBURSEMENTS = Columns(
    known=_REIMBURSEMENTS_REQUIRED | {"statement", "provider", "base", "rate", "paid_on", "payee"},
    required=_REIMBURSEMENTS_REQUIRED,
    numbers=frozenset({"revision", "beneficiary.birth_rank"}),
)

COLUMNS: dict[ImportKind, Columns] = {
    "members": _MEMBERS,
    "contributions": _CONTRIBUTIONS,
    "reimbursements": _REIMBURSEMENTS,
}
