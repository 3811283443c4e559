"""The alerts that operators are given ask for figures that exist, with labels that exist, and say what to do."""

import importlib
import re
from pathlib import Path
from typing import Any

import prometheus_client
import pytest
import yaml
from espace_embedded.catalogue import ROOT
from prometheus_client.metrics import MetricWrapperBase

ALERTS = ROOT / "deploy" / "prometheus" / "alerts.yaml"
SERVICES = ("identity", "contracts", "notifications", "documents")
MODULES = ["service_kit.metrics", *(f"{name}_service.metrics" for name in SERVICES)]
RULES = [rule for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]]
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
# A figure: followed by its labels, a range, or the end of its term.
FIGURE = re.compile(r"\b([a-z]+(?:_[a-z0-9]+)+)\b(?:\{([^}]*)\})?")
WORDS = {"by"}

each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])


def figures() -> dict[str, set[str]]:
    """Return every series that the services have: its name → its labels."""
    found: dict[str, set[str]] = {}
    for module in map(importlib.import_module, MODULES):
        for metric in vars(module).values():
            if isinstance(metric, MetricWrapperBase):
                family = next(iter(metric.describe())).name
                found |= {name: set(metric._labelnames) for name in series_of(metric, family)}
    return found


def series_of(metric: MetricWrapperBase, family: str) -> list[str]:
    """Return the names under which a metric is scraped."""
    if isinstance(metric, prometheus_client.Counter):
        return [f"{family}_total"]
    if isinstance(metric, prometheus_client.Histogram):
        return [f"{family}_{ending}" for ending in ("bucket", "count", "sum")]
    return [family]


def asked(rule: dict[str, Any]) -> dict[str, set[str]]:
    """Return what an alert asks for: series → labels that it selects by."""
    without_groups = re.sub(r"by \([^)]*\)", "", rule["expr"])
    found = FIGURE.findall(re.sub(r'"[^"]*"', '""', without_groups))
    return {name: set(re.findall(r"(\w+)(?==|!=|=~)", labels)) - {"le"} for name, labels in found}


@each_rule
def test_an_alert_asks_for_figures_and_labels_that_exist(rule: dict[str, Any]):
    known = figures()
    grouped = {label.strip() for part in re.findall(r"by \(([^)]*)\)", rule["expr"]) for label in part.split(",")}
    named = set(re.findall(r"\$labels\.(\w+)", str(rule["annotations"])))

    assert asked(rule)
    assert asked(rule).keys() - known.keys() == set()
    assert {name: labels - known[name] for name, labels in asked(rule).items() if labels - known[name]} == {}
    assert all(grouped <= known[name] for name in asked(rule))
    assert named <= grouped


@each_rule
def test_an_alert_says_how_urgent_it_is_and_where_it_is_written_what_to_do(rule: dict[str, Any]):
    file, _, anchor = rule["annotations"]["runbook"].partition("#")
    headings = HEADING.findall((ROOT / Path(file)).read_text(encoding="utf-8"))

    assert rule["labels"]["severity"] in {"page", "ticket"}
    assert rule["annotations"]["summary"]
    assert anchor in {heading.lower().replace(" ", "-") for heading in headings}


def test_names_of_alerts_are_all_different():
    names = [rule["alert"] for rule in RULES]

    assert sorted(set(names)) == sorted(names)
