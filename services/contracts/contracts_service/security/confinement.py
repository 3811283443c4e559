"""What a process may still do once it has all it needs: compute, and answer. Used by `cleaning_process`, and by who starts it.

Two fences, each enough for what it covers. No descriptor may be opened any more (RLIMIT_NOFILE 0): neither a file nor a socket of
any kind, on every kernel. Landlock (Linux 5.13, where it is switched on) denies the file system, and looking into processes
outside (/proc, ptrace) or, from its versions 4 and 6 on, TCP, other processes' abstract sockets and signals to them; whoever is
root cannot lift it. There is no filter of system calls. Numbers are those of linux/landlock.h and linux/prctl.h.
"""

import ctypes
import os
import resource
import sys

import structlog

PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS = 4, 38
CREATE_RULESET, RESTRICT_SELF = 444, 446  # the same on every architecture
ASK_VERSION = 1
FILE_SYSTEM = {1: 0x1FFF, 2: 0x3FFF, 3: 0x7FFF, 5: 0xFFFF}  # from which version on: all rights it knows
TCP = {4: 0b11}  # bind, connect
SCOPES = {6: 0b11}  # abstract sockets, signals
TCP_VERSION = 4

log = structlog.get_logger()


class _Ruleset(ctypes.Structure):
    _fields_ = [("file_system", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scopes", ctypes.c_uint64)]


def landlock_version() -> int:
    """Return the version of Landlock that the kernel offers; 0 where it offers none."""
    if sys.platform != "linux":
        return 0
    return max(0, _call(CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(ASK_VERSION)))


def confine_this_process() -> None:
    """Deny this process everything but what it holds already, for good; raise OSError if the kernel breaks its word.

    Nothing can be opened or imported afterwards. Threads that run already are not confined: there must be none.
    """
    os.close(0)  # what came in is read
    if sys.platform == "linux":
        _control(PR_SET_NO_NEW_PRIVS, 1)
        version = landlock_version()
        if version:
            _apply_landlock(version)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))


def hide_this_process() -> None:
    """Keep this process's memory and environment from others of the same user (/proc, ptrace, core dumps); log what is missing.

    For a service, before it starts a process that it does not trust.
    """
    if sys.platform == "linux":
        _control(PR_SET_DUMPABLE, 0)
    version = landlock_version()
    if version < TCP_VERSION:
        log.warning("landlock_incomplete", version=version, needed=TCP_VERSION)


def _apply_landlock(version: int) -> None:
    rules = _Ruleset(*(_newest(rights, version) for rights in (FILE_SYSTEM, TCP, SCOPES)))
    ruleset = _call(CREATE_RULESET, ctypes.byref(rules), ctypes.c_size_t(ctypes.sizeof(rules)), ctypes.c_uint32(0))
    if ruleset < 0 or _call(RESTRICT_SELF, ctypes.c_int(ruleset), ctypes.c_uint32(0)) != 0:
        raise OSError(ctypes.get_errno(), "landlock")
    os.close(ruleset)


def _newest(rights: dict[int, int], version: int) -> int:
    return max((all_of_them for since, all_of_them in rights.items() if since <= version), default=0)


def _control(option: int, value: int) -> None:
    if _libc().prctl(option, ctypes.c_ulong(value), ctypes.c_ulong(0), ctypes.c_ulong(0), ctypes.c_ulong(0)) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


def _call(number: int, *arguments: object) -> int:
    result: int = _libc().syscall(ctypes.c_long(number), *arguments)
    return result


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
