"""Can somebody tell causes apart by how long an answer takes? Mann–Whitney over interleaved samples on a real socket."""

import http.client
import json
import random
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle
from typing import Any
from urllib.parse import urlsplit

P_AT_LEAST = 0.001


@dataclass(frozen=True)
class Question:
    """A POST that is repeated: where to, the bodies to take in turn, the status that every answer has."""

    path: str
    bodies: dict[str, list[dict[str, Any]]]  # cause → bodies
    status: int


@dataclass(frozen=True)
class Times:
    """Seconds by cause, in the order of asking."""

    seconds: dict[str, list[float]]

    def p_against(self, reference: str) -> dict[str, float]:
        """Return the two-sided p of each cause against `reference`."""
        other = self.seconds[reference]
        return {cause: p_of(values, other) for cause, values in self.seconds.items() if cause != reference}

    def spread(self, cause: str) -> float:
        """Return the interquartile range of a cause in seconds."""
        low, _, high = statistics.quantiles(self.seconds[cause], n=4)
        return high - low

    def table(self, reference: str) -> str:
        """Return a table of medians, differences to `reference` (µs) and p."""
        p, median = self.p_against(reference), {cause: statistics.median(v) for cause, v in self.seconds.items()}
        lines = [f"{'cause':<22}{'samples':>8}{'median µs':>12}{'difference µs':>15}{'p':>10}"]
        for cause, values in self.seconds.items():
            difference = (median[cause] - median[reference]) * 1e6
            shown = f"{p[cause]:.4f}" if cause in p else "–"
            lines.append(f"{cause:<22}{len(values):>8}{median[cause] * 1e6:>12.0f}{difference:>+15.1f}{shown:>10}")
        return "\n".join(lines)


def p_of(values: list[float], others: list[float]) -> float:
    """Return the two-sided p of the Mann–Whitney test."""
    from scipy.stats import mannwhitneyu  # takes two seconds to load, which most runs do not need

    return float(mannwhitneyu(values, others, alternative="two-sided").pvalue)


def measure(url: str, question: Question, *, samples: int, warm_up: int) -> Times:
    """Ask `samples` times for each cause, in random order on one connection; the first `warm_up` are dropped."""
    turns = {cause: cycle(bodies) for cause, bodies in question.bodies.items()}
    order = random.choices(list(turns), k=warm_up)
    rest = list(turns) * samples
    random.shuffle(rest)
    seconds: dict[str, list[float]] = {cause: [] for cause in turns}
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
    try:
        for number, cause in enumerate(order + rest):
            taken = _ask(connection, question, turns[cause])
            if number >= warm_up:
                seconds[cause].append(taken)
    finally:
        connection.close()
    return Times(seconds)


def _ask(connection: http.client.HTTPConnection, question: Question, bodies: Iterator[dict[str, Any]]) -> float:
    raw = json.dumps(next(bodies)).encode()
    begun = time.perf_counter()
    connection.request("POST", question.path, raw, {"Content-Type": "application/json"})
    response = connection.getresponse()
    response.read()
    taken = time.perf_counter() - begun

    assert response.status == question.status
    return taken
