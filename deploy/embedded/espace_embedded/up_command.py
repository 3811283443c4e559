"""`espace up` as the command line asks for it. Apart from the other commands: it loads the whole product, which takes a while."""

import argparse
import os
import sys

from service_kit.command_line import UNUSABLE

from espace_embedded.demonstration import DemonstrationRefused
from espace_embedded.refusals import CannotStart
from espace_embedded.up import Options, up


def run_up(arguments: argparse.Namespace) -> None:
    """Run the space until Ctrl-C; raise CannotStart."""
    options = Options(
        command=_own_name(),
        port=arguments.port,
        state=arguments.state,
        demonstration=not arguments.no_demo,
        brands=arguments.brands,
        postgres_url=os.environ.get("ESPACE_POSTGRES_URL"),
        rabbitmq_url=os.environ.get("ESPACE_RABBITMQ_URL"),
    )
    try:
        up(options)
    except (DemonstrationRefused, *UNUSABLE) as error:
        raise CannotStart(str(error)) from None


def _own_name() -> str:
    """Return how this command is called from the current directory."""
    from_here = os.path.relpath(sys.argv[0])
    return sys.argv[0] if from_here.startswith(os.pardir) else from_here
