"""The commands `verify-audit` and `prune-audit`: is what was done still what is written, and forgetting what is old.

Deeds are chained by the worker (`usecases/chain_deeds.py`). docs/operating.md § Audit says when to run them.
"""

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from datetime import timedelta

from service_kit.command_line import CommandFailed, OwnCommand

from identity_service.resources import open_identity
from identity_service.security.deed_chain import Head
from identity_service.settings import IdentitySettings
from identity_service.usecases.prune_deeds import ChainBroken, prune_deeds
from identity_service.usecases.verify_deeds import verify_deeds

# CNIL, recommendation on logging (délibération n° 2021-122 of 14 October 2021): traces are kept for six months at least.
SHORTEST_DAYS = 180


async def verify(settings: IdentitySettings, arguments: Namespace) -> str:
    """Return what was verified, and the head to compare with next time; raise CommandFailed with what is wrong first."""
    async with open_identity(settings) as identity:
        verdict = await verify_deeds(identity, seen=arguments.head)
    if verdict.fault is not None:
        raise CommandFailed(f"audit: {verdict.fault}")
    deeds = verdict.end.position - verdict.begin.position
    lines = [f"{deeds} deeds are as they were written, {verdict.begin.position} before them were pruned"]
    if arguments.head is not None and arguments.head.position < verdict.begin.position:
        lines.append("the head to compare with is among those that were pruned: it says nothing any more")
    return "\n".join([*lines, f"head {verdict.end}"])


async def prune(settings: IdentitySettings, arguments: Namespace) -> str:
    """Return how many deeds have left; raise CommandFailed where one of them is not as it was written."""
    async with open_identity(settings) as identity:
        now = identity.foundation.clock.now()
        try:
            pruned = await prune_deeds(identity, before=now - timedelta(days=arguments.older_than), now=now)
        except ChainBroken as broken:
            raise CommandFailed(f"audit: {broken}; nothing from there on was pruned") from None
    return f"{pruned.deeds} deeds were pruned, the chain begins behind position {pruned.begin.position}"


def _head(text: str) -> Head:
    try:
        return Head.parse(text)
    except ValueError:
        raise ArgumentTypeError("POSITION:HASH, as an earlier run has printed it") from None


def _days(text: str) -> int:
    if not text.isdecimal() or int(text) < SHORTEST_DAYS:
        raise ArgumentTypeError(f"a number of days, at least {SHORTEST_DAYS}")
    return int(text)


def _describe_verify(parser: ArgumentParser) -> None:
    parser.add_argument("--head", type=_head, metavar="POSITION:HASH", help="what an earlier run, or the log, has told")


def _describe_prune(parser: ArgumentParser) -> None:
    parser.add_argument("--older-than", type=_days, required=True, metavar="DAYS", help=f"at least {SHORTEST_DAYS}")


COMMANDS = (
    OwnCommand(
        "verify-audit", "tell whether every deed is as it was written, and in its place", verify, _describe_verify
    ),
    OwnCommand("prune-audit", "forget old deeds, so that the rest still verifies", prune, _describe_prune),
)
