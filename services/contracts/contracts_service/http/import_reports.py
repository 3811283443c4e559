"""GET /v1/{brand}/imports/{id}/report: every refused line of an import, to download. Counts, fields, codes, sentences; no value.

→ `usecases/read_import.py`, page by page: memory does not follow the report.
"""

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Iterable
from typing import Literal

import orjson
import structlog
from aiohttp import hdrs, web
from pydantic import BaseModel, ConfigDict
from service_kit.http.endpoints import Call, Endpoint
from service_kit.http.path_ids import id_of
from service_kit.http.problems import NotFound

from contracts_service.http.import_answers import ImportProgress
from contracts_service.http.imports import BACK_OFFICE, CSV
from contracts_service.resources import Contracts
from contracts_service.store.import_errors import RefusedLine
from contracts_service.usecases.read_import import read_import, read_refusals

NDJSON = "application/x-ndjson"
COLUMNS = ("line", "field", "code", "detail")
BYTE_ORDER_MARK = "\ufeff"  # without it a spreadsheet does not read accents
STALL_SECONDS = 60.0  # who takes nothing of a report for so long is cut off
DESCRIPTION = """NDJSON: the first line is the import itself (state and counts), each of the others is
`{"line", "fields": [{"field", "code", "detail"}]}`. CSV (`format=csv`, or `Accept: text/csv`): line, field, code and detail, a
row for each field at fault, and one row each, without a line, for the counts of lines accepted, unchanged and refused. While
the import runs: what has been refused so far. Reports are kept for 90 days."""

log = structlog.get_logger()


class ReportQuery(BaseModel):
    """How the report is written; by default as the Accept header says, else as NDJSON."""

    model_config = ConfigDict(extra="forbid")

    format: Literal["ndjson", "csv"] | None = None


async def download_report(call: Call[Contracts]) -> web.StreamResponse:
    """Answer the report of an import, part by part."""
    import_id = id_of(call)
    summary = await read_import(call.resources, import_id, brand=call.brand)
    progress = ImportProgress.of(summary.progress, now=call.now)
    is_csv = _wants_csv(call)
    headers = {
        hdrs.CONTENT_TYPE: f"{CSV}; charset=utf-8" if is_csv else NDJSON,
        hdrs.CONTENT_DISPOSITION: f'attachment; filename="import-{import_id}.{"csv" if is_csv else "ndjson"}"',
    }
    if call.request.method == hdrs.METH_HEAD:
        return web.Response(headers=headers)
    response = web.StreamResponse(headers=headers)
    await response.prepare(call.request)
    pages = read_refusals(call.resources, import_id)
    return await _sent(call.request, response, _as_csv(progress, pages) if is_csv else _as_ndjson(progress, pages))


def _wants_csv(call: Call[Contracts]) -> bool:
    query: ReportQuery = call.query
    if query.format is not None:
        return query.format == "csv"
    accepted = call.request.headers.get(hdrs.ACCEPT, "").lower()
    return CSV in accepted and NDJSON not in accepted


async def _sent(request: web.Request, response: web.StreamResponse, parts: AsyncIterator[bytes]) -> web.StreamResponse:
    try:
        async for part in parts:
            async with asyncio.timeout(STALL_SECONDS):
                await response.write(part)
        await response.write_eof()
    except (OSError, TimeoutError) as error:
        # The head has been sent: all that can still be said is that this is not the whole.
        log.warning("report_broken_off", error=type(error).__name__)
        if request.transport is not None:
            request.transport.abort()
    return response


async def _as_ndjson(progress: ImportProgress, pages: AsyncIterator[list[RefusedLine]]) -> AsyncIterator[bytes]:
    yield orjson.dumps(progress.model_dump(mode="json")) + b"\n"
    async for page in pages:
        yield b"".join(orjson.dumps({"line": line, "fields": fields}) + b"\n" for line, fields in page)


async def _as_csv(progress: ImportProgress, pages: AsyncIterator[list[RefusedLine]]) -> AsyncIterator[bytes]:
    counts = [("", "", name, str(getattr(progress, name))) for name in ("accepted", "unchanged", "refused")]
    yield (BYTE_ORDER_MARK + _rows([COLUMNS, *counts])).encode()
    async for page in pages:
        rows = [(str(line), _cell(one["field"]), one["code"], one["detail"]) for line, fields in page for one in fields]
        yield _rows(rows).encode()


def _rows(rows: Iterable[tuple[str, ...]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";").writerows(rows)
    return text.getvalue()


def _cell(field: str) -> str:
    # The name of an unknown field is the sender's own text, and a spreadsheet calculates what begins like a formula.
    return f"'{field}" if field[:1] in ("=", "+", "-", "@") else field


ENDPOINTS = [
    Endpoint(
        "GET",
        "/v1/{brand}/imports/{id}/report",
        "download_import_report",
        "Every refused line of an import, as NDJSON or CSV",
        download_report,
        BACK_OFFICE,
        query=ReportQuery,
        returns=NDJSON,
        problems=(NotFound,),
        description=" ".join(DESCRIPTION.split()),
    )
]
