"""GET /v1/me/data-export: all that is kept of the caller, as one archive. → `usecases/export_data.py`"""

from urllib.parse import quote

from aiohttp import web
from service_kit.clock import civil_date
from service_kit.http.endpoints import Call, Endpoint
from service_kit.http.problems import NotFound, RecentSignInRequired, TemporarilyUnavailable, TooManyRequests
from service_kit.http.recent_sign_ins import require_recent_sign_in

from contracts_service.http.access import READING
from contracts_service.resources import Contracts
from contracts_service.usecases.export_data import export_data

DESCRIPTION = """A ZIP of `donnees.json`, a CSV for each list, `resume.pdf` and `LISEZ-MOI.txt` (GDPR art. 15, 20), with a recent
sign-in; ex-members as well. People of 16 or more on the member's contract are not in it: they take theirs themselves. One archive
of a person is made at a time (429), and few in each process (503)."""


async def export_my_data(call: Call[Contracts]) -> web.StreamResponse:
    """Answer the caller's archive."""
    require_recent_sign_in(call, minutes=call.resources.brands[call.member.brand].recent_sign_in_minutes)
    content = await export_data(call.resources, call.member, now=call.now)
    name = f"mes-donnees-{call.member.brand}-{civil_date(call.now).isoformat()}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{quote(name)}"'}
    return web.Response(body=content, content_type="application/zip", headers=headers)


ENDPOINTS = [
    Endpoint(
        "GET",
        "/v1/me/data-export",
        "export_my_data",
        "All that is kept of oneself, as JSON, CSV and PDF in one archive",
        export_my_data,
        READING,
        returns="application/zip",
        problems=(NotFound, RecentSignInRequired, TemporarilyUnavailable, TooManyRequests),
        description=" ".join(DESCRIPTION.split()),
    ),
]
