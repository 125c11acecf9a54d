"""The examples of docs/frontends.md and docs/partners.md, each run as a program of its own against a whole platform.

Whoever writes a frontend copies them: what they show has to work, and to need nothing of ours.
"""

import ast
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from deploy.docs.excerpts import ExampleUnknown, filled
from deploy.local.place import REPOSITORY
from tests.kit.platform import Platform, needs_nginx, running_platform

EXAMPLES = REPOSITORY / "docs" / "examples"
PAGES = [REPOSITORY / "docs" / name for name in ("frontends.md", "partners.md")]
RUN_MAX_S = 240
FUND = "dz-cnas"
MAY_IMPORT = {*sys.stdlib_module_names, "requests", *(path.stem for path in EXAMPLES.glob("*.py"))}
SIGNS = {"as_a_bank.py": {"joserfc", "cryptography"}, "as_an_operator.py": {"joserfc"}, "machine.py": {"joserfc"}}


def run(platform: Platform, example: str, folder: Path, *arguments: str) -> Sequence[str]:
    """The lines that an example prints; it ends well, or says what does not hold."""
    environ = {**os.environ, "HIMAYA_URL": platform.url, "HIMAYA_MESSAGES": platform.messages, "TMPDIR": str(folder)}
    ran = subprocess.run(
        [sys.executable, str(EXAMPLES / example), *arguments],
        env=environ,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=RUN_MAX_S,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert not list(folder.iterdir()), "what was sent is no draft any more"
    return ran.stdout.splitlines()


@pytest.mark.long
@needs_nginx
def test_each_example_runs_against_a_platform_as_a_person_and_as_an_employer(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    drafts = tmp_path_factory.mktemp("drafts")
    with running_platform(tmp_path_factory.mktemp("platform")) as platform:
        said = run(platform, "several_funds.py", drafts)
        assert any("1234.50 DZD" in line for line in said) and any("1234.500 TND" in line for line in said)
        login, password = platform.sign_in(FUND, "employer's user")
        said = run(platform, "as_an_employer.py", drafts, login, password)
        assert said[0] == "signed in for employer 1000000001"
        reference = next(line for line in said if line.startswith("transfer ")).rpartition(" ")[2]
        said = run(platform, "as_a_bank.py", drafts, reference, str(platform.var / "secrets"))
        assert said[-1] == "nothing is due any more"
        for _ in range(2):  # whoever tries an example tries it again
            said = run(platform, "as_a_person.py", drafts)
            assert said[-1] == "signed out"


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.py")), ids=lambda path: path.name)
def test_an_example_needs_nothing_of_ours(path: Path) -> None:
    wanted = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            wanted |= {each.name.partition(".")[0] for each in node.names}
        if isinstance(node, ast.ImportFrom):
            wanted.add(str(node.module).partition(".")[0])
    assert wanted <= MAY_IMPORT | SIGNS.get(path.name, set())


def test_every_example_stands_on_the_page() -> None:
    page = "".join(each.read_text(encoding="utf-8") for each in PAGES)
    assert [path.name for path in sorted(EXAMPLES.glob("*.py")) if path.name not in page] == ["browser.py"]


def test_a_page_shows_an_example_as_it_is_run(tmp_path: Path) -> None:
    (tmp_path / "some.py").write_text(
        "def first() -> int:\n    return 1\n\n\nclass It:\n    def its(self) -> None: ...\n"
    )
    page = "Text.\n\n<!-- example: some.py first, It.its -->\nstale\n<!-- /example -->\n"
    shown = "```python\ndef first() -> int:\n    return 1\n\n\ndef its(self) -> None: ...\n```"
    assert filled(page, folder=tmp_path) == (
        f"Text.\n\n<!-- example: some.py first, It.its -->\n{shown}\n<!-- /example -->\n"
    )
    with pytest.raises(ExampleUnknown, match="has no gone"):
        filled(page.replace("first", "gone"), folder=tmp_path)
