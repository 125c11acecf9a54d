"""Alerts and dashboards ask for nothing that no process says, and each alert leads to what to do about it.

The files themselves are held to their sources by tests/house/test_docs.py, as every generated page.
"""

import json
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.docs.pages import services
from deploy.observability import alerts
from deploy.observability.metrics import OURS, Metric, declared
from shared.telemetry import metrics
from tests.house.test_layout import ROOT

FOLDER = ROOT / "deploy" / "observability"
RULES = FOLDER / "prometheus" / "alerts.yaml"
BOARDS = sorted((FOLDER / "grafana").glob("*.json"))
OF_SCRAPING = {"service", "part", "instance", "job", "le"}
"""Labels that a process does not say of itself: prometheus/scrape.yaml gives them, or a histogram has them."""
NAMED = re.compile(rf"\b({OURS}[a-z_]+)")
SELECTED = re.compile(rf"\b({OURS}[a-z_]+)\{{([^}}]*)\}}")
BY = re.compile(r"by \(([a-z_, ]+)\)")
PARTS_OF_A_HISTOGRAM = ("_bucket", "_sum", "_count")
needs_promtool = pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool: Debian's package prometheus")


def known() -> Mapping[str, Metric]:
    services()  # imports all that counts
    return declared()


def base(name: str) -> str:
    """The metric that a name is of."""
    found = known()
    if name in found:
        return name
    for part in PARTS_OF_A_HISTOGRAM:
        if name.endswith(part) and found.get(short := name.removesuffix(part)) and found[short].kind == "histogram":
            return short
    raise AssertionError(f"nobody emits {name}")


def panels(board: Path) -> Sequence[Mapping[str, Any]]:
    return json.loads(board.read_text(encoding="utf-8"))["panels"]  # type: ignore[no-any-return]


def asked() -> Sequence[str]:
    """Every expression of the alerts and of the dashboards."""
    drawn = [target["expr"] for board in BOARDS for panel in panels(board) for target in panel["targets"]]
    return [*(sign["expr"] for sign in alerts.signs()), *drawn]


@pytest.mark.parametrize("expression", asked())
def test_every_metric_and_label_that_is_asked_for_is_emitted(expression: str) -> None:
    named = {base(name) for name in NAMED.findall(expression)}
    assert named or "up{" in expression
    labels = {label for name in named for label in known()[name].labels} | OF_SCRAPING
    for _, selected in SELECTED.findall(expression):
        assert set(re.findall(r"([a-z_]+)\s*[=!]", selected)) <= labels, selected
    for grouped in BY.findall(expression):
        assert {label.strip() for label in grouped.split(",")} <= labels, grouped


def test_what_is_declared_is_what_a_process_shows() -> None:
    known()
    shown = metrics.exposition().decode()
    for name, metric in known().items():
        assert f"# TYPE {name} {metric.kind}\n" in shown


def test_every_metric_has_a_panel() -> None:
    drawn = {base(name) for board in BOARDS for panel in panels(board) for name in NAMED.findall(str(panel["targets"]))}
    assert drawn == set(known())


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.stem)
def test_panels_do_not_lie_on_each_other(board: Path) -> None:
    ids = [panel["id"] for panel in panels(board)]
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels(board)]
    assert len(set(ids)) == len(ids)
    assert len(set(places)) == len(places)


@pytest.mark.parametrize("sign", alerts.signs(), ids=lambda sign: sign["alert"])
def test_every_alert_leads_to_a_paragraph_about_it(sign: Mapping[str, str]) -> None:
    runbook = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
    sections = {
        re.sub(r"[^a-z0-9]+", "-", part.split("\n")[0].lower()).strip("-"): part for part in runbook.split("\n## ")
    }
    assert sign["runbook"] in sections
    for name in NAMED.findall(sign["expr"]):
        assert base(name) in sections[sign["runbook"]] + sections["metrics-and-log-lines"], name
    assert sign["severity"] in ("page", "ticket")


def test_alerts_are_named_once() -> None:
    names = [sign["alert"] for sign in alerts.signs()]
    assert len(set(names)) == len(names)


@needs_promtool
def test_prometheus_reads_the_rules() -> None:
    ran = subprocess.run(["promtool", "check", "rules", str(RULES)], capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, ran.stdout + ran.stderr


@needs_promtool
@pytest.mark.parametrize(
    ("series", "values", "at", "alert"),
    [
        ('himaya_dead_letters_open{service="claims",instance="a"}', "0 1+0x20", "5m", ""),
        ('himaya_dead_letters_open{service="claims",instance="a"}', "0 1+0x20", "12m", "HimayaDeadLettersOpen"),
        ('himaya_consumer_stopped{service="claims",instance="a"}', "1+0x20", "2m", "HimayaConsumerStopped"),
        ('himaya_outbox_waiting{service="claims",instance="a"}', "500+0x30", "15m", "HimayaOutboxNotSent"),
        (
            'himaya_outbox_waiting{service="claims",instance="a"}',
            "500 0 500 0 500 0 500 0 500 0 500 0 500 0 500",
            "14m",
            "",
        ),
        (
            'himaya_inbox_lag{service="claims",instance="a",topic="payments"}',
            "6000+0x30",
            "15m",
            "HimayaEventsNotHandled",
        ),
        (
            'himaya_requests_shed_total{service="claims",instance="a",why="full"}',
            "0+10x30",
            "15m",
            "HimayaRequestsShed",
        ),
        (
            'himaya_requests_total{service="claims",instance="a",route="/x",status="500"}',
            "0+1x30",
            "15m",
            "HimayaFaults",
        ),
        ('himaya_requests_total{service="claims",instance="a",route="/x",status="404"}', "0+1x30", "15m", ""),
        ('up{job="himaya",service="claims",instance="a"}', "1 0+0x20", "5m", "HimayaServiceAway"),
    ],
)
def test_alerts_fire_on_what_they_are_for(tmp_path: Path, series: str, values: str, at: str, alert: str) -> None:
    """Prometheus itself plays the values to the rules: a minute apart."""
    played = {
        "rule_files": [str(RULES)],
        "evaluation_interval": "30s",
        "tests": [
            {
                "interval": "1m",
                "input_series": [{"series": series, "values": values}],
                "promql_expr_test": [
                    {
                        "expr": 'count by (alertname) (ALERTS{alertstate="firing"})',
                        "eval_time": at,
                        "exp_samples": [{"labels": f'{{alertname="{alert}"}}', "value": 1}] if alert else [],
                    }
                ],
            }
        ],
    }
    path = tmp_path / "played.yaml"
    path.write_text(yaml.safe_dump(played))
    ran = subprocess.run(["promtool", "test", "rules", str(path)], capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, ran.stdout + ran.stderr
