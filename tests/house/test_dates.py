"""No test depends on the day on which it is run: where the true time is asked for, the reason stands here."""

import ast
import inspect
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.kit.contexts import context_on, end_of_day, one_day

TESTS = Path(__file__).parents[1]
ASKED = frozenset({"now", "today", "utcnow", "time", "time_ns"})
"""As they are called: `datetime.now`, `date.today`, `time.time`, and `now` of the service's context."""
CLOCKS = frozenset({"datetime", "date", "time", "service_context"})

MAY: dict[str, tuple[str, ...]] = {
    "the kit, which everybody else asks": ("kit/clock.py", "kit/contexts.py", "kit/callers.py"),
    "a token, signature or certificate is held against the true time": (
        "documents/builders.py",
        "documents/papers/test_routes.py",
        "fuzz/targets.py",
        "identity/signin",
        "payments/bank.py",
        "payments/banking/test_routes.py",
        "payments/banking/test_webhook_rotation.py",
        "payments/partners",
        "proxy/test_tls.py",
        "security",
        "shared/bus/test_security.py",
        "shared/http/test_callers.py",
    ),
    "a program with a clock of its own takes part": (
        "browser",
        "contracts/bus",
        "engines/test_refill.py",
        "faults",
        "shared/process/test_worker.py",
        "simulators/fund.py",
        "verify",
    ),
}
ALLOWED = tuple(TESTS / each for paths in MAY.values() for each in paths)


def asks(path: Path) -> Iterator[int]:
    """The lines on which a file asks for the true time."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    named = {
        each.asname or each.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module in {"time", "shared.storage.service_context"}
        for each in node.names
        if each.name in {"now", "time", "time_ns"}
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in ASKED:
            owner = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
            if owner in CLOCKS:
                yield node.lineno
        elif isinstance(node, ast.Name) and node.id in named:
            yield node.lineno


def test_no_test_asks_for_the_true_time_without_a_reason() -> None:
    found = [
        f"{path.relative_to(TESTS)}:{line}"
        for path in sorted(TESTS.rglob("*.py"))
        if not any(path == each or path.is_relative_to(each) for each in ALLOWED)
        for line in asks(path)
    ]
    assert found == [], "use tests/kit/clock.py, `context.clock()` or `today()` of tests/kit/contexts.py"


@pytest.mark.parametrize("each", sorted(ALLOWED), ids=lambda path: str(path.relative_to(TESTS)))
def test_who_is_named_asks_for_it(each: Path) -> None:
    files = [each] if each.is_file() else sorted(each.rglob("*.py"))
    assert any(line for path in files for line in asks(path)), "take it out of the list"


@pytest.mark.parametrize(
    ("at", "ends"),
    [
        ("2026-02-10T09:00:00+00:00", "2026-02-10T22:59:00+00:00"),
        ("2026-02-10T22:59:58+00:00", "2026-02-10T22:59:00+00:00"),
        ("2026-02-10T23:00:00+00:00", "2026-02-11T22:59:00+00:00"),
    ],
)
def test_a_run_has_one_day_which_ends_with_that_of_the_funds(at: str, ends: str) -> None:
    """Before that, a test that knew its day when it was collected failed behind midnight in Tunis and Algiers."""
    assert end_of_day(datetime.fromisoformat(at)) == datetime.fromisoformat(ends)
    context = inspect.signature(context_on).parameters["clock"].default
    assert context is one_day and context() <= context() < end_of_day(context()) + timedelta(minutes=1)


def test_each_way_of_asking_is_found(tmp_path: Path) -> None:
    asked = tmp_path / "test_some.py"
    asked.write_text(
        "import datetime, time\nfrom datetime import date\nfrom shared.storage.service_context import now\n"
        "a = datetime.datetime.now()\nb = date.today()\nc = time.time()\nd = now()\ne = dict(clock=now)\n"
        "f = time.monotonic()\n"
    )
    assert sorted(asks(asked)) == [4, 5, 6, 7, 8]
