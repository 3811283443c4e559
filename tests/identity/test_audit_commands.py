"""`verify-audit` and `prune-audit` as an operator runs them: what they print, and how they end."""

import asyncio
import sys
from argparse import ArgumentError, ArgumentParser
from datetime import UTC, datetime, timedelta

import pytest
from identity_service import audit
from service_kit.command_line import CommandFailed

from tests.support.audit_steps import chain_all, head, record, tamper
from tests.support.identity_fixtures import OpenedIdentity
from tests.support.identity_process import environment


async def command(opened: OpenedIdentity, *words: str) -> tuple[int, str, str]:
    """Run a command of identity; return its status, what it prints and what it complains of, without its log."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "identity_service", *words),
        env=environment(opened.identity.settings),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), 60)
    complaints = [line for line in err.decode().splitlines() if not line.startswith("{")]
    return process.returncode or 0, out.decode().strip(), "\n".join(complaints)


async def run(opened: OpenedIdentity, verb: str, *words: str) -> list[str]:
    """Run a command in this process; return the lines that it prints."""
    [one] = [one for one in audit.COMMANDS if one.verb == verb]
    parser = ArgumentParser(exit_on_error=False)
    one.describe(parser)
    return (await one.run(opened.identity.settings, parser.parse_args(words))).splitlines()


async def test_an_operator_verifies_prunes_what_is_old_and_learns_what_is_wrong_first(opened: OpenedIdentity):
    opened.clock.set(datetime.now(UTC) - timedelta(days=181))  # the command has the machine's clock
    await record(opened, 3)
    opened.clock.advance(days=2)
    await record(opened, 2)
    await chain_all(opened)
    seen = await head(opened)
    pruned = await run(opened, "prune-audit", "--older-than", "180")
    verified = await run(opened, "verify-audit", "--head", "2:00")
    whole = await command(opened, "verify-audit", "--head", seen)
    await tamper(opened, "UPDATE deeds SET actor = 'staff' WHERE position IN (4, 5)")
    broken = await command(opened, "verify-audit", "--head", seen)

    assert pruned == ["3 deeds were pruned, the chain begins behind position 3"]
    assert verified == [
        "2 deeds are as they were written, 3 before them were pruned",
        "the head to compare with is among those that were pruned: it says nothing any more",
        f"head {seen}",
    ]
    assert whole == (0, "\n".join([verified[0], verified[2]]), "")
    assert broken == (1, "", "identity: audit: position 4: what it says was altered, or identity did not write it")


async def test_nothing_is_pruned_from_where_it_was_tampered_with(opened: OpenedIdentity):
    opened.clock.set(datetime.now(UTC) - timedelta(days=400))
    await record(opened, 2)
    await chain_all(opened)
    await tamper(opened, "UPDATE deeds SET actor = 'staff' WHERE position = 1")

    with pytest.raises(CommandFailed, match=r"position 1: .*; nothing from there on was pruned"):
        await run(opened, "prune-audit", "--older-than", "180")


@pytest.mark.parametrize("days", ["179", "-400", "x", "1e3"])
async def test_no_less_than_six_months_are_kept(opened: OpenedIdentity, days: str):
    with pytest.raises(ArgumentError, match="a number of days, at least 180"):
        await run(opened, "prune-audit", f"--older-than={days}")
