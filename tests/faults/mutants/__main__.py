"""`make mutants`: turn one mechanism after the other off in a copy of the source, and see a test fail each time.

A guarantee that no test would miss is a hope. First the same tests run on the copy as it is, and have to pass.
`MUTANTS_SAMPLE=10` tries ten of them, chosen by `MUTANTS_SEED`, which is printed; by default it is the commit's id.
"""

import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.faults.mutants.mutants import MUTANTS, Mutant

SOURCE = Path(__file__).parents[3]
GREEN, RED = 0, 1
RUN_MAX_S = 240
WAIT_MAX_S = "20"
"""How long a kill is waited for here: what was lost never comes."""


def main(arguments: Sequence[str]) -> int:
    """Try the mutants whose mechanism or test holds one of the words, all of them without words; 1 where one lives."""
    chosen = _sampled(
        [
            each
            for each in MUTANTS
            if not arguments or any(word in f"{each.mechanism} {each.test}" for word in arguments)
        ]
    )
    with tempfile.TemporaryDirectory(prefix="himaya-mutants-") as folder:
        copy = Path(folder)
        _copy(copy)
        tests = sorted({each.test for each in chosen})
        _write(f"the tests of {len(chosen)} mutants, on the source as it is")
        if _run(copy, tests, wait_max_s="90") != GREEN:
            _write("they fail without any mutant; nothing can be learned from them")
            return 1
        alive = [each for each in chosen if not _is_caught(copy, each)]
    for each in alive:
        _write(f"ALIVE   {each.mechanism}: {each.test} does not miss it")
    _write(f"{len(chosen) - len(alive)} of {len(chosen)} mutants were caught")
    return 1 if alive else 0


def _sampled(mutants: Sequence[Mutant]) -> Sequence[Mutant]:
    """As many as `MUTANTS_SAMPLE` says, all where it says nothing; always the same of one seed."""
    count = int(os.environ.get("MUTANTS_SAMPLE") or len(mutants))
    if count >= len(mutants):
        return mutants
    seed = os.environ.get("MUTANTS_SEED") or _commit()
    _write(f"{count} of {len(mutants)} mutants, chosen by MUTANTS_SEED={seed}")
    chosen = random.Random(seed).sample(range(len(mutants)), count)
    return [mutants[place] for place in sorted(chosen)]


def _commit() -> str:
    asked = ["git", "rev-parse", "--short", "HEAD"]
    return subprocess.run(asked, cwd=SOURCE, check=True, capture_output=True, text=True).stdout.strip()


def _copy(copy: Path) -> None:
    """All that git knows of, as it stands now."""
    names = subprocess.run(["git", "ls-files", "-z"], cwd=SOURCE, check=True, capture_output=True).stdout
    for name in filter(None, names.decode().split("\0")):
        if (SOURCE / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            (copy / name).write_bytes((SOURCE / name).read_bytes())


def _is_caught(copy: Path, mutant: Mutant) -> bool:
    """Whether the test fails once the mechanism is off. The patch has to fit, and what it makes of Python has to be
    Python."""
    began_s, file = time.monotonic(), copy / mutant.file
    whole = file.read_text()
    if whole.count(mutant.was) != 1:
        raise SystemExit(f"{mutant.mechanism}: its text stands {whole.count(mutant.was)} times in {mutant.file}")
    patched = whole.replace(mutant.was, mutant.now)
    if file.suffix == ".py":
        compile(patched, mutant.file, "exec")
    file.write_text(patched)
    try:
        is_caught = _run(copy, [mutant.test], wait_max_s=WAIT_MAX_S) == RED
    finally:
        file.write_text(whole)
    _write(f"{'caught' if is_caught else 'ALIVE '} {time.monotonic() - began_s:5.1f} s  {mutant.mechanism}")
    return is_caught


def _run(copy: Path, tests: Sequence[str], *, wait_max_s: str) -> int:
    """pytest's exit status: 0 all pass, 1 some fail, more where they could not be run."""
    command = [sys.executable, "-B", "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
    environment = {**os.environ, "FAULTS_WAIT_MAX_S": wait_max_s, "PYTHONDONTWRITEBYTECODE": "1"}
    run = subprocess.run(command, cwd=copy, env=environment, capture_output=True, timeout=RUN_MAX_S * 3)
    if run.returncode > RED:
        raise SystemExit(f"{' '.join(tests)} could not be run: {run.stdout.decode()[-2000:]}")
    if run.returncode == RED and wait_max_s != WAIT_MAX_S:
        _write(run.stdout.decode()[-3000:])
    return run.returncode


def _write(line: str) -> None:
    print(line, flush=True)  # noqa: T201


sys.exit(main(sys.argv[1:]))
