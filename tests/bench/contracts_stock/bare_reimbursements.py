"""The floor of `tests.bench.contracts`: the same statements of reimbursements and the same body, from a bare aiohttp handler.

No token, no table of routes, no checks, no log, no trace: who asks is in the path.
`python -m tests.bench.contracts_stock.bare_reimbursements PORT URL`
"""

import sys
from datetime import date
from uuid import UUID

import asyncpg
import orjson
from aiohttp import web
from contracts_service.domain.day_pages import DayPage
from contracts_service.http.shown_money import TotalsAnswer, line_fields
from contracts_service.settings import ContractsSettings
from contracts_service.store import shown_reimbursements, viewers

from tests.bench.contracts_stock.people import BRAND

POOL = web.AppKey("pool", asyncpg.Pool)
LIMIT = 50
FIRST_PAGE = DayPage.of(year=None, after=None, limit=LIMIT)


async def answer(request: web.Request) -> web.Response:
    """Answer the first page of somebody's reimbursements, and its totals."""
    async with request.app[POOL].acquire() as connection:
        person_id = UUID(request.match_info["person"])
        viewer = await viewers.find(connection, brand=BRAND, person_id=person_id, today=date.today())
        assert viewer is not None
        totals, lines = await shown_reimbursements.page_of(connection, list(viewer.sees), FIRST_PAGE, year=None)
    body = {
        "items": [line_fields(line) for line in lines[:LIMIT]],
        "next": str(lines[LIMIT].id) if len(lines) > LIMIT else None,
        "totals": TotalsAnswer.of(totals).model_dump(),
    }
    return web.Response(body=orjson.dumps(body), content_type="application/json")


async def application(url: str) -> web.Application:
    """Return the application on a pool of its own."""
    bare = web.Application()
    planner = dict(ContractsSettings.database_planner)  # plans are the database's: the same for both
    bare[POOL] = await asyncpg.create_pool(url, min_size=10, max_size=10, server_settings=planner)
    bare.router.add_get("/{person}", answer)
    return bare


if __name__ == "__main__":
    web.run_app(application(sys.argv[2]), host="127.0.0.1", port=int(sys.argv[1]), print=None, access_log=None)
