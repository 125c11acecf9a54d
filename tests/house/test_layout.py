"""Every service has the same rooms, and every room has its tests."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVICES = sorted(path.parent for path in (ROOT / "services").glob("*/wiring.py"))
SUBJECTS = sorted(folder for service in SERVICES for folder in service.iterdir() if (folder / "__init__.py").exists())
AT_THE_ROOT = {"__init__.py", "__main__.py", "README.md", "fields.yaml", "settings.py", "texts.yaml", "wiring.py"}
IMPURE = {
    "now",
    "today",
    "utcnow",
    "uuid4",
    "uuid1",
    "urandom",
    "token_bytes",
    "token_hex",
    "token_urlsafe",
    "getenv",
    "monotonic",
    "perf_counter",
    "time_ns",
}


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("service", SERVICES, ids=name)
def test_every_service_has_the_same_root(service: Path) -> None:
    assert {path.name for path in service.iterdir() if path.is_file()} == AT_THE_ROOT


@pytest.mark.parametrize("subject", SUBJECTS, ids=name)
def test_a_subject_with_rules_has_a_table_of_tests_for_them(subject: Path) -> None:
    if (subject / "rules.py").exists():
        mirrored = ROOT / "tests" / subject.relative_to(ROOT / "services") / "test_rules.py"
        assert mirrored.exists(), f"{name(mirrored)} is missing"


@pytest.mark.parametrize("package", sorted(ROOT.glob("s*/**/__init__.py")), ids=name)
def test_packages_declare_nothing(package: Path) -> None:
    if package.is_relative_to(ROOT / "services") or package.is_relative_to(ROOT / "shared"):
        assert package.read_text() == ""


def _calls_below_the_edge() -> Iterator[tuple[Path, ast.AST, str]]:
    """Every use of a clock, of chance or of the environment in the rooms that must be handed these."""
    for subject in SUBJECTS:
        for path in subject.rglob("*.py"):
            if path.name in {"periodic_tasks.py", "jobs.py", "routes.py"} or "channels" in path.parts:
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call):
                    called = getattr(node.func, "attr", getattr(node.func, "id", ""))
                    if called in IMPURE:
                        yield path, node, called
                elif isinstance(node, ast.Attribute) and node.attr == "environ":
                    yield path, node, "environ"


def test_no_clock_chance_or_environment_below_the_edge() -> None:
    found = [f"{name(path)}:{node.lineno} {called}" for path, node, called in _calls_below_the_edge()]  # type: ignore[attr-defined]
    assert found == []


def test_broad_excepts_stand_at_the_edges() -> None:
    found = {
        name(path)
        for folder in ("services", "shared")
        for path in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or (isinstance(node.type, ast.Name) and node.type.id == "Exception"))
    }
    edges = {"bus/inbox.py", "http/problems.py", "jobs/runner.py", "process/periodic_tasks.py"}
    assert found <= {f"shared/{edge}" for edge in edges}


@pytest.mark.parametrize("service", SERVICES, ids=name)
def test_every_service_has_its_manifest(service: Path) -> None:
    manifest = ROOT / "deploy" / "k8s" / "services" / service.name / "kustomization.yaml"
    assert f"namePrefix: {service.name}-" in manifest.read_text()
    assert f"services/{service.name}" in (ROOT / "deploy" / "k8s" / "kustomization.yaml").read_text()
