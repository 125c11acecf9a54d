"""A benefit is a page: no line of Python names one."""

import re
from pathlib import Path

import pytest

from tests.kit.contexts import shipped

ROOT = Path(__file__).parents[2]
CODES = sorted({code for fund in shipped().values() for code in fund.claim_types})


@pytest.mark.parametrize("code", CODES)
def test_no_python_names_a_claim_type(code: str) -> None:
    quoted = re.compile(rf"[\"'/.]{re.escape(code)}[\"'/.]")
    found = [
        str(path.relative_to(ROOT))
        for folder in ("services", "shared")
        for path in (ROOT / folder).rglob("*.py")
        if quoted.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []
