"""Starts a server program that ends when this process ends, whatever ends it. Used by `postgres_server`.

The same file is both sides: `start_child` runs in the parent, `main` in the child, between fork and exec.
A second interpreter takes about 30 ms and is safe in a process with threads, which `preexec_fn` is not.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

PR_SET_PDEATHSIG = 1  # <linux/prctl.h>


class User(NamedTuple):
    """Whose rights a program has."""

    uid: int
    gid: int


def start_child(
    arguments: Sequence[str | Path],
    *,
    user: User | None,
    environment: Mapping[str, str],
    log: Path,
    parting_signal: int,
) -> subprocess.Popen[bytes]:
    """Start a program as a direct child in a session of its own, writing both its outputs to `log`.

    `user` drops root's rights first (None keeps ours). A Ctrl-C in the terminal does not reach the child: we
    stop it ourselves, after what depends on it. `parting_signal` is what the kernel sends it when we die by
    SIGKILL (Linux).
    """
    uid, gid = user or (-1, -1)
    terms = [str(os.getpid()), str(uid), str(gid), str(parting_signal if _outlives_the_child() else 0)]
    with log.open("wb") as output:
        return subprocess.Popen(
            [sys.executable, "-I", "-S", __file__, *terms, *map(str, arguments)],
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _outlives_the_child() -> bool:
    # The kernel sends the parting signal when the *thread* that forked ends, not the process: from a passing
    # worker thread it would stop a healthy server, so only the main thread asks for it.
    return sys.platform == "linux" and threading.current_thread() is threading.main_thread()


def main() -> None:
    """Become the program: drop rights, ask for the parting signal, exec.

    Arguments: parent's process, uid, gid (-1 to keep ours), signal (0 for none), program and its arguments.
    """
    parent, uid, gid, parting_signal = map(int, sys.argv[1:5])
    program = sys.argv[5:]
    # Loaded before the rights are dropped: the new user may not be able to read this interpreter's library.
    import ctypes

    c_library = ctypes.CDLL(None)
    if uid >= 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if parting_signal:
        # After setuid, which clears it; execv of an ordinary program keeps it.
        c_library.prctl(PR_SET_PDEATHSIG, parting_signal, 0, 0, 0)
        if os.getppid() != parent:  # it died before we asked
            sys.exit(1)
    os.execv(program[0], program)


if __name__ == "__main__":
    main()
