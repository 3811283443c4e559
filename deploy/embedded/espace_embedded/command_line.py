"""`espace up`, `espace token` and `espace import`: the embedded default from the command line."""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from espace_embedded.import_command import add_import
from espace_embedded.refusals import CannotStart
from espace_embedded.staff_tokens import ROLES, NoStaffKeys, staff_token
from espace_embedded.state import State

DEFAULT_STATE = Path(".state")
BRANDS = Path(__file__).resolve().parents[2] / "brands"


def main() -> None:
    """Run the command that the arguments name."""
    arguments = _parser().parse_args()
    try:
        arguments.run(arguments)
    except (CannotStart, NoStaffKeys) as error:
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
    add_import(commands, state=DEFAULT_STATE)
    return parser


def _port(text: str) -> int:
    port = int(text)
    if not 1 <= port <= 65_535:
        raise argparse.ArgumentTypeError("a port is a number from 1 to 65535")
    return port


def _up(arguments: argparse.Namespace) -> None:
    from espace_embedded.up_command import run_up  # here: it takes seconds to load, which no other command needs

    run_up(arguments)


def _token(arguments: argparse.Namespace) -> None:
    if not (BRANDS / f"{arguments.brand}.toml").is_file():
        raise CannotStart(f"there is no brand {arguments.brand!r}")
    keys = State(arguments.state.absolute()).staff_keys
    print(staff_token(keys, brand=arguments.brand, role=arguments.role, now=datetime.now(UTC)))
