"""`make fuzz`: every target for FUZZ_SECONDS (10) with atheris, or those named in FUZZ_TARGETS; one line each.

Each goes on from its seeds and from what earlier runs found worth keeping (`var/fuzz/<target>/corpus`). An input that
makes something leave that the target does not declare is kept beside it, and the exit is 1. FUZZ_SEED takes the same
ways again; 0, as usual, another each time.
"""

import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.fuzz.targets import Target, targets

HOME = Path(__file__).parents[2] / "var" / "fuzz"
STARTS_WITHIN_S = 240
LINES_SHOWN = 25


@dataclass(frozen=True)
class Outcome:
    """What came of one target."""

    is_good: bool
    runs_a_second: int
    covered: int
    corpus: int
    said: str


def main() -> int:
    seconds, entropy = int(os.environ.get("FUZZ_SECONDS", "10")), int(os.environ.get("FUZZ_SEED", "0"))
    wanted = os.environ.get("FUZZ_TARGETS", "").split()
    failed = []
    for target in targets():
        if wanted and target.name not in wanted:
            continue
        outcome = fuzz(target, seconds=seconds, entropy=entropy)
        verdict = "ok" if outcome.is_good else "FAILED"
        print(
            f"{target.name:20} {outcome.runs_a_second:>7,} runs/s  {outcome.covered:>6,} edges "
            f"{outcome.corpus:>6,} inputs  {verdict}",
            flush=True,
        )
        if not outcome.is_good:
            print("\n".join(f"    {line}" for line in outcome.said.splitlines()[-LINES_SHOWN:]))
            failed.append(target.name)
    if failed:
        print(f"failed: {', '.join(failed)}; try one again: python -m tests.fuzz.one TARGET var/fuzz/TARGET/crash-…")
    return 1 if failed else 0


def fuzz(target: Target, *, seconds: int, entropy: int) -> Outcome:
    """Fuzz one target in a process of its own, so that one that floods or hangs leaves the others alone."""
    home = HOME / target.name
    corpus = home / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(target.seeds):
        (corpus / f"seed-{number}").write_bytes(seed)
    options = [
        f"-seed={entropy}",
        f"-max_total_time={seconds}",
        f"-artifact_prefix={home}/",
        "-print_final_stats=1",
        str(corpus),
    ]
    command = [sys.executable, "-m", "tests.fuzz.one", target.name, *options]
    try:
        # A process that ends by atheris tidies nothing up: what it puts down, it puts down where we do.
        with tempfile.TemporaryDirectory(prefix="himaya-fuzz-") as folder:
            done = subprocess.run(
                command,
                env={**os.environ, "TMPDIR": folder},
                capture_output=True,
                text=True,
                errors="replace",
                timeout=seconds + STARTS_WITHIN_S,
                check=False,
            )
    except subprocess.TimeoutExpired:
        return Outcome(False, 0, 0, 0, "it did not come to an end in time")
    said = done.stdout + done.stderr
    return Outcome(
        is_good=done.returncode == 0,
        runs_a_second=_last(r"stat::average_exec_per_sec:\s+(\d+)", said),
        covered=_last(r"cov: (\d+)", said),
        corpus=_last(r"corp: (\d+)", said),
        said=said,
    )


def _last(pattern: str, text: str) -> int:
    found = re.findall(pattern, text)
    return int(found[-1]) if found else 0


if __name__ == "__main__":
    sys.exit(main())
