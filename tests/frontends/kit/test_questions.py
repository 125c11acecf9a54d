"""Which questions and papers the answers lead to, as far as a page can tell; the fund judges anew when it is sent."""

from typing import Any

import pytest

from frontends.kit.questions import holds

LOST = {"fact": "answer.reason", "tests": {"equals": "lost"}}
CHILD = {"fact": "answer.for-whom", "tests": {"one_of": "child,spouse"}}
KNOWN_TO_THE_FUND = {"fact": "dependants.children", "tests": {"at_least": "1"}}


@pytest.mark.parametrize(
    ("when", "given", "expected"),
    [
        (None, {}, True),
        (LOST, {"reason": "lost"}, True),
        (LOST, {"reason": "broken"}, False),
        (LOST, {}, False),
        ({"fact": "answer.renewal", "tests": {"is_true": "false"}}, {"renewal": False}, True),
        ({"fact": "answer.renewal", "tests": {"is_true": "true"}}, {"renewal": False}, False),
        (CHILD, {"for-whom": "spouse"}, True),
        ({"fact": "answer.amount", "tests": {"at_least": "100"}}, {"amount": "250.500"}, True),
        ({"fact": "answer.amount", "tests": {"at_most": "100"}}, {"amount": "250.500"}, False),
        (KNOWN_TO_THE_FUND, {}, None),
        ({"all": [LOST, KNOWN_TO_THE_FUND]}, {"reason": "lost"}, None),
        ({"all": [LOST, KNOWN_TO_THE_FUND]}, {"reason": "broken"}, False),
        ({"any": [LOST, KNOWN_TO_THE_FUND]}, {"reason": "lost"}, True),
        ({"any": [LOST, CHILD]}, {}, False),
        ({"none": [LOST]}, {"reason": "lost"}, False),
        ({"none": [LOST]}, {"reason": "broken"}, True),
        ({"none": [KNOWN_TO_THE_FUND]}, {}, None),
        ({"fact": "answer.amount", "tests": {"at_least": "100"}}, {"amount": "much"}, True),
        ({"fact": "answer.reason", "tests": {"a-later-test": "1"}}, {"reason": "lost"}, True),
    ],
)
def test_what_hangs_on_an_unknown_fact_is_shown(when: Any, given: dict[str, Any], expected: bool | None) -> None:
    assert holds(when, given) is expected
