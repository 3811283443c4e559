"""A signed-in person reads statements: of each, only the lines that the person may see. Reads their parts and the lines."""

from datetime import datetime
from uuid import UUID

from service_kit.access_tokens import MemberPrincipal
from service_kit.http.problems import NotFound

from contracts_service.domain.day_pages import DayPage
from contracts_service.resources import Contracts
from contracts_service.store import shown_statements
from contracts_service.store.shown_reimbursements import ShownReimbursement
from contracts_service.store.shown_statements import ShownStatement
from contracts_service.usecases.recognise_viewer import recognise_viewer


async def read_statements(
    service: Contracts, caller: MemberPrincipal, page: DayPage, *, now: datetime
) -> list[ShownStatement]:
    """Return the statements of one page, the latest first, and one more where others follow."""
    async with service.database.connection() as connection:
        viewer = await recognise_viewer(connection, caller, now=now)
        return await shown_statements.page_of(connection, list(viewer.sees), page)


async def read_statement(
    service: Contracts, caller: MemberPrincipal, statement_id: UUID, page: DayPage, *, now: datetime
) -> tuple[ShownStatement, list[ShownReimbursement]]:
    """Return a statement and one page of its lines; raise NotFound where the viewer may see none of them."""
    async with service.database.connection() as connection:
        viewer = await recognise_viewer(connection, caller, now=now)
        found = await shown_statements.with_lines(connection, statement_id, list(viewer.sees), page)
    if found is None:
        raise NotFound
    return found
