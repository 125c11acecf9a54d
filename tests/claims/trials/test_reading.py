"""Everything that is wrong with the file of a case is named at once, with its place."""

from pathlib import Path

import pytest

from services.claims.trials.reading import CaseInvalid
from tests.claims.trials.builders import CASES, case_of
from tests.kit.contexts import shipped

FUNDS = shipped()
FUND = FUNDS["tn-cnss"]
WRONG = [
    (
        "sickness-allowance",
        """
filed_on: 2026-02-30
answer: {a: 1}
birth_on: soon
dependants: [{relation: child}]
lines: [{act: x, paid: 12}, {act: x, paid: 1.000 TND, quantity: 0}]
""",
        [
            "answer: is not known here",
            "filed_on: 2026-02-30 is no day",
            "dependants[1].birth_on: is missing",
            "lines[1].paid: must be an amount and a currency, such as 528.320 TND",
            "lines[2]: a line has a quantity of 1 to 99 and an amount above nothing",
        ],
    ),
    (
        "sickness-allowance",
        """
filed_on: 2026-03-20
facts: {right.is-open: maybe, right.opened: true, person.age: 3, wages.mean-quarter.last-4-quarters: 12, answer.days: 3}
dependants: [{relation: cousin, birth_on: 2015}, {relation: child, birth_on: 2015-03}]
lines: [{act: dance, paid: 12.000 TND}]
""",
        [
            "facts.right.is-open: Expected `bool`, got `str`",
            "facts.right.opened: there is no such fact",
            "facts.person.age: the benefit does not look at it; it looks at right.is-open,"
            " wages.mean-quarter.last-4-quarters",
            "facts.wages.mean-quarter.last-4-quarters: must be an amount and a currency, such as 528.320 TND",
            "facts.answer.days: is no fact of its own: it follows from the answers and the formula",
            "dependants[1]: the fund covers spouse, child, child student, child disabled, parent",
            "lines[1].act: there is no act dance; there are none",
        ],
    ),
    (
        "permanent-aid",
        "filed_on: 2026-03-20\nfacts: {register.tax.income-band: up-to-three}\n",
        ["facts.register.tax.income-band: is none of none, up-to-one, up-to-two, above-two"],
    ),
    (
        "old-age-pension",
        "filed_on: 2026-03-20\ndecided_on: 2026-03-19\n",
        ["the file: decided_on is before filed_on"],
    ),
    ("old-age-pension", "filed_on: 2026-03-20\nbirth_on: soon\n", ["the file: birth_on: soon is no birth, such as "]),
    (
        "old-age-pension",
        "filed_on: 2026-03-20\nmedical: {agrees: false, months: 6}\n",
        ["medical: who does not agree names neither lines nor months"],
    ),
    (
        "old-age-pension",
        "filed_on: 2026-03-20\nmedical: {months: 121}\n",
        ["medical: months are 1 to 120"],
    ),
    (
        "sickness-allowance",
        "filed_on: 2026-03-20\nmedical: {refused_lines: [2]}\n",
        ["medical.refused_lines: there is no line 2"],
    ),
    ("old-age-pension", "- filed_on\n", ["the file: must be a block of `name: value`"]),
    ("old-age-pension", "filed_on: [\n", ["the file: not YAML: "]),
]


@pytest.mark.parametrize(("claim_type", "text", "expected"), WRONG)
def test_every_fault_is_named_with_its_place(tmp_path: Path, claim_type: str, text: str, expected: list[str]) -> None:
    path = tmp_path / "case.yaml"
    path.write_text(text)
    fund = FUND if claim_type in FUND.claim_types else FUNDS["tn-solidarite"]
    with pytest.raises(CaseInvalid) as refused:
        case_of(path, fund=fund, claim_type=claim_type)
    assert len(refused.value.faults) == len(expected), refused.value.faults
    for fault, beginning in zip(refused.value.faults, expected, strict=True):
        assert fault.startswith(f"{tmp_path.name}/case.yaml: {beginning}")


def test_a_file_that_cannot_be_read_is_a_fault(tmp_path: Path) -> None:
    for path, said in ((tmp_path / "none.yaml", "is missing"), (tmp_path, "cannot be read: Is a directory")):
        with pytest.raises(CaseInvalid, match=said):
            case_of(path, fund=FUND, claim_type="old-age-pension")


def test_facts_are_read_by_their_kind() -> None:
    case, said = case_of(CASES / "tn-cnss/old-age-pension.yaml", fund=FUND, claim_type="old-age-pension")
    assert {name: str(value) for name, value in said.items()} == {
        "work.quarters": "120",
        "wages.mean-month.last-40-quarters": "1500.000 TND",
    }
    assert case.dependants is None
