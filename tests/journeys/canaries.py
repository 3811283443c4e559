"""Canaries: values planted in one member's data and secrets, and every notation in which they must not be found anywhere."""

import base64
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import asyncpg


@dataclass(frozen=True)
class Canary:
    """One planted value. A short number that longer ones may hold by chance counts only where it stands `alone`."""

    name: str
    value: str
    alone: bool = False

    def notations(self) -> set[bytes]:
        """Return the value as text, escaped JSON, URL, base64 and UTF-16, and folded to lower case."""
        raw = self.value.encode()
        texts = {self.value, self.value.lower(), json.dumps(self.value)[1:-1], quote(self.value)}
        return {text.encode() for text in texts} | {
            base64.b64encode(raw).rstrip(b"=")[:-1],
            self.value.encode("utf-16-le"),
        }

    def is_in(self, content: bytes) -> bool:
        """Tell whether `content` holds the value."""
        if self.alone:
            return any(re.search(rb"(?<!\d)%b(?!\d)" % re.escape(one), content) for one in self.notations())
        lowered = content.lower()
        return any(notation in content or notation.lower() in lowered for notation in self.notations())


def canaries_in(content: bytes, canaries: list[Canary]) -> list[str]:
    """Return the names of the canaries that `content` holds."""
    return sorted({canary.name for canary in canaries if canary.is_in(content)})


def canaries_below(folder: Path, canaries: list[Canary], *, suffixes: tuple[str, ...] = ()) -> list[str]:
    """Return `name in file` for each canary found in a file below `folder`."""
    found = []
    for file in sorted(folder.rglob("*")):
        if file.is_file() and (not suffixes or file.suffix in suffixes):
            found += [f"{name} in {file.relative_to(folder)}" for name in canaries_in(file.read_bytes(), canaries)]
    return found


async def canaries_in_database(url: str, canaries: list[Canary], *, allowed: frozenset[str] = frozenset()) -> list[str]:
    """Return `name in table.column` for each canary found in any column of any row, as text and as raw bytes."""
    connection = await asyncpg.connect(url)
    try:
        columns = await connection.fetch(
            """
            SELECT table_name, column_name, data_type FROM information_schema.columns
            JOIN information_schema.tables USING (table_schema, table_name)
            WHERE table_schema = 'public' AND table_type = 'BASE TABLE'
            """
        )
        found: set[str] = set()
        for column in columns:
            place = f"{column['table_name']}.{column['column_name']}"
            values = await connection.fetch(f'SELECT "{column["column_name"]}" AS value FROM "{column["table_name"]}"')
            for row in values:
                found |= {f"{name} in {place}" for name in canaries_in(_as_bytes(row["value"]), canaries)}
    finally:
        await connection.close()
    return sorted(one for one in found if one not in allowed)


def _as_bytes(value: Any) -> bytes:
    if isinstance(value, bytes):
        return value
    if isinstance(value, list):
        return b"\n".join(_as_bytes(one) for one in value)
    return str(value).encode()


def birth_date_notations(iso: str) -> list[Canary]:
    """Return the birth date as people and files write it."""
    year, month, day = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", iso).groups()  # type: ignore[union-attr]
    texts = (iso, f"{day}/{month}/{year}", f"{day}{month}{year}", f"{year}{month}{day}", f"{day}.{month}.{year}")
    return [Canary("birth date", text) for text in texts]
