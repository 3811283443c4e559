"""The command `reencrypt`: puts every sealed value under the current data key, or with `--status` says which keys are in use.

docs/operating.md § Keys says when: after a key was added and promoted, and before the former one is retired.
"""

import sys
import time
from argparse import ArgumentParser, ArgumentTypeError, Namespace

import structlog
from service_kit.command_line import CommandFailed, OwnCommand

from contracts_service.resources import Contracts, open_contracts
from contracts_service.security.sealed_columns import RENEWED, SEALED, SealedColumn
from contracts_service.settings import ContractsSettings
from contracts_service.store.reencryptions import Done
from contracts_service.usecases.reencrypt import Standing, read_standings, reencrypt_column

RATE = 2000.0
TOLD_EVERY_SECONDS = 2.0

log = structlog.get_logger()


class Progress:
    """Prints how far the walk of a column is, every two seconds."""

    def __init__(self) -> None:
        self.rewritten = 0
        self._told_at = time.monotonic()

    def tell(self, column: SealedColumn, batch: Done) -> None:
        """Count a batch, and print when it is time. Ids are random: how far one is says which share is done."""
        self.rewritten += batch.rewritten
        if time.monotonic() - self._told_at >= TOLD_EVERY_SECONDS:
            self._told_at = time.monotonic()
            share = 100 * batch.through.int // 2**128
            sys.stderr.write(f"{column.place}: {share} %, {self.rewritten:,} values rewritten\n")


async def main(settings: ContractsSettings, arguments: Namespace) -> str:
    """Do it, or look; return where every column stands. Raise CommandFailed where a walk has left something behind."""
    async with open_contracts(settings) as service:
        left = 0 if arguments.status else await _reencrypt_all(service, rate=arguments.rate)
        text = table(await read_standings(service), service.foundation.data_keys.current)
    if left:
        raise CommandFailed(f"{left} values could not be put under the current key: see the log\n{text}")
    return text


async def _reencrypt_all(service: Contracts, *, rate: float) -> int:
    left = 0
    for column in SEALED:
        progress = Progress()
        remaining = await reencrypt_column(service, column, rate=rate, tell=progress.tell)
        log.info("column_reencrypted", place=column.place, rewritten=progress.rewritten, remaining=remaining)
        left += remaining
    return left


def table(standings: list[Standing], current: str) -> str:
    """Return a line for each column and key, and whether another key than `current` is needed."""
    lines = [f"{'column':<48}{'key':<12}{'values':>12}"]
    for one in standings:
        for key_id, count in sorted(one.by_key.items()) or [("-", 0)]:
            later = f"  {one.later}" if one.later and key_id not in (current, "-") else ""
            lines.append(f"{one.place:<48}{key_id:<12}{count:>12,}{later}")
    lost = sum(one.under_others(current) for one in standings if one.place not in RENEWED)
    if lost:
        lines.append(f"{lost:,} values name another key than {current}: no key can be retired yet")
        return "\n".join(lines)
    waiting = sum(one.under_others(current) for one in standings)
    lines.append(f"every value names {current}: other keys may be retired")
    if waiting:
        lines.append(
            f"but for {waiting:,} that something else is to write anew: docs/operating.md § Keys says what they cost"
        )
    return "\n".join(lines)


def _values_a_second(text: str) -> float:
    try:
        rate = float(text)
    except ValueError:
        rate = 0.0
    if not 1 <= rate <= 1_000_000:
        raise ArgumentTypeError("a number from 1 to 1000000")
    return rate


def _describe(parser: ArgumentParser) -> None:
    parser.add_argument("--status", action="store_true", help="only count the values of each key")
    parser.add_argument(
        "--rate", type=_values_a_second, default=RATE, help=f"values a second at most ({RATE:.0f} unless it is said)"
    )


COMMAND = OwnCommand("reencrypt", "put every sealed value under the current data key", main, _describe)
