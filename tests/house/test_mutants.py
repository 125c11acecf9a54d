"""Each mutant's patch fits today's source. Whether a test catches it is for `make mutants` to say: it takes minutes."""

import pytest

from tests.faults.mutants.mutants import MUTANTS, Mutant
from tests.house.test_layout import ROOT


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.mechanism.replace(" ", "-"))
def test_the_text_that_a_mutant_changes_stands_once(mutant: Mutant) -> None:
    source = (ROOT / mutant.file).read_text(encoding="utf-8")
    assert source.count(mutant.was) == 1, f"{mutant.file} was changed: write the mutant anew, with its test"
    if mutant.file.endswith(".py"):
        compile(source.replace(mutant.was, mutant.now), mutant.file, "exec")
    file, _, name = mutant.test.partition("::")
    assert not name or f"def {name.partition('[')[0]}(" in (ROOT / file).read_text(encoding="utf-8")
