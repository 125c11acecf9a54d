"""Turns a paper's content into the texts that its template lays out: here every word is chosen, there none."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import segno

from services.documents.papers.content import (
    Affiliation,
    EmployedSpan,
    Employment,
    PaperContent,
    PaperLanguage,
    PaperWageLine,
    Wages,
)
from services.documents.papers.printing.wording import Wording, isolated, wording
from shared.funds.fund import Fund, IdentifierKind

Facts = dict[str, Any]
"""What a template gets: texts, lists and dictionaries of texts, nothing else (JSON)."""


def faults(funds: Mapping[str, Fund]) -> list[str]:
    """The funds whose papers cannot be printed: Arabic stands beside French, or English, on each of them."""
    nameless = [
        f"{fund_id}/fund.yaml: branding.state: is missing; it stands on the papers that papers.yaml names"
        for fund_id, fund in funds.items()
        if fund.sections.papers is not None and fund.branding.state is None
    ]
    return nameless + [
        f"{fund_id}/papers.yaml: types.{kind}: is printed in Arabic beside {latin}; the fund needs both"
        for fund_id, fund in funds.items()
        if fund.sections.papers is not None
        for kind, paper in fund.sections.papers.types.items()
        for latin in sorted({_latin(language) for language in paper.languages})
        if not {PaperLanguage.ARABIC, latin} <= set(fund.languages)
    ]


def _latin(language: str) -> PaperLanguage:
    """The language that stands beside Arabic on a paper."""
    return PaperLanguage.ENGLISH if language == PaperLanguage.ENGLISH else PaperLanguage.FRENCH


def facts_of(content: PaperContent) -> Facts:
    """The texts of a paper in its own language, with the few that official papers repeat in a second one."""
    fund, language = content.fund, content.language
    words = wording(language, fund.country)
    latin = _latin(language)
    second = latin if language is PaperLanguage.ARABIC else PaperLanguage.ARABIC
    titles = fund.papers.types[content.kind].names
    return {
        "language": language,
        "second_language": second,
        "latin_language": latin,
        "country": fund.country,
        "colour": fund.branding.colour,
        "acronym": fund.branding.short_names[latin],
        "states": [(fund.branding.state or {}).get(each, "") for each in (PaperLanguage.ARABIC, latin)],
        "fund": fund.names[language],
        "fund_arabic": fund.names[PaperLanguage.ARABIC],
        "fund_latin": fund.names[latin],
        "address": fund.branding.address[language],
        "title": titles[language],
        "second_title": titles[second],
        "number": content.number,
        "dates": [
            [words.translate("number"), isolated(content.number)],
            [words.translate("issued"), words.day(content.issued_on)],
            [words.translate("valid_until"), words.day(content.valid_until_on)],
        ],
        "statement": _statement(content.body, words),
        "bearer_name": isolated(content.holder.full_name),
        "holder": _holder(content, words),
        "body": body_of(content.body, fund=fund, language=language),
        "qr": _qr(content.verification_url),
        "verify_url": content.verification_url,
        "code": "-".join(filter(None, (content.code[:4], content.code[4:]))),
        **{key: words.translate(key) for key in ("verify", "verify_how", "qr_says", "code_label")},
        **{key: words.translate(key) for key in ("signature", "signatory", "signature_note")},
        "note": _note(content, words),
        "page": words.texts["page"],
    }


def body_of(body: Wages | Affiliation, *, fund: Fund, language: PaperLanguage) -> Facts:
    """What a paper certifies, as texts: the wage table, or the days and the employers."""
    words = wording(language, fund.country)
    return _table(body, words) if isinstance(body, Wages) else _affiliation(body, fund, language)


def _note(content: PaperContent, words: Wording) -> str:
    """The small print; it says so where the fund has yet to confirm how long such a paper is valid."""
    law = content.fund.papers.types[content.kind].law
    return (
        f"{words.translate('note')} {words.translate('to_be_confirmed')}"
        if law.is_to_be_confirmed
        else words.translate("note")
    )


def _statement(body: Wages | Affiliation, words: Wording) -> str:
    """The sentence by which the fund certifies."""
    by = words.translate("signatory")
    if isinstance(body, Wages):
        return words.translate("wages_statement", by=by, starts=words.day(body.starts_on), ends=words.day(body.ends_on))
    since = words.day(body.since_on)
    if body.ended_on:
        return words.translate("ended_statement", by=by, since=since, ended=words.day(body.ended_on))
    said = words.translate("affiliated_statement", by=by, since=since)
    if body.known_until_on is None:
        return said
    return f"{said} {words.translate('known_until_statement', until=words.day(body.known_until_on))}"


def _holder(content: PaperContent, words: Wording) -> list[list[str]]:
    holder = content.holder
    return [
        [words.translate("holder"), isolated(holder.full_name)],
        [
            content.fund.identifiers[IdentifierKind.INSURANCE_NUMBER].names[content.language],
            isolated(holder.insurance_number),
        ],
        *([[words.translate("born"), words.partly(holder.born_on)]] if holder.born_on else []),
    ]


def _affiliation(body: Affiliation, fund: Fund, language: PaperLanguage) -> Facts:
    """The days, and a line for each span of an employer."""
    words = wording(language, fund.country)
    spans = [(span.employer, _span(span, words)) for span in body.spans]
    if body.employer:
        spans.append((body.employer, ""))
    days = {
        "affiliated_since": body.since_on,
        "affiliation_ended": body.ended_on,
        "known_until": None if body.ended_on else body.known_until_on,
    }
    return {
        "dates": _dated(words, **days),
        "columns": [
            words.translate("employer"),
            fund.identifiers[IdentifierKind.EMPLOYER_NUMBER].names[language],
            words.translate("employed_period"),
        ],
        "employers": [[isolated(each.name), isolated(each.employer_id), period] for each, period in spans],
    }


def _span(span: EmployedSpan, words: Wording) -> str:
    key = "span" if span.has_left else "span_declared"
    return words.translate(key, starts=words.day(span.starts_on), ends=words.day(span.ends_on))


def _dated(words: Wording, **days: date | None) -> list[list[str]]:
    """A labelled line for each day that is known."""
    return [[words.translate(label), words.day(day)] for label, day in days.items() if day]


def _table(body: Wages, words: Wording) -> Facts:
    """The wage table: a column for days and one for hours only where anybody declared them."""
    columns = [name for name in ("days", "hours") if any(getattr(line, name) is not None for line in body.lines)]
    return {
        "columns": [
            words.translate("period"),
            *(words.translate(name) for name in columns),
            words.translate("wage", currency=words.currency(body.currency)),
        ],
        "employments": [_group(employment, columns=columns, words=words) for employment in body.employments],
        "subtotal": words.translate("subtotal"),
        "total": words.translate("total"),
        "sums": _sums(body.lines, columns=columns, words=words),
    }


def _group(employment: Employment, *, columns: list[str], words: Wording) -> Facts:
    employer = employment.employer
    return {
        "employer": words.translate("employer_line", name=employer.name),
        "employer_number": isolated(employer.employer_id),
        "lines": [
            [
                words.period(line.starts_on, line.ends_on),
                *(_counted(getattr(line, name), words) for name in columns),
                words.amount(line.wage),
            ]
            for line in employment.lines
        ],
        "sums": _sums(employment.lines, columns=columns, words=words),
    }


def _sums(lines: tuple[PaperWageLine, ...], *, columns: list[str], words: Wording) -> list[str]:
    """Days, hours and wage of some lines added up; what one of them leaves out counts for nothing."""
    wage = lines[0].wage
    for line in lines[1:]:
        wage += line.wage
    counts = [words.count(sum(getattr(line, name) or 0 for line in lines)) for name in columns]
    return [*counts, words.amount(wage)]


def _counted(number: int | None, words: Wording) -> str:
    return words.translate("not_declared") if number is None else words.count(number)


def _qr(url: str) -> str:
    """The verification address as an SVG picture, readable with a quarter of it soiled (error correction Q)."""
    return segno.make(url, error="q", micro=False).svg_inline(border=0, omitsize=True, dark="#111111")
