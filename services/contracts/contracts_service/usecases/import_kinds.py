"""The table of kinds of import: how a line is read, who saves it, and how many lines make a chunk.

Read by `receive_import` (columns, lines to a chunk), `process_imports` (reader, saver) and `check_brand` (what proves a brand).
"""

from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from service_kit.database import Connection

from contracts_service.domain.brand_policy import BrandPolicy
from contracts_service.domain.contribution_line import parse_contribution_line
from contracts_service.domain.enrolment_line import parse_enrolment_line
from contracts_service.domain.file_columns import COLUMNS, Columns
from contracts_service.domain.import_states import ImportKind
from contracts_service.domain.reimbursement_line import parse_reimbursement_line
from contracts_service.resources import Contracts
from contracts_service.usecases.save_contributions import save_contributions
from contracts_service.usecases.save_members import save_members
from contracts_service.usecases.save_reimbursements import save_reimbursements
from contracts_service.usecases.saved_lines import NumberedLine, Saved


class Reader(Protocol):
    """Reads a line as bytes of JSON; returns LineProblems for what is wrong."""

    def __call__(self, raw: bytes, /, policy: BrandPolicy, *, today: date) -> Any: ...


class Saver(Protocol):
    """Writes what is new in lines, in the caller's transaction."""

    def __call__(
        self, service: Contracts, connection: Connection, *, brand: str, lines: list[NumberedLine[Any]], now: datetime
    ) -> Awaitable[Saved]: ...


@dataclass(frozen=True)
class KindOfImport:
    """One kind. `chunk_lines` are staged in a row and processed in a transaction: what costs little comes in larger numbers."""

    columns: Columns
    read: Reader
    save: Saver
    chunk_lines: int
    names_nir: bool = False  # the line proves by itself whose member it is about


def _read_member(raw: bytes, policy: BrandPolicy, *, today: date) -> Any:
    return parse_enrolment_line(raw, policy.numbers, today=today)


def _read_contribution(raw: bytes, policy: BrandPolicy, *, today: date) -> Any:
    return parse_contribution_line(raw)


def _read_reimbursement(raw: bytes, policy: BrandPolicy, *, today: date) -> Any:
    return parse_reimbursement_line(raw)


KINDS: dict[ImportKind, KindOfImport] = {
    "members": KindOfImport(COLUMNS["members"], _read_member, save_members, chunk_lines=100, names_nir=True),
    "contributions": KindOfImport(COLUMNS["contributions"], _read_contribution, save_contributions, chunk_lines=1000),
    "reimbursements": KindOfImport(
        COLUMNS["reimbursements"], _read_reimbursement, save_reimbursements, chunk_lines=1000
    ),
}
