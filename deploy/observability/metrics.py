"""What the processes count, as their code declares it: names, kinds and labels."""

from collections.abc import Mapping
from dataclasses import dataclass

from prometheus_client import REGISTRY
from prometheus_client.metrics import MetricWrapperBase

OURS = "himaya_"


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One metric. `name` is as it is scraped; a histogram's has `_bucket` and others behind it."""

    name: str
    kind: str
    description: str
    labels: tuple[str, ...]


def declared() -> Mapping[str, Metric]:
    """Every metric of ours that is declared by what was imported, by name: import the services first."""
    found: dict[str, Metric] = {}
    for collector in set(REGISTRY._collector_to_names):
        if isinstance(collector, MetricWrapperBase):
            (family,) = collector.describe()
            if family.name.startswith(OURS):
                name = family.name + "_total" * (family.type == "counter")
                found[name] = Metric(
                    name=name, kind=family.type, description=family.documentation, labels=tuple(collector._labelnames)
                )
    return dict(sorted(found.items()))
