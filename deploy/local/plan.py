"""What `make run` runs: engines and processes chosen by the settings, and what is printed about them."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.local import addresses, processes, proxy, served
from deploy.local.addresses import FRONTENDS, SERVICES
from deploy.local.credentials import Credentials
from deploy.local.engines import chosen
from deploy.local.programs import HOST, Broken
from deploy.local.supervisor import Stage


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The stages, and what is printed about them."""

    stages: Sequence[Stage]  # the engines first
    remarks: Sequence[str]
    addresses: Sequence[tuple[str, str, str]]  # what, where, and what else


def make(environ: Mapping[str, str], *, var: Path) -> Plan:
    """Read the settings, create what is needed (secrets, database users, jars), and return what is to be run."""
    ports, credentials = addresses.ports(environ), Credentials(var / "secrets")
    served.remember(environ, var=var)
    engines = chosen.documents(environ, ports=ports, credentials=credentials, var=var)
    engines += chosen.events(environ, ports=ports, var=var)
    remarks, traces = [], []
    try:
        traces = chosen.traces(environ, ports=ports, var=var)
    except Broken as without:
        remarks = [f"traces are off: {without}"]

    settings = settings_of_services(environ, var=var)
    if traces:
        for each in settings.values():
            each["ZIPKIN_URL"] = f"http://{HOST}:{ports['ZIPKIN_PORT']}/api/v2/spans"
    simulators = processes.of_simulators(environ, ports=ports, credentials=credentials, var=var)
    kept = chosen.settings(environ, ports=ports, credentials=credentials)["frontends"]
    documents = {name: kept[name] for name in ("MONGODB_URI", "MONGODB_DATABASE")}
    pages = processes.of_frontends(environ, ports=ports, var=var)
    frontends = {name: {**documents, **own} for name, own in pages.items()}
    if traces:
        for each in frontends.values():
            each["TRACES_URL"] = f"http://{HOST}:{ports['ZIPKIN_PORT']}/zipkin/traces/"
    metrics = _emptied_metrics(var)
    return Plan(
        stages=[
            Stage(name="engines", programs=[*engines, *traces]),
            Stage(name="simulators", programs=processes.simulators(simulators, ports=ports)),
            Stage(name="webs", programs=processes.webs(settings, ports=ports, metrics=metrics)),
            Stage(name="workers", programs=processes.workers(settings, ports=ports)),
            Stage(name="proxy", programs=proxy.programs(environ, ports=ports, var=var)),
            Stage(name="frontends", programs=processes.frontends(frontends, ports=ports)),
        ],
        remarks=remarks,
        addresses=_addresses(environ, ports, has_traces=bool(traces)),
    )


def settings_of_services(environ: Mapping[str, str], *, var: Path) -> dict[str, dict[str, str]]:
    """Every setting of each service: for its processes, and for an operator's command of it."""
    ports, credentials = addresses.ports(environ), Credentials(var / "secrets")
    engines = chosen.settings(environ, ports=ports, credentials=credentials)
    services = processes.of_services(environ, ports=ports, credentials=credentials, var=var)
    return {service: {**engines[service], **own} for service, own in services.items()}


def _emptied_metrics(var: Path) -> Path:
    """Where the web processes of a service count together; what an earlier run counted would be added to it."""
    metrics = var / "metrics"
    shutil.rmtree(metrics, ignore_errors=True)
    for service in SERVICES:
        (metrics / f"{service}-web").mkdir(parents=True)
    return metrics


def _addresses(environ: Mapping[str, str], ports: Mapping[str, int], *, has_traces: bool) -> list[tuple[str, str, str]]:
    rows = [(name, addresses.pages(name, environ, ports), "pages") for name in FRONTENDS]
    rows += [
        (
            service,
            f"{addresses.public(service, environ, ports)}/docs",
            f"metrics {addresses.metrics(service, ports)}, of the worker {addresses.worker(service, ports)}/metrics",
        )
        for service in SERVICES
    ]
    if addresses.has_proxy(environ):
        rows.append(("operators' routes", f"http://{HOST}:{ports['PROXY_INNER_PORT']}", "for the operators' network"))
    mail, sms = ports["SMTP_PORT"], ports["SMPP_PORT"]
    rows.append(("partner bank", f"http://{HOST}:{ports['BANK_PORT']}", ""))
    rows.append(("partner registers", f"http://{HOST}:{ports['REGISTERS_PORT']}", ""))
    rows.append(("messages sent", f"http://{HOST}:{ports['MESSAGES_PORT']}", f"SMTP {mail}, SMPP {sms}"))
    if has_traces:
        rows.append(("traces", f"http://{HOST}:{ports['ZIPKIN_PORT']}/zipkin/", ""))
    return rows
