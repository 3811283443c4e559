"""`verify-audit` and `prune-audit` as an operator runs them: what they print, and how they end."""

import asyncio
import sys
from datetime import UTC, datetime, timedelta

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


async def test_an_operator_verifies_prunes_what_is_old_and_learns_what_is_wrong_first(opened: OpenedIdentity):
    opened.clock.set(datetime.now(UTC) - timedelta(days=181))  # the command has the machine's clock
    await record(opened, 3)
    opened.clock.advance(days=2)
    await record(opened, 2)
    await chain_all(opened)
    seen = await head(opened)
    hasty = await command(opened, "prune-audit", "--older-than", "179")
    pruned = await command(opened, "prune-audit", "--older-than", "180")
    verified = await command(opened, "verify-audit", "--head", "2:00")
    await tamper(opened, "UPDATE deeds SET actor = 'staff' WHERE position IN (4, 5)")
    broken = await command(opened, "verify-audit", "--head", seen)

    assert (hasty[0], hasty[2].splitlines()[-1].partition("error: ")[2]) == (
        2,
        "argument --older-than: a number of days, at least 180",
    )
    assert pruned == (0, "3 deeds were pruned, the chain begins behind position 3", "")
    assert (verified[0], verified[1].splitlines()) == (
        0,
        [
            "2 deeds are as they were written, 3 before them were pruned",
            "the head to compare with is among those that were pruned: it says nothing any more",
            f"head {seen}",
        ],
    )
    assert broken == (1, "", "identity: audit: position 4: what it says was altered, or identity did not write it")
