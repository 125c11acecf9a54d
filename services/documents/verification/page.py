"""What somebody sees who scans the code on a paper or types its number: no script, nothing fetched from anywhere."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.documents.papers.content import (
    OF_EMPLOYERS,
    EmployerAccount,
    EmployerClearance,
    GrantedAward,
    MandateForm,
    PaperLanguage,
    Wages,
)
from services.documents.papers.printing.facts import Facts, body_of
from services.documents.papers.printing.wording import shown, wording
from services.documents.verification.verification import CodeAnswer, Status, Verification
from shared.funds.fund import Fund
from shared.http.design import page_style
from shared.http.design.page_style import PageStyle
from shared.kernel import yaml_text
from shared.languages.locales import locale_of, own_name

_HERE = Path(__file__).parent


def render(verification: Verification, *, fund: Fund, language: PaperLanguage, base: str) -> str:
    """The answer as an HTML page for a phone, with links (`?language=`) to the fund's other languages.

    Send it with `content_security_policy()`, and with a language that the fund has. `base` is the path under which the
    public finds the service: empty, or as `/documents`.
    """
    habits, texts, record = wording(language, fund.country), _words()[language], verification.record
    day = verification.since_on or (record and record.valid_until_on)
    says = texts["statuses"][verification.status]["says"]
    details = [(texts["number"], verification.number)]
    if record:
        details = [
            (texts["kind"], fund.papers.types[record.kind].names[language]),
            *details,
            (texts["issued"], habits.day(record.issued_on)),
            (texts["valid_until"], _until(habits.day(record.valid_until_on), record.kind, fund, texts)),
            (texts["initials"], record.initials),
        ]
    code = "shown" if verification.certified else "ask" if record and record.has_code else ""
    return _page(
        "verification.html",
        fund=fund,
        language=language,
        base=base,
        status=verification.status,
        title=texts["statuses"][verification.status]["title"],
        says=says.format(day=habits.day(day)) if day else says,
        number=verification.number,
        details=details,
        code=code,
        is_code_wrong=verification.code is CodeAnswer.WRONG,
        certified=_certified(verification, fund=fund, language=language),
        is_file_genuine=verification.is_file_genuine,
        may_compare=verification.status is not Status.UNKNOWN,
        checked=texts["checked"].format(day=habits.day(verification.on)),
    )


def _certified(verification: Verification, *, fund: Fund, language: PaperLanguage) -> Facts | None:
    """What the paper is relied on for, in rows: labels with values, then a table."""
    if verification.certified is None:
        return None
    words, body = wording(language, fund.country), verification.certified.body
    facts = body_of(body, fund=fund, language=language)
    holder = "employer" if body.kind in OF_EMPLOYERS else "holder"
    rows = [[words.translate(holder), shown(verification.certified.holder_name)]]
    if isinstance(body, EmployerClearance | MandateForm):
        return {"rows": [*rows, *facts["dates"]], "columns": [], "groups": []}
    if isinstance(body, EmployerAccount):
        lines = [*facts["lines"], ["", facts["total"], *facts["sums"]]]
        return {"rows": [*rows, *facts["dates"]], "columns": facts["columns"], "groups": [("", lines)]}
    if not isinstance(body, Wages):
        lines = facts["acts"] if isinstance(body, GrantedAward) else facts["employers"]
        return {"rows": [*rows, *facts["dates"]], "columns": facts["columns"], "groups": [("", lines)]}
    rows.append([words.translate("period"), words.period(body.starts_on, body.ends_on)])
    groups = [
        (
            f"{each['employer']} ({each['employer_number']})",
            [*each["lines"], [words.translate("subtotal"), *each["sums"]]],
        )
        for each in facts["employments"]
    ]
    total = [words.translate("total"), *facts["sums"]]
    return {"rows": rows, "columns": facts["columns"], "groups": [*groups, ("", [total])]}


def unknown_file(*, fund: Fund, language: PaperLanguage, base: str, on: date) -> str:
    """The answer for a file that is not, byte for byte, one that the fund signed."""
    texts = _words()[language]
    return _page(
        "verification.html",
        fund=fund,
        language=language,
        base=base,
        status=Status.UNKNOWN,
        title=texts["file"]["unknown_title"],
        says=texts["file"]["unknown_says"],
        number="",
        details=[],
        code="",
        is_code_wrong=False,
        certified=None,
        is_file_genuine=False,
        may_compare=False,
        checked=texts["checked"].format(day=wording(language, fund.country).day(on)),
    )


def _until(day: str, kind: str, fund: Fund, texts: Mapping[str, Any]) -> str:
    """The last day; marked where the fund has yet to confirm how long such a paper is valid."""
    return f"{day} ({texts['to_be_confirmed']})" if fund.papers.types[kind].law.is_to_be_confirmed else day


def form(*, fund: Fund, language: PaperLanguage, base: str) -> str:
    """The page with fields for a paper's number and for its file. Send it with `content_security_policy()` too."""
    return _page("form.html", fund=fund, language=language, base=base, title=_words()[language]["ask"]["title"])


def _page(template: str, *, fund: Fund, language: PaperLanguage, base: str, **facts: object) -> str:
    """One of the pages, in the frame that they share."""
    return (
        _templates()
        .get_template(template)
        .render(
            fund=fund,
            language=language,
            base=base,
            direction=locale_of(language).text_direction,
            texts=_words()[language],
            others={each: own_name(each) for each in fund.languages if each != language},
            style=_style(fund).text,
            **facts,
        )
    )


def content_security_policy(fund: Fund) -> str:
    """The header that allows these pages their own style sheet, known by its hash, their form, and nothing else."""
    style = _style(fund).source
    return f"default-src 'none'; style-src {style}; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"


def _style(fund: Fund) -> PageStyle:
    return page_style.of_fund(_HERE / "templates" / "verification.css", colour=fund.branding.colour)


@cache
def _words() -> Mapping[str, Any]:
    words: dict[str, Any] = yaml_text.parse((_HERE / "words.yaml").read_text(encoding="utf-8"))
    return words


@cache
def _templates() -> Environment:
    folder = FileSystemLoader(_HERE / "templates")
    return Environment(loader=folder, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
