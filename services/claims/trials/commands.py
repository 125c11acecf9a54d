"""The command that tries a benefit's page on an invented claim. No engine and no setting is needed.

    python -m services.claims try --fund xx --type sickness --case case.yaml

The fund is one that ships, or one of a folder that FUNDS_PATH names. The exit status is 0 where the rules came to
something, 1 where the claim could not be filed as the case says it, 2 where the fund or the case is wrong.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from services.claims.benefits.answers import AnswersInvalid
from services.claims.claims.claim_types import type_of
from services.claims.trials import reading
from services.claims.trials.reading import CaseInvalid
from services.claims.trials.report import TrialReport
from services.claims.trials.rules import tried
from shared.funds.fund import Fund
from shared.funds.loading import FundsInvalid, load
from shared.kernel.errors import Failure
from shared.languages.texts import LANGUAGES, Texts


def try_case(folders: Sequence[Path], arguments: Sequence[str], *, texts: Texts, out: TextIO) -> int:
    """Write what the page of a benefit comes to for the case of a file."""
    asked = _asked(arguments)
    try:
        fund = load([asked.fund], further=folders)[asked.fund]
    except FundsInvalid as wrong:
        sys.stderr.write(f"{wrong}\n")
        return 2
    report = TrialReport(texts, asked.language or _language(fund))
    try:
        _check(asked, fund)
        case, said = reading.read(asked.case, definition=type_of(fund, asked.type), fund=fund)
        trial = tried(case, said, claim_type=asked.type, fund=fund)
    except CaseInvalid as wrong:
        sys.stderr.write(f"{wrong}\n")
        return 2
    except AnswersInvalid as refused:
        for fault in refused.faults:
            out.write(f"{asked.case}: {fault.field}: {texts.translate(fault.code, report.language)}\n")
        return 1
    except Failure as refused:
        out.write(f"it could not be filed so: {report.refusal(refused)}\n")
        return 1
    out.write("\n".join(report.lines(trial)) + "\n")
    return 0


def _asked(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m services.claims try")
    parser.add_argument("--fund", required=True, help="one that ships, or of a folder in FUNDS_PATH")
    parser.add_argument("--type", required=True, help="the code of the benefit: the name of its page")
    parser.add_argument("--case", required=True, type=Path, help="a file, such as docs/examples/case.yaml")
    parser.add_argument("--language", choices=LANGUAGES, help="of the fund's words")
    return parser.parse_args(arguments)


def _check(asked: argparse.Namespace, fund: Fund) -> None:
    if asked.type not in fund.claim_types:
        known = ", ".join(sorted(fund.claim_types)) or "none"
        raise CaseInvalid([f"{asked.fund} has no benefit {asked.type}; it has {known}"])
    if asked.language not in (None, *fund.languages):
        raise CaseInvalid([f"{asked.fund} does not speak {asked.language}; it speaks {', '.join(fund.languages)}"])


def _language(fund: Fund) -> str:
    """The last of the platform's languages that the fund has: whoever writes pages reads this beside English words."""
    return next((each for each in reversed(LANGUAGES) if each in fund.languages), fund.language)
