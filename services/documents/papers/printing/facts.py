"""Turns a paper's content into the texts that its template lays out: here every word is chosen, there none."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import segno

from services.documents.papers.content import (
    AccountLine,
    Affiliation,
    EmployedSpan,
    EmployerAccount,
    EmployerClearance,
    Employment,
    GrantedAward,
    MandateForm,
    PaperBody,
    PaperContent,
    PaperDependant,
    PaperKind,
    PaperLanguage,
    PaperWageLine,
    Wages,
    title_of,
)
from services.documents.papers.printing.wording import Wording, isolated, wording
from shared.funds.fund import Fund, IdentifierKind
from shared.funds.period import Period, PeriodMalformed
from shared.funds.texts import Texts
from shared.kernel.money import Money
from shared.languages.locales import first_from_left, locale_of

Facts = dict[str, Any]
"""What a template gets: texts, lists and dictionaries of texts, nothing else (JSON)."""


def faults(fund: Fund) -> Iterator[str]:
    """Why a fund's papers cannot be printed: the state that stands above is not named, or a language of theirs has no
    words here."""
    papers = fund.sections.papers
    if papers is None:
        return
    if fund.branding.state is None:
        yield f"{fund.fund_id}/fund.yaml: branding.state: is missing; it stands on the papers that papers.yaml names"
    known = ", ".join(PaperLanguage)
    for kind, paper in papers.types.items():
        for language in paper.languages:
            if language not in set(PaperLanguage):
                yield f"{fund.fund_id}/papers.yaml: types.{kind}: papers have no words in {language}; they have {known}"


def beside(language: str, fund: Fund) -> str | None:
    """The language in which a paper repeats the names of state, fund and paper: one that is written in the other
    direction where the fund has one, else any other; None where the fund has one language."""
    others = [each for each in fund.languages if each != language]
    crossing = [each for each in others if _direction(each) != _direction(language)]
    return next(iter(crossing or others), None)


def facts_of(content: PaperContent) -> Facts:
    """The texts of a paper in its own language, with the few that official papers repeat in a second one."""
    fund, language = content.fund, content.language
    words = wording(language, fund.country)
    second = beside(language, fund)
    shown = [each for each in fund.languages if each in (language, second)]
    titles = title_of(fund, content.body)
    return {
        "language": language,
        "direction": _direction(language),
        "country": fund.country,
        "colour": fund.branding.colour,
        "acronym": fund.branding.short_names[first_from_left(fund.languages)],
        "states": [_said(each, fund.branding.state or {}) for each in shown],
        "letterhead": [_said(each, fund.names) for each in sorted(shown, key=_is_from_right)],
        "fund": fund.names[language],
        "address": fund.branding.address[language],
        "title": titles[language],
        "second_title": _said(second, titles) if second else None,
        "number": content.number,
        "dates": [
            [words.translate("number"), isolated(content.number)],
            [words.translate("issued"), words.day(content.issued_on)],
            [words.translate("valid_until"), words.day(content.valid_until_on)],
        ],
        "statement": _statement(content, words),
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


def _said(language: str, texts: Texts) -> Facts:
    """A text with what typesetting needs to know of its language."""
    return {"text": texts.get(language, ""), "language": language, "direction": _direction(language)}


def _is_from_right(language: str) -> bool:
    return _direction(language) == "rtl"


def _direction(language: str) -> str:
    """`ltr` or `rtl`."""
    return locale_of(language).text_direction


def body_of(body: PaperBody, *, fund: Fund, language: PaperLanguage) -> Facts:
    """What a paper certifies, as texts: the wage table, or labelled lines with a table of employers or of acts."""
    words = wording(language, fund.country)
    if isinstance(body, Wages):
        return _table(body, words)
    if isinstance(body, EmployerClearance):
        return _clearance(body, fund, language)
    if isinstance(body, MandateForm):
        return _mandate(body, fund, language)
    if isinstance(body, EmployerAccount):
        return _account(body, words)
    return _award(body, fund, language) if isinstance(body, GrantedAward) else _affiliation(body, fund, language)


def _note(content: PaperContent, words: Wording) -> str:
    """The small print; it says so where the fund has yet to confirm how long such a paper is valid."""
    law = content.fund.papers.types[content.kind].law
    note = words.translate("mandate_note" if content.kind is PaperKind.MANDATE_FORM else "note")
    return f"{note} {words.translate('to_be_confirmed')}" if law.is_to_be_confirmed else note


def _statement(content: PaperContent, words: Wording) -> str:
    """The sentence by which the fund certifies."""
    by, body = words.translate("signatory"), content.body
    if isinstance(body, EmployerClearance):
        return _clearance_statement(body, content, words)
    if isinstance(body, MandateForm):
        return words.translate("mandate_statement")
    if isinstance(body, EmployerAccount):
        return words.translate("account_statement", by=by, ends=words.day(body.until_on))
    if isinstance(body, GrantedAward):
        return _award_statement(body, content, words)
    if isinstance(body, Wages):
        return words.translate("wages_statement", by=by, starts=words.day(body.starts_on), ends=words.day(body.ends_on))
    since = words.day(body.since_on)
    if body.ended_on:
        return words.translate("ended_statement", by=by, since=since, ended=words.day(body.ended_on))
    said = words.translate("affiliated_statement", by=by, since=since)
    if body.known_until_on is None:
        return said
    return f"{said} {words.translate('known_until_statement', until=words.day(body.known_until_on))}"


def _award_statement(body: GrantedAward, content: PaperContent, words: Wording) -> str:
    """The benefit's own sentence, or that of the fund's paper type, or the platform's."""
    fund, language = content.fund, content.language
    benefit = fund.claim_types.get(body.claim_type)
    certificate = benefit.certificate if benefit else None
    key = "coverage_statement" if body.kind is PaperKind.COVERAGE_CERTIFICATE else "payment_statement"
    type_ = fund.papers.types[body.kind]
    if body.dependant is None:
        own = (certificate.statement if certificate else None) or type_.statement
    else:
        own = (certificate.dependant_statement if certificate else None) or type_.dependant_statement
        key = f"dependant_{key}"
    return words.put(
        own[language] if own else words.texts[key],
        by=words.translate("signatory"),
        benefit=_benefit(body, fund, language),
        number=body.reference,
        starts=words.day(body.from_on),
        ends=words.day(body.until_on) if body.until_on else words.translate("no_end"),
    )


def _mandate(body: MandateForm, fund: Fund, language: PaperLanguage) -> Facts:
    """What is signed: each line with its label, and with that of a second language where the fund's forms have it; the
    account only where it was put in. `dates` are the lines for whoever checks the form."""
    second = beside(language, fund) if fund.papers.types[body.kind].is_bilingual else None
    rows, others = (
        _mandate_rows(body, wording(PaperLanguage(each), fund.country)) for each in (language, second or language)
    )
    words, other = wording(language, fund.country), wording(PaperLanguage(second or language), fund.country)
    return {
        "dates": rows,
        "rows": [[*row, _said_or_none(second, label[0])] for row, label in zip(rows, others, strict=True)],
        "second_statement": _said_or_none(second, other.translate("mandate_statement")),
        "signatures": [
            [words.translate(key), _said_or_none(second, other.translate(key))] for key in ("by_holder", "by_bank")
        ],
        "sign_here": words.translate("sign_here"),
        "second_sign_here": _said_or_none(second, other.translate("sign_here")),
    }


def _said_or_none(language: str | None, text: str) -> Facts | None:
    return _said(language, {language: text}) if language else None


def _mandate_rows(body: MandateForm, words: Wording) -> list[list[str]]:
    account = body.account
    limit = words.translate("no_limit") if body.amount_max is None else words.amount(body.amount_max)
    label = "limit" if body.amount_max is None else "limit_in"
    currency = words.currency(body.amount_max.currency) if body.amount_max else ""
    return [
        [words.translate("mandate_number"), isolated(body.reference)],
        [words.translate("creditor"), isolated(body.creditor)],
        *([[words.translate("creditor_id"), isolated(body.creditor_id)]] if body.creditor_id else []),
        *(
            [
                [words.translate("account_holder"), isolated(account.holder)],
                [words.translate(f"account_{account.rule}"), isolated(account.number)],
                [words.translate("bank"), isolated(account.bank)],
            ]
            if account
            else []
        ),
        [words.translate(label, currency=currency) if currency else words.translate(label), limit],
        [words.translate("from_on"), words.day(body.starts_on)],
        [words.translate("until_on"), words.day(body.ends_on) if body.ends_on else words.translate("until_cancelled")],
    ]


def _clearance_statement(body: EmployerClearance, content: PaperContent, words: Wording) -> str:
    """The fund's own sentence, or the platform's; and that the fund agreed to wait, where it did."""
    own = content.fund.papers.types[body.kind].statement
    said = words.put(
        own[content.language] if own else words.texts["clearance_statement"],
        by=words.translate("signatory"),
        benefit=_purpose(body, content.fund, content.language),
        number=body.reference,
        starts=words.day(body.judged_on),
        ends=words.day(body.until_on),
    )
    return f"{said} {words.translate('arrangement_statement')}" if body.has_arrangement else said


def _account(body: EmployerAccount, words: Wording) -> Facts:
    """What was owed before and after, and a line for each entry, oldest first; `sums` are those of the two columns
    that add up, with what is owed at the end."""
    charged = sum(line.charged.amount_minor for line in body.lines)
    credited = sum(line.credited.amount_minor for line in body.lines)
    sums = (Money(charged, body.currency), Money(credited, body.currency), body.closing)
    return {
        "dates": [
            [words.translate("account_number"), isolated(body.reference)],
            *([[words.translate("account_period"), _period(body.period, words)]] if body.period else []),
            [
                words.translate("account_from"),
                words.day(body.from_on) if body.from_on else words.translate("first_entry"),
            ],
            [words.translate("account_until"), words.day(body.until_on)],
            [words.translate("owed_before", currency=words.currency(body.currency)), words.amount(body.opening)],
            [words.translate("owed_after", currency=words.currency(body.currency)), words.amount(body.closing)],
        ],
        "columns": [words.translate(each) for each in ("entry_day", "entry", "charged", "credited", "balance")],
        "lines": [_entry(line, words) for line in body.lines],
        "total": words.translate("account_total"),
        "sums": [words.amount(each) for each in sums],
        "credit_note": words.translate("credit_note"),
    }


def _entry(line: AccountLine, words: Wording) -> list[str]:
    """A line as its five columns."""
    what = words.texts.get(f"entry_{line.kind}", words.texts["entry_other"])
    said = f"{what}, {_period(line.period, words)}" if line.period else what
    return [
        words.short_day(line.value_on),
        said,
        *(words.amount(each) for each in (line.charged, line.credited, line.balance)),
    ]


def _period(period: str, words: Wording) -> str:
    """A period by its name; as it is written where it is none that is known."""
    try:
        known = Period.read(period)
    except PeriodMalformed:
        return isolated(period)
    return words.period(known.first_on, known.last_on)


def _purpose(body: EmployerClearance, fund: Fund, language: PaperLanguage) -> str:
    """What the fund calls the purpose; its code where the fund has it no more."""
    rule = fund.payments.clearance
    return rule.purposes[body.purpose][language] if rule and body.purpose in rule.purposes else body.purpose


def _clearance(body: EmployerClearance, fund: Fund, language: PaperLanguage) -> Facts:
    """What it was asked for, and as of when it says what it says."""
    words = wording(language, fund.country)
    return {
        "dates": [
            [words.translate("purpose"), isolated(_purpose(body, fund, language))],
            [words.translate("clearance_number"), isolated(body.reference)],
            [words.translate("situation_on"), words.day(body.judged_on)],
            [words.translate("situation"), words.translate("arranged" if body.has_arrangement else "in_order")],
        ]
    }


def _benefit(body: GrantedAward, fund: Fund, language: PaperLanguage) -> str:
    """What the fund calls the benefit; its code where the fund has it no more."""
    benefit = fund.claim_types.get(body.claim_type)
    return benefit.names[language] if benefit else body.claim_type


def _award(body: GrantedAward, fund: Fund, language: PaperLanguage) -> Facts:
    """The number, the time and the extent of a right, and a line for each act that a cover bears."""
    words = wording(language, fund.country)
    is_cover = body.kind is PaperKind.COVERAGE_CERTIFICATE
    rows = [
        *(_dependant(body.dependant, words) if body.dependant else ()),
        [words.translate("benefit"), isolated(_benefit(body, fund, language))],
        [words.translate("award_number"), isolated(body.reference)],
        [words.translate("from_on"), words.day(body.from_on)],
        [words.translate("until_on"), words.day(body.until_on) if body.until_on else words.translate("no_end")],
    ]
    if body.percent:
        rows.append([words.translate("share"), words.percent(body.percent)])
    if body.amount is not None:
        label = words.translate(f"amount_{body.every}", currency=words.currency(body.amount.currency))
        rows.append([label, words.amount(body.amount)])
    if not is_cover:
        rows.append([words.translate("standing"), words.translate("right_open")])
    acts = {code: act.names[language] for benefit in fund.claim_types.values() for code, act in benefit.acts.items()}
    return {
        "dates": rows,
        "columns": [words.translate("covered")] if body.covers else [],
        "acts": [[isolated(acts.get(code, code))] for code in body.covers],
    }


def _dependant(dependant: PaperDependant, words: Wording) -> list[list[str]]:
    """For whom the right is: the name where the register has it, else the relation, which words of ours say."""
    relation = words.texts.get(f"relation_{dependant.relation}", words.texts["relation_other"])
    name = [[words.translate("dependant"), isolated(dependant.full_name)]] if dependant.full_name else []
    return [
        *name,
        [words.translate("relation" if name else "dependant"), relation],
        [words.translate("dependant_born"), words.partly(dependant.born_on)],
    ]


def _holder(content: PaperContent, words: Wording) -> list[list[str]]:
    holder = content.holder
    if holder.employer_number:
        return [
            [words.translate("employer"), isolated(holder.full_name)],
            [
                content.fund.identifiers[IdentifierKind.EMPLOYER_NUMBER].names[content.language],
                isolated(holder.employer_number),
            ],
        ]
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
