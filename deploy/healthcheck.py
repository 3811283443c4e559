"""The health check of an image: asks the container's own process whether it is ready; exit status 0 or 1.

Standard library only, since it runs every few seconds. The command line of process 1 says what runs here.
"""

import http.client
import os
import sys
from collections.abc import Mapping
from pathlib import Path

COMMAND_LINE = Path("/proc/1/cmdline")
PORTS = {"serve": ("_HTTP_PORT", 8080), "work": ("_WORK_HEALTH_PORT", 8081)}
SECONDS = 4.0


def port_of(command_line: list[str], environment: Mapping[str, str]) -> int | None:
    """Return the port of health and metrics of `python -m … serve` or `… work`, None for a command without one."""
    verb = next((word for word in reversed(command_line) if word in PORTS), None)
    if verb is None:
        return None
    suffix, default = PORTS[verb]
    return next((int(value) for name, value in environment.items() if name.endswith(suffix)), default)


def is_ready(port: int) -> bool:
    """Tell whether /health/ready answers 200: its database is there, and it is not stopping."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    try:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    own_port = port_of(COMMAND_LINE.read_bytes().decode().split("\0"), os.environ)
    sys.exit(0 if own_port is None or is_ready(own_port) else 1)
