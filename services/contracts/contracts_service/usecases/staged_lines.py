"""Lines of a file under seal, as they wait in import_lines: many to a row, one encryption for all of them."""

from uuid import UUID

from contracts_service.domain.file_lines import FileLine, pack, unpack
from contracts_service.security.seals import Seals
from contracts_service.store.import_lines import StagedRow


def seal_lines(seals: Seals, import_id: UUID, lines: list[FileLine]) -> StagedRow:
    """Return the row that holds `lines`, at least one."""
    first, last = lines[0].number, lines[-1].number
    return StagedRow(first, last, seals.import_line.seal(pack(lines), context=f"{import_id}:{first}-{last}"))


def open_lines(seals: Seals, import_id: UUID, row: StagedRow) -> list[FileLine]:
    """Return the lines of a row; raise KeyRingUnusable when it does not open."""
    if row.last_line is not None and row.content_sealed is not None:
        context = f"{import_id}:{row.first_line}-{row.last_line}"
        return unpack(seals.import_line.open(row.content_sealed, context=context))
    if row.content_sealed is None:  # the release before staged one line a row, and nothing of one that was too long
        return [FileLine(row.first_line, None)]
    return [
        FileLine(row.first_line, seals.import_line.open(row.content_sealed, context=f"{import_id}:{row.first_line}"))
    ]
