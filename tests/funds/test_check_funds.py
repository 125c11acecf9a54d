"""The command that checks funds' folders with all that the services know, and without any setting."""

import shutil
import subprocess
import sys
from pathlib import Path

from shared.funds.loading import DEFINITIONS
from tests.funds.invented import DEFINITIONS as INVENTED
from tests.kit.contexts import DZ, TN

ROOT = DEFINITIONS.parents[2]
MONO, AID = "xx-mono", "tn-solidarite"


def checked(*folders: Path) -> tuple[int, list[str]]:
    """The exit status, and the lines."""
    command = [sys.executable, "-m", "deploy.check_funds", *map(str, folders)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env={}, check=False)
    return done.returncode, done.stdout.splitlines() + done.stderr.splitlines()


def test_every_fund_there_is_can_be_served() -> None:
    folders = [each for root in (DEFINITIONS, INVENTED) for each in sorted(root.iterdir()) if each.is_dir()]
    assert checked(*folders) == (0, [f"{folder.name}: no fault" for folder in folders])


def test_what_only_a_service_knows_is_named_with_its_place(tmp_path: Path) -> None:
    changes = [
        (INVENTED / MONO, "bindings.yaml", "layout: fixed-160", "layout: fixed-161"),
        (DEFINITIONS / AID, "bindings.yaml", "layout: columns-120", "layout: columns-121"),
        (DEFINITIONS / DZ, "declarations.yaml", "below-minimum:", "below-minimal:"),
        (DEFINITIONS / TN, "bindings.yaml", "adapter: iso-http", "adapter: pigeons"),
        (DEFINITIONS / TN, "fund.yaml", "  state:", "  # state:"),
    ]
    for source, file, old, new in changes:
        folder = tmp_path / source.name
        if not folder.exists():
            shutil.copytree(source, folder)
        text = (folder / file).read_text()
        assert old in text, f"{folder.name}/{file}"
        (folder / file).write_text(text.replace(old, new, 1))
    status, lines = checked(*(tmp_path / name for name in (MONO, AID, DZ, TN)))
    assert status == 1
    for line, expected in zip(
        lines,
        (
            "xx-mono/bindings.yaml: bank.layout: no layout fixed-161; there are fixed-160",
            "tn-solidarite/bindings.yaml: registers.land.layout: no layout columns-121; there are columns-120",
            "dz-cnas/declarations.yaml: forms.das.plausibility.below-minimal: is no check; there are ",
            "tn-cnss/fund.yaml: branding.state: is missing; it stands on the papers that papers.yaml names",
            "tn-cnss/bindings.yaml: bank.adapter: no adapter pigeons; there are fixed-files, iso-http",
        ),
        strict=True,
    ):
        assert line.startswith(expected), line
