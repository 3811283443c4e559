"""`espace up` and `espace token`: the embedded default from the command line."""

import argparse
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from service_kit.command_line import UNUSABLE

from espace_embedded.demonstration import DemonstrationRefused
from espace_embedded.staff_tokens import ROLES, NoStaffKeys, staff_token
from espace_embedded.state import State
from espace_embedded.up import CannotStart, Options, up

DEFAULT_STATE = Path(".state")
BRANDS = Path(__file__).resolve().parents[2] / "brands"


def main() -> None:
    """Run the command that the arguments name."""
    arguments = _parser().parse_args()
    try:
        arguments.run(arguments)
    except (CannotStart, NoStaffKeys, DemonstrationRefused, *UNUSABLE) as error:
        print(f"espace: {error}", file=sys.stderr)
        raise SystemExit(1) from None
    except KeyboardInterrupt:  # while it was still starting
        raise SystemExit(130) from None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="espace", description="The member space, whole, on this machine.")
    commands = parser.add_subparsers(required=True)
    start = commands.add_parser("up", help="start everything on one port, until Ctrl-C")
    start.add_argument("--port", type=_port, default=8080, help="on 127.0.0.1 (default: 8080)")
    start.add_argument("--state", type=Path, default=DEFAULT_STATE, help="where it keeps everything (default: .state)")
    start.add_argument("--no-demo", action="store_true", help="load no members")
    start.add_argument("--brands", type=Path, default=BRANDS, help="folder of <brand>.toml")
    start.set_defaults(run=_up)
    token = commands.add_parser("token", help="print a staff token, as the brand's OpenID provider would issue it")
    token.add_argument("--brand", required=True)
    token.add_argument("--role", required=True, choices=ROLES)
    token.add_argument("--state", type=Path, default=DEFAULT_STATE)
    token.set_defaults(run=_token)
    return parser


def _port(text: str) -> int:
    port = int(text)
    if not 1 <= port <= 65_535:
        raise argparse.ArgumentTypeError("a port is a number from 1 to 65535")
    return port


def _up(arguments: argparse.Namespace) -> None:
    up(
        Options(
            command=_own_name(),
            port=arguments.port,
            state=arguments.state,
            demonstration=not arguments.no_demo,
            brands=arguments.brands,
            postgres_url=os.environ.get("ESPACE_POSTGRES_URL"),
            rabbitmq_url=os.environ.get("ESPACE_RABBITMQ_URL"),
        )
    )


def _own_name() -> str:
    """Return how this command is called from the current directory."""
    from_here = os.path.relpath(sys.argv[0])
    return sys.argv[0] if from_here.startswith(os.pardir) else from_here


def _token(arguments: argparse.Namespace) -> None:
    if not (BRANDS / f"{arguments.brand}.toml").is_file():
        raise CannotStart(f"there is no brand {arguments.brand!r}")
    keys = State(arguments.state.absolute()).staff_keys
    print(staff_token(keys, brand=arguments.brand, role=arguments.role, now=datetime.now(UTC)))
