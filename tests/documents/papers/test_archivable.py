"""Every paper, signed, is what its metadata says: PDF/A-2b and PDF/UA-1, as veraPDF judges them.

Runs where `VERAPDF` is set: it takes Java, Maven to fetch veraPDF's jars once, and half a minute.
"""

import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from deploy.local.engines import jars
from services.documents.papers.content import PaperKind
from services.documents.papers.demo_chain import make_signing_chain
from services.documents.papers.printing.printer import Printer
from services.documents.papers.signing import Seal
from tests.documents.papers.builders import a_body, a_fund, a_paper

AT = datetime(2026, 11, 22, 10, 30, tzinfo=UTC)
JARS = Path(__file__).parents[3] / "var" / "jars"
JUDGE_MAX_S = 300

pytestmark = pytest.mark.skipif(
    "VERAPDF" not in os.environ,
    reason="set VERAPDF to judge papers by veraPDF; needs Java and Maven",
)


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A signed paper of each kind, language and fund, with names that take every font."""
    folder, printer = tmp_path_factory.mktemp("papers"), Printer()
    seal = Seal(make_signing_chain("CNAS", at=AT), fund_name="CNAS")
    for fund_id in ("dz-cnas", "tn-cnss"):
        for kind in PaperKind:
            for language in ("ar", "fr", "en"):
                fund = a_fund(fund_id)
                paper = a_paper(a_body(kind, fund=fund), language=language, fund=fund, full_name="Łéa مريم ™ → ✓ Ɛ")
                signed = seal.sign(printer.print(paper), at=AT)
                (folder / f"{fund_id}-{kind}-{language}.pdf").write_bytes(signed)
    return sorted(folder.glob("*.pdf"))


@pytest.mark.parametrize("standard", ["2b", "ua1"])
def test_d1_every_paper_keeps_what_it_claims(papers: list[Path], standard: str) -> None:
    home = jars.fetch("verapdf", into=JARS)
    command = ["java", "-cp", f"{home}/*", "org.verapdf.apps.GreenfieldCliWrapper", "-f", standard, "--format", "text"]
    judged = subprocess.run(
        [*command, "-v", *map(str, papers)], capture_output=True, text=True, timeout=JUDGE_MAX_S, check=False
    )
    verdicts = [line.partition(" ")[0] for line in judged.stdout.splitlines() if line.startswith(("PASS", "FAIL"))]
    assert verdicts == ["PASS"] * len(papers), judged.stdout + judged.stderr
