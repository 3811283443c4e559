"""Lines of an import as the CSV file that says the same: what a back office's own program would write."""

import csv
import io
from collections.abc import Iterable
from typing import Any


def csv_file(lines: list[dict[str, Any]], *, separator: str = ";", columns: Iterable[str] = ()) -> bytes:
    """Return the file; `columns` are there even when no line needs them."""
    flat = [dict(_cells(line)) for line in lines]
    header = list(dict.fromkeys([*(name for one in flat for name in one), *columns]))
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, header, restval="", delimiter=separator)
    writer.writeheader()
    writer.writerows(flat)
    return text.getvalue().encode()


def _cells(value: Any, path: str = "") -> Iterable[tuple[str, str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _cells(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _cells(inner, f"{path}.{place}")
    else:
        yield path, "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
