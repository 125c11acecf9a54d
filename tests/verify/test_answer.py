"""How an answer reads."""

from deploy.local.verify.answer import OFFENDING_MAX, Look, answer


def test_an_answer_counts_what_was_looked_at() -> None:
    look = Look()
    look.at("effects", 1_204)
    look.at("services", 0)
    clean = answer("I4", "events acted on twice", look)
    assert clean.holds
    assert clean.sentence == "I4   events acted on twice: none of 1,204 effects, 0 services"


def test_an_answer_names_what_offends_and_stops_naming_where_all_does() -> None:
    look = Look()
    look.at("effects", 5_000)
    for number in range(OFFENDING_MAX + 5):
        look.offends(f"e{number}")
    wrong = answer("I4", "events acted on twice", look)
    assert not wrong.holds
    assert wrong.sentence == "I4   events acted on twice: 1,005 of 5,000 effects"
    assert wrong.offending[0] == "e0" and len(wrong.offending) == OFFENDING_MAX


def test_a_question_that_saw_nothing_says_so() -> None:
    assert answer("I13", "doubts", Look()).sentence == "I13  doubts: none of nothing, there is none"


def test_a_question_that_was_not_asked_says_so() -> None:
    look = Look()
    look.cannot("there is no broker")
    assert answer("I2", "events lost", look).sentence == "I2   events lost: not asked, there is no broker"
