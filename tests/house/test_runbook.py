"""The runbook and the other pages for operators name no command, metric or workload that is not there."""

import importlib.util
import re
import shlex
from pathlib import Path

import pytest

from deploy.local.addresses import SERVICES
from shared.process import migrating, reencrypting
from shared.process.operations import commands
from shared.telemetry import metrics
from tests.contracts import services
from tests.house.test_layout import ROOT

PAGES = [
    ROOT / "docs" / "runbook.md",
    ROOT / "docs" / "keys.md",
    ROOT / "README.md",
    *(ROOT / "deploy" / name / "README.md" for name in ("k8s", "local", "proxy")),
]
PYTHON = re.compile(r"python -m ([a-z_.]+)((?: [^`\n#|]*)?)")
MAKE = re.compile(r"(?:`|^ *)(?:[A-Z_]+=\S+ )*make ([a-z]+)\b", re.MULTILINE)
WORKLOAD = re.compile(r"\b(deployment|statefulset|cronjob)/([a-z-]+)")
METRIC = re.compile(r"\bhimaya_[a-z_]+\b")
KINDS = {"web": "deployment", "worker": "statefulset"}
WORKLOADS = {f"{kind}/{service}-{part}" for service in SERVICES for part, kind in KINDS.items()}
WORKLOADS |= {"deployment/proxy", "cronjob/backup"}


def text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_make_command_is_one(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", text(ROOT / "Makefile"), re.MULTILINE))
    assert set(MAKE.findall(text(page))) <= targets


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_python_command_is_one(page: Path) -> None:
    for module, rest in PYTHON.findall(text(page).replace("`\n", "` ")):
        assert importlib.util.find_spec(module.rstrip(".")), module
        arguments = [each for each in rest.split() if each]
        if module.startswith("services.") and module.count(".") == 1 and arguments and arguments[0] != "…":
            is_a_command_of(module.removeprefix("services."), arguments)
        if module == "deploy.local" and arguments[:1] == ["do"] and arguments[2:3] not in ([], ["…"]):
            is_a_command_of(arguments[1], arguments[2:])


def is_a_command_of(service: str, arguments: list[str]) -> None:
    known = {"web", "worker", migrating.NAME, reencrypting.NAME, *commands.NAMES, *services.load(service).commands}
    assert arguments[0] in known, f"{service}: {arguments[0]}"


def lines_for(words: str) -> list[str]:
    runbook = text(ROOT / "docs" / "runbook.md")
    return [line for line in runbook.splitlines() if line.lstrip().startswith("kubectl") and words in line]


@pytest.mark.parametrize("line", lines_for("python -m services."))
def test_every_command_of_the_runbook_can_be_typed_as_it_stands(line: str) -> None:
    """Parsed by the very parser that an operator meets; what stands in angle brackets is whatever it is."""
    _, _, said = line.partition("python -m services.")
    service, name, *rest = shlex.split(re.sub(r"<[^>]*>", "x", said.partition("#")[0]))
    if name in commands.NAMES:
        commands._parser(service).parse_args([name, *rest])
    elif name == reencrypting.NAME:
        reencrypting._parser(service).parse_args(rest)
    else:
        assert (name, rest) == (migrating.NAME, [])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_metric_and_workload_is_there(page: Path) -> None:
    shown = metrics.exposition().decode()
    for name in METRIC.findall(text(page)):
        if name != f"himaya_{name.removeprefix('himaya_')}" or name.removeprefix("himaya_") in SERVICES:
            continue  # a database's name
        assert name in shown, name
    assert {f"{kind}/{name}" for kind, name in WORKLOAD.findall(text(page))} <= WORKLOADS
