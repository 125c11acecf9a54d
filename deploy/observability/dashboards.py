"""Grafana dashboards from what the code declares: a panel for each metric, so that a new one is seen by itself."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from deploy.observability.alerts import signs
from deploy.observability.metrics import Metric

WIDTH, HEIGHT, COLUMNS = 12, 8, 24
GAUGES_SUMMED = frozenset({"himaya_requests_working", "himaya_requests_waiting", "himaya_inbox_lag"})
"""Gauges of which every process has its own share; of all others each process shows the whole."""
OF_THE_FUND = "fund"
SOURCE = {"type": "prometheus", "uid": "${datasource}"}


def dashboards(declared: Mapping[str, Metric]) -> Iterable[tuple[str, str]]:
    """The name of each dashboard's file with its text."""
    technical = [each for each in declared.values() if OF_THE_FUND not in each.labels]
    of_funds = [each for each in declared.values() if OF_THE_FUND in each.labels]
    yield "services.json", _text("himaya-services", "Himaya: services", technical, filtered_by="service")
    yield "funds.json", _text("himaya-funds", "Himaya: funds", of_funds, filtered_by=OF_THE_FUND)


def query(metric: Metric, *, filtered_by: str) -> list[tuple[str, str]]:
    """What is asked for a metric, with what its lines are called."""
    chosen = f'{{{filtered_by}=~"${filtered_by}"}}'
    if filtered_by == OF_THE_FUND:
        labels = [OF_THE_FUND, *(label for label in metric.labels if label != OF_THE_FUND)]
        legend = " ".join(f"{{{{{label}}}}}" for label in labels)
        return [(f"max by ({', '.join(labels)}) ({metric.name}{chosen})", legend)]
    if metric.kind == "histogram":
        buckets = f"{metric.name}_bucket{chosen}"
        return [
            (
                f"histogram_quantile({share}, sum by (service, le) (rate({buckets}[$__rate_interval])))",
                f"{{{{service}}}} p{round(share * 100)}",
            )
            for share in (0.5, 0.95)
        ]
    # A route has many values: it is looked for where one knows that something is wrong.
    split = [label for label in metric.labels if label not in ("route", "method")][:2]
    by, legend = ", ".join(["service", *split]), " ".join(f"{{{{{label}}}}}" for label in ("service", *split))
    if metric.kind == "counter":
        return [(f"sum by ({by}) (rate({metric.name}{chosen}[$__rate_interval]))", legend)]
    over = "sum" if metric.name in GAUGES_SUMMED else "max"
    return [(f"{over} by ({by}) ({metric.name}{chosen})", legend)]


def _text(uid: str, title: str, metrics: Iterable[Metric], *, filtered_by: str) -> str:
    panels = [_panel(number, metric, filtered_by=filtered_by) for number, metric in enumerate(metrics)]
    board = {
        "uid": uid,
        "title": title,
        "tags": ["himaya"],
        "timezone": "browser",
        "schemaVersion": 39,
        "version": 1,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "templating": {"list": [_datasource(), _variable(filtered_by)]},
        "panels": panels,
    }
    return json.dumps(board, indent=2, ensure_ascii=False) + "\n"


def _panel(number: int, metric: Metric, *, filtered_by: str) -> dict[str, Any]:
    per_row = COLUMNS // WIDTH
    alerting = [sign["alert"] for sign in signs() if metric.name in sign["expr"]]
    description = metric.description + (f". Alerts: {', '.join(alerting)}" if alerting else "")
    unit = "s" if metric.name.endswith("_seconds") else "ops" if metric.kind == "counter" else "short"
    return {
        "id": number + 1,
        "type": "timeseries",
        "title": metric.description,
        "description": f"{metric.name}. {description}",
        "datasource": SOURCE,
        "gridPos": {"x": number % per_row * WIDTH, "y": number // per_row * HEIGHT, "w": WIDTH, "h": HEIGHT},
        "fieldConfig": {"defaults": {"unit": unit, "min": 0}, "overrides": []},
        "options": {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi"}},
        "targets": [
            {"refId": chr(ord("A") + place), "datasource": SOURCE, "expr": expr, "legendFormat": legend}
            for place, (expr, legend) in enumerate(query(metric, filtered_by=filtered_by))
        ],
    }


def _datasource() -> dict[str, Any]:
    return {"name": "datasource", "type": "datasource", "query": "prometheus", "label": "Source"}


def _variable(label: str) -> dict[str, Any]:
    metric = "himaya_claims_decided" if label == OF_THE_FUND else "himaya_outbox_waiting"
    return {
        "name": label,
        "type": "query",
        "label": label.capitalize(),
        "datasource": SOURCE,
        "query": f"label_values({metric}, {label})",
        "refresh": 2,
        "multi": True,
        "includeAll": True,
        "current": {"text": "All", "value": "$__all"},
    }
