"""Whose money could it be: slips in references, numbers and names in texts, and how proposals are ranked. Pure."""

import pytest

from services.payments.banking import proposing
from services.payments.banking.bank_entry import Target
from services.payments.banking.proposing import CandidateDebt, CandidateEmployer, ProposalRule
from shared.kernel.references import with_check_digits

REFERENCE = with_check_digits("CT", "16000000012506R2P0")
NEAR, NUMBER, ACCOUNT, NAME, AMOUNT = ProposalRule


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        (f"{REFERENCE[:5]}9{REFERENCE[6:]}", True),
        (f"{REFERENCE[:13]}O{REFERENCE[14:]}", True),
        (f"DAS 2025 {REFERENCE[:12]}{REFERENCE[13]}{REFERENCE[12]}{REFERENCE[14:]} SARL", True),
        (f"{REFERENCE[:-1]}X", True),
        (f"{REFERENCE[:5]}99{REFERENCE[7:]}", False),
        (f"{REFERENCE[:5]}{REFERENCE[7:]}", False),
        ("", False),
        ("LOYER DE MARS", False),
    ],
)
def test_a_reference_with_one_slip_is_found(text: str, is_found: bool) -> None:
    assert (REFERENCE in proposing.near_references([text], prefix="CT")) is is_found


def test_what_is_looked_up_is_bounded() -> None:
    assert len(proposing.near_references(["CT1" * 500], prefix="CT")) <= proposing.NEAR_MAX
    assert len(proposing.numbers_in([" ".join(str(100_000 + number) for number in range(100))])) == 20


def test_numbers_of_employers_stand_among_words() -> None:
    found = proposing.numbers_in(["COTIS 1600000001/2025 VIR", "٠٠١٢٣٤٥٦"])
    assert "1600000001" in found and "00123456" in found and "2025" not in found


@pytest.mark.parametrize(
    ("text", "name", "is_named"),
    [
        ("VIR SARL ATELIER INVENTÉ DAS", "SARL Atelier Inventé", True),
        ("atelier inventé", "SARL Atelier Inventé", True),
        ("ATELIER", "SARL Atelier Inventé", False),
        ("SARL", "SARL", False),
        ("شركة الورشة المخترعة", "الورشة المخترعة", True),
        ("", "Atelier", False),
    ],
)
def test_a_name_is_there_where_all_its_telling_words_are(text: str, name: str, is_named: bool) -> None:
    assert proposing.has_name([text], name) is is_named


def debt(employer_id: str, period: str, to_pay_minor: int, *rules: ProposalRule) -> CandidateDebt:
    return CandidateDebt(
        target=Target.DECLARATION,
        target_id=f"{employer_id}/{period}",
        employer_id=employer_id,
        period=period,
        to_pay_minor=to_pay_minor,
        rules=frozenset(rules),
    )


def firm(employer_id: str, name: str, *rules: ProposalRule) -> CandidateEmployer:
    return CandidateEmployer(employer_id=employer_id, name=name, rules=frozenset(rules))


CASES = {
    "the amount alone": ([debt("e1", "2025", 500)], [firm("e1", "Alpha")], [("e1/2025", (AMOUNT,))]),
    "another amount alone is no reason": ([debt("e1", "2025", 501)], [firm("e1", "Alpha")], []),
    "the number, and of two debts the one with the amount first": (
        [debt("e1", "2024", 400), debt("e1", "2025", 500)],
        [firm("e1", "Alpha", NUMBER)],
        [("e1/2025", (NUMBER, AMOUNT)), ("e1/2024", (NUMBER,))],
    ),
    "of two alike the older": (
        [debt("e1", "2025", 400), debt("e1", "2024", 400)],
        [firm("e1", "Alpha", ACCOUNT)],
        [("e1/2024", (ACCOUNT,)), ("e1/2025", (ACCOUNT,))],
    ),
    "a slip before a known account": (
        [debt("e1", "2025", 400), debt("e2", "2025", 400, NEAR)],
        [firm("e1", "Alpha", ACCOUNT), firm("e2", "Beta")],
        [("e2/2025", (NEAR,)), ("e1/2025", (ACCOUNT,))],
    ),
    "the name beside the amount": (
        [debt("e1", "2025", 500), debt("e2", "2025", 500)],
        [firm("e1", "Alpha"), firm("e2", "Maison Loyer")],
        [("e2/2025", (NAME, AMOUNT)), ("e1/2025", (AMOUNT,))],
    ),
    "who is named and owes nothing may have a credit": ([], [firm("e1", "Alpha", NUMBER)], [("e1", (NUMBER,))]),
    "nobody": ([], [], []),
}


@pytest.mark.parametrize("case", CASES)
def test_the_table_of_proposals(case: str) -> None:
    debts, employers, expected = CASES[case]
    found = proposing.propose(
        amount_minor=500,
        texts=["maison loyer"],
        debts=debts,
        employers={each.employer_id: each for each in employers},
    )
    assert [(each.target_id, each.rules) for each in found] == expected


def test_no_more_are_proposed_than_a_person_reads() -> None:
    debts = [debt(f"e{number}", "2025", 500) for number in range(50)]
    employers = {each.employer_id: firm(each.employer_id, "") for each in debts}
    found = proposing.propose(amount_minor=500, texts=[], debts=debts, employers=employers)
    assert len(found) == proposing.PROPOSALS_MAX
