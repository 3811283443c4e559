"""`verify-audit` and `prune-audit` as an operator runs them: what they print, and how they end."""

import asyncio
import sys
from datetime import UTC, datetime, timedelta

from tests.support.audit_steps import chain_all, record, tamper
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


async def test_an_operator_verifies_notes_the_head_and_learns_what_is_wrong_first(opened: OpenedIdentity):
    await record(opened, 5)
    await chain_all(opened)
    status, out, _ = await command(opened, "verify-audit")
    first, told = out.splitlines()
    seen = told.removeprefix("head ")
    again = await command(opened, "verify-audit", "--head", seen)
    await tamper(opened, "UPDATE deeds SET actor = 'staff' WHERE position IN (3, 4)")
    broken = await command(opened, "verify-audit", "--head", seen)

    assert (status, first) == (0, "5 deeds are as they were written, 0 before them were pruned")
    assert again == (0, out, "")
    assert broken == (1, "", "identity: audit: position 3: what it says was altered, or identity did not write it")


async def test_an_operator_prunes_what_is_old_and_no_less_than_six_months(opened: OpenedIdentity):
    opened.clock.set(datetime.now(UTC) - timedelta(days=181))  # the command has the machine's clock
    await record(opened, 3)
    opened.clock.advance(days=2)
    await record(opened, 2)
    await chain_all(opened)
    hasty = await command(opened, "prune-audit", "--older-than", "179")
    pruned = await command(opened, "prune-audit", "--older-than", "180")
    status, out, _ = await command(opened, "verify-audit", "--head", "2:00")

    assert (hasty[0], hasty[2].splitlines()[-1].partition("error: ")[2]) == (
        2,
        "argument --older-than: a number of days, at least 180",
    )
    assert pruned == (0, "3 deeds were pruned, the chain begins behind position 3", "")
    assert (status, out.splitlines()[:2]) == (
        0,
        [
            "2 deeds are as they were written, 3 before them were pruned",
            "the head to compare with is among those that were pruned: it says nothing any more",
        ],
    )
