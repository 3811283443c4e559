"""`python -I -m contracts_service.security.cleaning_process`: one file in, one clean file out, and then no more.

A process of its own for each file, under limits that it sets itself before it reads a byte: a file that is made to exhaust
memory or time ends here and nowhere else. It is given no environment, no database, no keys and no other person's file. Which
decoder a file needs, Python looks up in its bytes; before that decoder sees any of them, `confinement` denies it all that could
reach further: what takes it over can open nothing, start nothing (root may) and say nothing but its answer.

Output: one line of JSON, `{"media_type": …}` and then the bytes, or `{"refused": code}`.
"""

import json
import resource
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

from contracts_service.domain.document_refusals import DocumentRefused
from contracts_service.security.confinement import confine_this_process
from contracts_service.security.file_kinds import Kind, kind_of

CPU_SECONDS = 10
PHOTO_CPU_SECONDS = 6  # the heaviest photo that is allowed takes a third of it
OPEN_FILES = 64
OUT_OF_MEMORY_FIRST = "1000"


def main() -> None:
    """Clean what comes in on standard input."""
    most_memory, most_bytes = int(sys.argv[1]), int(sys.argv[2])
    _limit(most_memory)
    raw = sys.stdin.buffer.read(most_bytes + 1)
    try:
        media_type, clean = _clean(raw)
        if len(clean) > most_bytes:
            raise DocumentRefused("document-too-heavy")
        _answer({"media_type": media_type}, clean)
    except DocumentRefused as refused:
        _answer({"refused": refused.code})
    except MemoryError:
        _answer({"refused": "document-too-heavy"})


def _limit(most_memory: int) -> None:
    with suppress(OSError):  # where the machine's memory runs out, this process goes and not the one that serves
        Path("/proc/self/oom_score_adj").write_text(OUT_OF_MEMORY_FIRST)
    limits = {
        resource.RLIMIT_AS: most_memory,
        resource.RLIMIT_CPU: CPU_SECONDS,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: OPEN_FILES,
    }
    for kind, most in limits.items():
        resource.setrlimit(kind, (most, most))


def _clean(raw: bytes) -> tuple[str, bytes]:
    kind = kind_of(raw)
    media_type, decode = _decoder_of(kind)
    if kind != "pdf":
        resource.setrlimit(resource.RLIMIT_CPU, (PHOTO_CPU_SECONDS, PHOTO_CPU_SECONDS))
    if kind != "heic":  # whose decoder needs a thread
        resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    confine_this_process()
    return media_type, decode(raw)


def _decoder_of(kind: Kind) -> tuple[str, Callable[[bytes], bytes]]:
    """Import, under the limits, what this file needs and nothing else."""
    if kind == "pdf":
        from contracts_service.security.clean_pdf import clean_pdf

        return "application/pdf", clean_pdf
    from contracts_service.security.clean_photo import clean_photo, prepare

    prepare(kind)
    return "image/jpeg", partial(clean_photo, kind=kind)


def _answer(head: dict[str, str], content: bytes = b"") -> None:
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + content)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
