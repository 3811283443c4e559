"""Spans as an operator's OpenTelemetry SDK would export them: in memory, or from processes into a folder.

A process takes the SDK that OTEL_PYTHON_TRACER_PROVIDER names, by an entry point that `exporting_to` lays beside it.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import ConsoleSpanExporter, SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

ROOT = Path(__file__).parents[2]
NAME = "spans_to_a_folder"


@contextmanager
def exported_spans() -> Iterator[InMemorySpanExporter]:
    """Record this process's spans meanwhile."""
    exporter, provider = InMemorySpanExporter(), TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    with patch("opentelemetry.trace._TRACER_PROVIDER", provider):  # its setter allows one a process
        yield exporter


def exporting_to(folder: Path) -> dict[str, str]:
    """Return environment variables that make a process write its spans below `folder`, one JSON object a line."""
    package, spans = folder / "packages" / "spans-1.dist-info", folder / "spans"
    package.mkdir(parents=True)
    spans.mkdir()
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: spans\nVersion: 1\n")
    (package / "entry_points.txt").write_text(f"[opentelemetry_tracer_provider]\n{NAME} = {__name__}:folder_provider\n")
    return {
        "OTEL_PYTHON_TRACER_PROVIDER": NAME,
        "PYTHONPATH": f"{package.parent}{os.pathsep}{ROOT}",
        "SPANS_FOLDER": str(spans),
    }


def folder_provider() -> TracerProvider:
    """Return the SDK of a process that `exporting_to` was told of."""
    file = Path(os.environ["SPANS_FOLDER"], f"{os.getpid()}.jsonl")
    lines = file.open("a", buffering=1, encoding="utf-8")
    exporter = ConsoleSpanExporter(out=lines, formatter=lambda span: f"{span.to_json(indent=None)}\n")
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return provider
