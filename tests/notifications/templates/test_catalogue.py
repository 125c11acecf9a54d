"""Every text: in all of its fund's languages, with its declared parameters, short enough, and with its branding."""

import re
from collections.abc import Iterator
from enum import StrEnum

import pytest

from services.claims.awards.award import EndReason, SuspensionReason
from services.claims.claims.claim import PaperReason, RefusalReason
from services.notifications.channels.sms_parts import GSM_7, UCS_2, parts
from services.notifications.templates import catalogue, rendering, writing
from services.notifications.templates.template import SMS_UNITS_MAX, ParameterKind, Template, TemplateWording, Value
from shared.funds.fund import Fund
from shared.funds.messages import Channel
from tests.kit.contexts import funds

CASES = [
    pytest.param(template, fund_id, language, id=f"{template.name}.v{template.version}-{fund_id}-{language}")
    for template in catalogue.every().values()
    for fund_id, fund in funds().items()
    for language in fund.languages
]


@pytest.mark.parametrize("template", catalogue.every().values(), ids=lambda each: each.name)
def test_each_language_says_the_same(template: Template) -> None:
    """With the same parameters, all of them declared and none declared for nothing."""
    for language, wording in template.wordings.items():
        named = set(wording.names()) - {"fund", "fund_name"}
        assert named == set(template.parameters), f"{template.name} in {language}"


@pytest.mark.parametrize(("template", "fund_id", "language"), CASES)
def test_each_text_can_be_previewed_in_each_of_the_funds_languages(
    template: Template, fund_id: str, language: str
) -> None:
    for channel in template.channels:
        shown = rendering.preview(template, channel=channel, language=language, fund=funds()[fund_id])
        assert shown.text
        assert bool(shown.subject) == (channel is not Channel.SMS)
        assert bool(shown.html) == (channel is Channel.EMAIL)
        assert not re.search("[{}]", shown.subject + shown.text)
        if channel is not Channel.SMS:
            assert not re.search("[0-9] [0-9]{3}", shown.text), "a plain space inside a number"


@pytest.mark.parametrize(
    ("template", "fund_id", "language"), [case for case in CASES if Channel.SMS in case.values[0].channels]
)
def test_an_sms_has_at_most_two_parts_and_says_who_writes(template: Template, fund_id: str, language: str) -> None:
    fund = funds()[fund_id]
    text = rendering.preview(template, channel=Channel.SMS, language=language, fund=fund).text
    assert len(text.encode("utf-16-be")) // 2 <= SMS_UNITS_MAX or has_link(template)
    assert text.startswith(fund.branding.short_names[language])


@pytest.mark.parametrize(
    ("template", "fund_id", "language"), [case for case in CASES if case.values[0].name == "card-refreshed"]
)
def test_what_goes_to_thousands_is_one_part(template: Template, fund_id: str, language: str) -> None:
    text = rendering.preview(template, channel=Channel.SMS, language=language, fund=funds()[fund_id]).text
    assert len(parts(text, message_id="m1").bodies) == 1


def has_link(template: Template) -> bool:
    """A link is as long as the portal's address and the token make it."""
    return ParameterKind.LINK in template.parameters.values()


VALUES: dict[ParameterKind, list[Value]] = {
    ParameterKind.TEXT: ["CL260000000197"],
    ParameterKind.AMOUNT: [1, 99, 100_000, 315_025, 98_765_432, 123_456_789_012],
    ParameterKind.COUNT: [1, 2, 11, 10_000],
    ParameterKind.NUMBERS: ["1", "1,2", "34,35,36"],
    ParameterKind.DAY: [f"2026-{month:02d}-{day:02d}" for month in range(1, 13) for day in (1, 28)],
    ParameterKind.PERIOD: ["2026-Q1", "2026-Q4", "2026-M02", "2026-M09", "2026-H2", "2026"],
    ParameterKind.INSTANT: [f"2026-{month:02d}-28T22:45:00+00:00" for month in range(1, 13)],
}


def every_sms(template: Template, fund: Fund, language: str) -> Iterator[str]:
    """The text with each amount, month, claim type, paper and reason that may stand in it, and with the longest of all
    of them: a part of the text depends on one parameter, so none with several others says more."""
    words = writing.words()
    values = {
        **VALUES,
        ParameterKind.LINK: [template.example.get("link", "")],
        ParameterKind.FORM: list(fund.declarations.forms) if fund.sections.declarations else [],
        ParameterKind.CLAIM_TYPE: list(fund.claim_types),
        ParameterKind.PAPER: sorted({paper for claim_type in fund.claim_types.values() for paper in claim_type.papers}),
        ParameterKind.PAPER_REASON: list(words["paper-reasons"]),
        ParameterKind.REFUSAL_REASON: list(words["refusal-reasons"]),
        ParameterKind.AWARD_REASON: list(words["award-reasons"]),
    }

    def text(parameters: dict[str, Value]) -> str:
        return rendering.render(template, channel=Channel.SMS, language=language, fund=fund, parameters=parameters).text

    first = {name: values[kind][0] for name, kind in template.parameters.items()}
    longest = dict(first)
    yield text(first)
    for name, kind in template.parameters.items():
        texts = {value: text({**first, name: value}) for value in values[kind]}
        longest[name] = max(texts, key=lambda value: len(texts[value]))
        yield from texts.values()
    yield text(longest)


@pytest.mark.parametrize(
    ("template", "fund_id", "language"), [case for case in CASES if Channel.SMS in case.values[0].channels]
)
def test_n01_an_sms_in_french_or_english_is_one_and_in_arabic_two_at_most(
    template: Template, fund_id: str, language: str
) -> None:
    for text in every_sms(template, funds()[fund_id], language):
        cut = parts(text, message_id="m1")
        expected = (UCS_2, 2) if language == "ar" else (GSM_7, 1)
        expected = (expected[0], expected[1] + 1) if has_link(template) else expected
        assert cut.coding == expected[0] and len(cut.bodies) <= expected[1], text


@pytest.mark.parametrize("fund_id", funds())
def test_no_paper_or_reason_makes_an_sms_too_long(fund_id: str) -> None:
    fund = funds()[fund_id]
    papers = {kind for claim_type in fund.claim_types.values() for kind in claim_type.papers}
    longest = {
        "paper-requested": [
            {"reference": "CL260000000197", "paper": paper, "reason": reason}
            for paper in papers
            for reason in (*PaperReason, "other")
        ],
        "claim-refused": [{"reference": "CL260000000197", "reason": reason} for reason in (*RefusalReason, "other")],
    }
    for name, every in longest.items():
        for language in fund.languages:
            for parameters in every:
                text = rendering.render(
                    catalogue.newest(name), channel=Channel.SMS, language=language, fund=fund, parameters=parameters
                ).text
                assert len(text.encode("utf-16-be")) // 2 <= SMS_UNITS_MAX, text


@pytest.mark.parametrize(
    ("group", "codes"),
    [
        ("paper-reasons", PaperReason),
        ("refusal-reasons", RefusalReason),
        ("award-reasons", SuspensionReason),
        ("award-reasons", EndReason),
    ],
)
def test_every_reason_of_claims_has_words(group: str, codes: type[StrEnum]) -> None:
    assert {code.value for code in codes} <= set(writing.words()[group])


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"example": {}}, "example does not have"),
        ({"wordings": {"fr": TemplateWording(subject="{name}", text="x", sms="y")}}, "fr names name"),
        ({"wordings": {"fr": TemplateWording(subject="{amount}", text="x")}}, "fr has an sms where"),
        ({"channels": (Channel.INBOX,)}, "has an sms where"),
    ],
)
def test_a_text_that_does_not_fit_itself_cannot_be_built(change: dict[str, object], why: str) -> None:
    good = {
        "name": "x",
        "version": 1,
        "channels": (Channel.SMS,),
        "parameters": {"amount": "amount"},
        "example": {"amount": 1},
        "wordings": {"fr": TemplateWording(subject="{fund}", text="{amount}", sms="{amount}")},
    }
    Template(**good)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=why):
        Template(**{**good, **change})  # type: ignore[arg-type]
