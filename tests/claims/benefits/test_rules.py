"""What a benefit comes to: conditions over known and unknown facts, every block, and every sum explained."""

from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.claims.benefits.computing import compute
from services.claims.benefits.conditions import evaluate
from services.claims.benefits.explained import ExplainedLine, ExplainedSum
from services.claims.benefits.fact import Fact, Facts, FactSource
from services.claims.benefits.judgement import JudgedOutcome
from services.claims.benefits.rules import NOTHING_DUE, judge
from shared.funds.conditions import Condition
from shared.funds.formula import Block
from shared.funds.rounding import MODES, USUAL_ROUNDING, USUAL_RULE, Rounding, RoundingRule, rounded_minor
from shared.kernel.money import Currency
from tests.claims.benefits.builders import ON, PageRefused, facts, page, tnd

KNOWN = facts(
    person__age=60,
    person__birth_on=date(1966, 2, 10),
    right__is_open=True,
    dependants__children=3,
    wages__last_quarter=tnd("900.000"),
    fund__minimum_wage=tnd("528.320"),
    answer__city="tunis",
)


# --- Conditions -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        (Condition(fact="person.age", at_least=Decimal(60)), True),
        (Condition(fact="person.age", at_least=Decimal(61)), False),
        (Condition(fact="person.age", at_most=Decimal(60)), True),
        (Condition(fact="person.age", at_most=Decimal(59)), False),
        (Condition(fact="person.age", at_least=Decimal(50), at_most=Decimal(59)), False),
        (Condition(fact="person.age", equals="60"), True),
        (Condition(fact="person.birth-on", before=date(1966, 2, 11)), True),
        (Condition(fact="person.birth-on", before=date(1966, 2, 10)), False),
        (Condition(fact="person.birth-on", after=date(1966, 2, 9)), True),
        (Condition(fact="person.birth-on", after=date(1966, 2, 10)), False),
        (Condition(fact="right.is-open", is_true=True), True),
        (Condition(fact="right.is-open", is_true=False), False),
        (Condition(fact="answer.city", equals="tunis"), True),
        (Condition(fact="answer.city", one_of=("sfax", "tunis")), True),
        (Condition(fact="answer.city", one_of=("sfax",)), False),
        (Condition(fact="wages.last-quarter", amount_at_least=tnd("900.000")), True),
        (Condition(fact="wages.last-quarter", amount_at_most=tnd("899.999")), False),
        (Condition(fact="wages.last-quarter", at_most_fact="fund.minimum-wage"), False),
        (Condition(fact="wages.last-quarter", at_least_fact="fund.minimum-wage"), True),
        (Condition(fact="wages.last-quarter", at_least_fact="person.age"), False),
        (Condition(fact="answer.city", at_least=Decimal(1)), False),
        (Condition(fact="answer.city", is_known=True), True),
        (Condition(fact="answer.city", is_known=False), False),
        (Condition(fact="register.taxes.income", is_known=True), False),
        (Condition(fact="register.taxes.income", is_known=False), True),
        (Condition(fact="register.taxes.income", equals="0"), None),
        (Condition(fact="person.age", at_most_fact="register.taxes.income"), None),
    ],
)
def test_each_named_test(condition: Condition, holds: bool | None) -> None:
    found = evaluate(condition, KNOWN)
    assert found.holds is holds
    assert (holds is None) == bool(found.missing)


TRUE = Condition(fact="right.is-open", is_true=True)
FALSE = Condition(fact="right.is-open", is_true=False)
UNKNOWN = Condition(fact="register.taxes.income", equals="0")
THREE = {True: TRUE, False: FALSE, None: UNKNOWN}


@given(st.lists(st.sampled_from([True, False, None]), min_size=1, max_size=4))
def test_what_is_joined_is_three_valued_logic(answers: list[bool | None]) -> None:
    parts = tuple(THREE[answer] for answer in answers)
    every = False if False in answers else None if None in answers else True
    some = True if True in answers else None if None in answers else False
    assert evaluate(Condition(all=parts), KNOWN).holds is every
    assert evaluate(Condition(any=parts), KNOWN).holds is some
    assert evaluate(Condition(none=parts), KNOWN).holds is (None if some is None else not some)
    undecided = evaluate(Condition(all=parts), KNOWN)
    assert undecided.missing == (("register.taxes.income",) * answers.count(None) if every is None else ())


@pytest.mark.parametrize(
    "text",
    [
        "{holds: {}}",
        "{holds: {fact: person.age}}",
        "{holds: {at_least: 3}}",
        "{holds: {all: []}}",
        "{holds: {fact: person.age, at_least: 1, all: [{fact: person.age, at_least: 1}]}}",
        "{holds: {all: [{fact: person.age, at_least: 1}], any: [{fact: person.age, at_least: 1}]}}",
        "{holds: {fact: person.height, at_least: 1}}",
        "{holds: {fact: answer.never-asked, is_true: yes}}",
        "{holds: {fact: formula.never-computed, is_known: yes}}",
        "{holds: {fact: person.age, at_leest: 1}}",
        "{holds: {all: [{all: [{all: [{all: [{all: [{all: [{fact: person.age, at_least: 1}]}]}]}]}]}]}}",
    ],
)
def test_a_condition_that_says_nothing_or_too_much_is_refused_when_it_is_read(text: str) -> None:
    with pytest.raises(PageRefused):
        page(f"conditions: [{text[:-1]}, code: c, sentence: TEXTS, law: LAW}}]")


# --- Blocks -----------------------------------------------------------------------------------------------------------


def step(text: str, known: Facts = KNOWN) -> tuple[ExplainedLine, ...]:
    """The lines of one step."""
    formula = page(f"formula: [{{code: s, names: TEXTS, {text}}}]").formula
    return compute(formula, known, on=ON, rounding=USUAL_RULE).lines


BLOCKS = {
    "amount": ("values: [{law: LAW, amount: 180.000 TND}]", ["180.000"]),
    "fact": ("of: wages.last-quarter, values: [{law: LAW}]", ["900.000"]),
    "percent-of": ("of: wages.last-quarter, values: [{law: LAW, percent: 9.18}]", ["82.620"]),
    "share-of": ("of: fund.minimum-wage, values: [{law: LAW, share: 2/3}]", ["352.213"]),
    "percent-by-rank": (
        "of: wages.last-quarter, count: dependants.children, values: [{law: LAW, percents: [18, 16]}]",
        ["162.000", "144.000"],
    ),
    "amount-by-rank": (
        "count: dependants.children, values: [{law: LAW, amounts: [3.000 TND, 2.000 TND, 1.000 TND, 0.500 TND]}]",
        ["3.000", "2.000", "1.000"],
    ),
    "amount-by-count": (
        "count: dependants.children, values: [{law: LAW, amounts: [9.375 TND, 18.750 TND]}]",
        ["18.750"],
    ),
    "share-by-count": (
        "of: fund.minimum-wage, count: dependants.children, values: [{law: LAW, shares: [2/3, '1', '1.5']}]",
        ["792.480"],
    ),
    "rate-by-count": (
        "of: wages.last-quarter, count: person.age, "
        "values: [{law: LAW, bands: [{percent: 1, up_to: 40}, {percent: 0.5}], percent_max: 80}]",
        ["450.000"],
    ),
    "times": ("of: wages.last-quarter, count: dependants.children, values: [{law: LAW}]", ["2700.000"]),
    "divided-by": ("of: wages.last-quarter, values: [{law: LAW, number: 90}]", ["10.000"]),
    "capped": ("of: wages.last-quarter, values: [{law: LAW, amount: 122.000 TND}]", ["122.000"]),
    "at-least": ("of: fund.minimum-wage, limit: wages.last-quarter, values: [{law: LAW}]", ["900.000"]),
    "minus": ("of: wages.last-quarter, less: fund.minimum-wage, values: [{law: LAW}]", ["371.680"]),
    "sum-of": ("of_each: [wages.last-quarter, fund.minimum-wage], values: [{law: LAW}]", ["1428.320"]),
}


@pytest.mark.parametrize("block", Block)
def test_every_block_computes_and_explains_itself(block: Block) -> None:
    text, amounts = BLOCKS[block]
    lines = step(f"step: {block}, {text}")
    assert [str(Decimal(line.amount_minor).scaleb(-3)) for line in lines] == amounts
    for line in lines:
        assert (line.rule, line.article, line.confidence, line.rounding) == ("s", "Art. 1", "?", "half-up")
        assert line.valid_from == date(2000, 1, 1) and set(line.names) == {"ar", "fr", "en"}
        assert line.facts and all(used.source and used.as_of for used in line.facts)


CHILDREN, YOUNGER, OLDER = (
    "dependants.children",
    "dependants.children.aged-0-to-11",
    "dependants.children.aged-12-to-20",
)
SEVEN_CHILDREN = replace(
    KNOWN,
    known={
        **KNOWN.known,
        **{
            name: Fact(name=name, value=Decimal(count), source=FactSource.REGISTER, as_of=ON)
            for name, count in ((CHILDREN, 7), (YOUNGER, 5), (OLDER, 2))
        },
    },
)


@pytest.mark.parametrize(
    ("text", "dinars", "ranks"),
    [
        pytest.param(
            f"step: amount-by-rank, count: {CHILDREN}, "
            "values: [{law: LAW, amounts: [300 TND, 300 TND, 300 TND, 36 TND, 36 TND, 36 TND]}]",
            1_008,
            "123456",
            id="Morocco: 300 dirhams for each of the first three children, 36 for each of the three after them",
        ),
        pytest.param(
            f"step: amount-by-rank, count: {CHILDREN}, "
            "values: [{law: LAW, amounts: [600 TND, 600 TND, 600 TND, 600 TND, 600 TND], further_amount: 300 TND}]",
            3_600,
            "1234567",
            id="Algeria, lower wages: 600 dinars for each of the first five children, 300 for each further one",
        ),
        pytest.param(
            f"step: amount-by-rank, count: {CHILDREN}, "
            "values: [{law: LAW, amounts: [26 TND, 26 TND, 26 TND, 26 TND, 26 TND, 26 TND]}]",
            156,
            "123456",
            id="West Africa: one amount for each child, of six at most",
        ),
        pytest.param(
            f"step: percent-by-rank, of: wages.last-quarter, count: {CHILDREN}, "
            "values: [{law: LAW, percents: [18, 16, 14], further_percent: 10}]",
            792,
            "1234567",
            id="Tunisia's percentages of the wage, which an invented fund goes on with",
        ),
        pytest.param(
            f"step: amount-by-rank, count: {YOUNGER}, after: {OLDER}, "
            "values: [{law: LAW, amounts: [50 TND, 40 TND, 30 TND], further_amount: 20 TND}]",
            110,
            "34567",
            id="by age and rank: the two older children have the first ranks",
        ),
    ],
)
def test_scales_of_family_allowances_can_be_written(text: str, dinars: int, ranks: str) -> None:
    lines = step(text, SEVEN_CHILDREN)
    assert sum(line.amount_minor for line in lines) == dinars * 1_000
    assert "".join(used.value for line in lines for used in line.facts if used.name == "rank") == ranks


def test_an_agent_looks_at_more_ranks_than_can_be() -> None:
    text = "step: amount-by-rank, count: person.age, values: [{law: LAW, amounts: [3 TND], further_amount: 1 TND}]"
    formula = page(f"formula: [{{code: s, names: TEXTS, {text}}}]").formula
    assert compute(formula, KNOWN, on=ON, rounding=USUAL_RULE).missing == ("person.age",)


@pytest.mark.parametrize(
    "text",
    [
        "step: amount-by-rank, count: person.age, values: [{law: LAW, further_amount: 3 TND}]",
        "step: amount-by-rank, count: person.age, values: [{law: LAW, amounts: [3 TND], further_percent: 3}]",
        "step: amount-by-count, count: person.age, after: person.age, values: [{law: LAW, amounts: [3 TND]}]",
        "step: spell, values: [{law: LAW}]",
        "step: amount, values: []",
        "step: amount, values: [{law: LAW}]",
        "step: amount, of: person.age, values: [{law: LAW, amount: 1.000 TND}]",
        "step: percent-of, values: [{law: LAW, percent: 3}]",
        "step: percent-of, of: person.age, values: [{law: LAW, percent: 3, amount: 1.000 TND}]",
        "step: capped, of: person.age, values: [{law: LAW}]",
        "step: capped, of: person.age, limit: person.age, values: [{law: LAW, number: 3}]",
        "step: share-of, of: person.age, values: [{law: LAW, share: a/3}]",
        "step: share-of, of: person.age, values: [{law: LAW, share: 2/0}]",
        "step: divided-by, of: person.age, values: [{law: LAW, number: 0}]",
        "step: rate-by-count, of: person.age, count: person.age, values: [{law: LAW, bands: [{percent: 1, up_to: 4}]}]",
        "step: amount, rounding: later, values: [{law: LAW, amount: 1.000 TND}]",
        "step: fact, of: formula.s, values: [{law: LAW}]",
        "step: amount, values: [{law: LAW, amount: 1.000 TND}, {law: LAW, amount: 2.000 TND}]",
    ],
)
def test_a_step_that_cannot_be_is_refused_when_it_is_read(text: str) -> None:
    with pytest.raises(PageRefused):
        step(text)


@pytest.mark.parametrize("block", Block)
def test_a_block_that_lacks_a_fact_says_which(block: Block) -> None:
    text, _ = BLOCKS[block]
    definition = page(f"formula: [{{code: s, names: TEXTS, step: {block}, {text}}}]")
    computed = compute(definition.formula, Facts(known={}, currency=Currency.TND), on=ON, rounding=USUAL_RULE)
    lacking = set(definition.fact_names())
    assert set(computed.missing) <= lacking and bool(computed.missing) is bool(lacking)


def test_an_amount_and_a_number_are_not_mixed() -> None:
    for text in (
        "step: capped, of: wages.last-quarter, limit: person.age, values: [{law: LAW}]",
        "step: times, of: wages.last-quarter, count: fund.minimum-wage, values: [{law: LAW}]",
        "step: fact, of: answer.city, values: [{law: LAW}]",
    ):
        questions = "questions: [{code: city, kind: text, asks: TEXTS}]\n"
        formula = page(f"{questions}formula: [{{code: s, names: TEXTS, {text}}}]").formula
        assert compute(formula, KNOWN, on=ON, rounding=USUAL_RULE).missing


def test_a_number_is_shown_and_counts_for_no_money() -> None:
    (line,) = step("step: minus, of: person.age, values: [{law: LAW, number: 3}]")
    assert (line.amount_minor, line.is_counted) == (0, False)
    assert line.facts[-1].name == "formula.s" and line.facts[-1].value == "57"


USED_UP = (
    "step: capped, of: wages.last-quarter, less: granted.amount.this-year, values: [{law: LAW, amount: 300.000 TND}]"
)


@pytest.mark.parametrize(("granted", "left"), [("0.000", 300_000), ("299.999", 1), ("300.000", 0), ("500.000", 0)])
def test_a_yearly_limit_is_less_what_was_granted(granted: str, left: int) -> None:
    known = facts(wages__last_quarter=tnd("900.000"), granted__amount__this_year=tnd(granted))
    (line,) = step(USED_UP, known)
    assert line.amount_minor == left


@given(st.integers(0, 10**9), st.integers(1, 10**6), st.sampled_from(sorted(set(MODES.values()))))
def test_rounding_is_that_of_exact_decimals(minor: int, parts: int, mode: str) -> None:
    exact = Fraction(minor, parts)
    found = rounded_minor(exact, mode)
    assert abs(exact - found) < 1
    if parts in (1, 10, 100, 1000):
        assert found == int((Decimal(minor) / parts).quantize(Decimal(1), rounding=mode))


@given(st.integers(-(10**6), 10**6), st.sampled_from([2, 4, 5, 8, 10]), st.sampled_from(sorted(set(MODES.values()))))
def test_rounding_of_halves_and_of_negative_amounts(minor: int, parts: int, mode: str) -> None:
    assert rounded_minor(Fraction(minor, parts), mode) == int(
        (Decimal(minor) / parts).quantize(Decimal(1), rounding=mode)
    )


@given(
    wage=st.integers(0, 10**7),
    children=st.integers(0, 12),
    percents=st.lists(st.integers(0, 100), min_size=1, max_size=8),
)
def test_ranks_add_up_and_each_is_rounded_by_itself(wage: int, children: int, percents: list[int]) -> None:
    known = facts(wages__last_quarter=tnd(str(Decimal(wage).scaleb(-3))), dependants__children=children)
    listed = ", ".join(map(str, percents))
    lines = step(
        "step: percent-by-rank, of: wages.last-quarter, count: dependants.children, "
        f"values: [{{law: LAW, percents: [{listed}]}}]",
        known,
    )
    expected = [int((Decimal(wage) * each / 100).quantize(Decimal(1), rounding=ROUND_HALF_UP)) for each in percents]
    assert [line.amount_minor for line in lines] == expected[:children]


@pytest.mark.parametrize(
    ("more", "amount_minor", "said"),
    [
        ("", 333_340, "up 0.020 TND"),  # a third of 1 000.000, by the fund's rule
        (", rounding: down", 333_333, "down"),  # a step that says its own way goes to the minor unit
        (", is_counted: false", 333_334, "up"),  # what only leads to a sum is not brought to the fund's step
    ],
)
def test_a_fund_s_rule_rounds_what_a_step_does_not(more: str, amount_minor: int, said: str) -> None:
    text = f'step: share-of, of: wages.last-quarter{more}, values: [{{law: LAW, share: "1/3"}}]'
    formula = page(f"formula: [{{code: s, names: TEXTS, {text}}}]").formula
    rule = RoundingRule(law=USUAL_RULE.law, mode=Rounding.UP, step=tnd("0.020"))
    computed = compute(formula, facts(wages__last_quarter=tnd("1000.000")), on=ON, rounding=rule)
    (line,) = computed.lines
    assert (line.amount_minor, line.rounding) == (amount_minor, said)


# --- The judgement ----------------------------------------------------------------------------------------------------

ALLOWANCE = """
questions: [{code: single-wage, kind: yes-no, asks: TEXTS}]
conditions:
  - {code: has-children, holds: {fact: dependants.children, at_least: 1}, sentence: TEXTS, law: LAW}
  - {code: right-open, holds: {fact: right.is-open, is_true: yes}, sentence: TEXTS, law: LAW}
formula:
  - {code: base, names: TEXTS, step: capped, of: wages.last-quarter, is_counted: no,
     values: [{law: LAW, amount: 122.000 TND}]}
  - {code: by-child, names: TEXTS, step: percent-by-rank, of: formula.base, count: dependants.children,
     values: [{law: LAW, percents: [18, 16, 14]}]}
  - {code: bonus, names: TEXTS, step: amount-by-count, count: dependants.children,
     when: {fact: answer.single-wage, is_true: yes},
     values: [{law: LAW, amounts: [9.375 TND, 18.750 TND, 23.475 TND]}]}
"""


def test_the_rules_grant_with_a_sum_that_adds_up() -> None:
    known = facts(
        dependants__children=3,
        right__is_open=True,
        wages__last_quarter=tnd("900.000"),
        answer__single_wage=True,
    )
    judged = judge(page(ALLOWANCE), known, on=ON, rounding=USUAL_ROUNDING)
    assert judged.outcome is JudgedOutcome.GRANTED and judged.sum is not None
    assert [line.amount_minor for line in judged.sum.lines] == [122_000, 21_960, 19_520, 17_080, 23_475]
    assert [line.is_counted for line in judged.sum.lines] == [False, True, True, True, True]
    assert judged.sum.amount_minor == 82_035 and judged.sum.currency == "TND"


def test_the_first_condition_that_fails_refuses_even_beside_what_is_unknown() -> None:
    known = facts(dependants__children=0)
    judged = judge(page(ALLOWANCE), known, on=ON, rounding=USUAL_ROUNDING)
    assert (judged.outcome, judged.failed) == (JudgedOutcome.REFUSED, "has-children")
    assert [each.holds for each in judged.conditions] == [False, None]


def test_an_unknown_fact_leaves_it_to_an_agent() -> None:
    known = facts(dependants__children=1, answer__single_wage=False, wages__last_quarter=tnd("900.000"))
    judged = judge(page(ALLOWANCE), known, on=ON, rounding=USUAL_ROUNDING)
    assert (judged.outcome, judged.missing) == (JudgedOutcome.UNDECIDED, ("right.is-open",))
    assert judged.sum is not None and judged.sum.amount_minor == 21_960
    without_wage = facts(dependants__children=1, answer__single_wage=False, right__is_open=True)
    judged = judge(page(ALLOWANCE), without_wage, on=ON, rounding=USUAL_ROUNDING)
    assert (judged.outcome, judged.sum) == (JudgedOutcome.UNDECIDED, None)
    assert judged.missing == ("formula.base",)


def test_a_benefit_that_comes_to_nothing_is_refused() -> None:
    known = facts(
        dependants__children=1, right__is_open=True, wages__last_quarter=tnd("0.000"), answer__single_wage=False
    )
    assert judge(page(ALLOWANCE), known, on=ON, rounding=USUAL_ROUNDING).failed == NOTHING_DUE


def test_before_any_value_was_in_force_nothing_is_computed() -> None:
    known = facts(
        dependants__children=1, right__is_open=True, wages__last_quarter=tnd("1.000"), answer__single_wage=False
    )
    judged = judge(page(ALLOWANCE), known, on=date(1999, 12, 31), rounding=USUAL_ROUNDING)
    assert (judged.outcome, judged.sum) == (JudgedOutcome.UNDECIDED, None)


def test_an_explained_sum_that_does_not_add_up_cannot_be_built() -> None:
    with pytest.raises(ValueError, match="add up"):
        ExplainedSum(lines=(), amount_minor=1, currency="TND", computed_on=ON)


ONES = """
questions: [{code: a, kind: yes-no, asks: TEXTS}, {code: a, kind: yes-no, asks: TEXTS}]
"""


@pytest.mark.parametrize(
    "text",
    [
        ONES,
        "questions: [{code: single_wage, kind: yes-no, asks: TEXTS}]",
        "questions: [{code: Single, kind: yes-no, asks: TEXTS}]",
        "questions: [{code: a, kind: choice, asks: TEXTS}]",
        "questions: [{code: a, kind: date, asks: TEXTS, choices: {b: TEXTS}}]",
        "questions: [{code: a, kind: date, asks: TEXTS, at_most: 3}]",
        "questions: [{code: a, kind: date, asks: TEXTS, when: {fact: answer.a, is_known: yes}}]",
        "questions: [{code: a, kind: date, asks: {ar: ا}}]",
        "acts: {}\nreimbursement: [{percent: 80, law: LAW}]",
        "family: reimbursement",
        "family: moon",
        "papers: {p: {names: TEXTS, requirements: [{is_required: no, law: LAW, when: {fact: answer.x, is_true: no}}]}}",
    ],
)
def test_a_page_that_cannot_be_is_refused_when_it_is_read(text: str) -> None:
    with pytest.raises(PageRefused):
        page(text)
