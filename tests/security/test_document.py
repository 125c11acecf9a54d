"""`docs/security.md` names what is there: tests, open routes, quotas."""

import re
from pathlib import Path

from shared.http.limits import DEFAULT_QUOTAS
from tests.contracts import services
from tests.security.test_callers import PUBLIC

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")


def named(pattern: str) -> set[str]:
    return set(re.findall(pattern, TEXT))


def test_every_test_that_is_named_is_there() -> None:
    found = {each.removeprefix("tests/") for each in named(r"`([\w/]*test_\w+\.py)`")}
    assert len(found) > 15
    for each in found:
        home = ROOT / "tests" if "/" in each else ROOT / "tests" / "security"
        assert (home / each).is_file(), each


def test_every_file_that_is_named_is_there() -> None:
    for each in named(r"`((?:shared|services|tests|docs|deploy)/[\w/.-]+)`"):
        assert "/test_" in each or (ROOT / each).exists(), each


def test_every_open_route_is_named() -> None:
    assert set(PUBLIC) <= named(r"`([a-z_]+(?:\.[a-z_]+)?)`")


def test_every_quota_is_named_with_its_number() -> None:
    quotas = {
        **DEFAULT_QUOTAS,
        **{name: text for each in services.names() for name, text in services.load(each).quotas.items()},
    }
    table = TEXT.partition("| name | as shipped |")[2].partition("\n\n")[0].splitlines()
    for name, quota in quotas.items():
        amount, _, unit = quota.partition("/")
        (row,) = [line for line in table if f"`{name}`" in line]
        assert amount in re.findall(r"\d+", row) and unit in row, name
