"""All questions at once: of a platform that lived well none finds anything, and each has looked at something."""

import threading

from deploy.local.verify.questions import QUESTIONS, ask_all
from tests.verify.town import Town


def test_nothing_is_wrong_on_a_platform_that_lived_well(town: Town) -> None:
    answers = {each.name: each for each in ask_all(town.seen())}
    assert [f"{each.sentence}: {each.offending}" for each in answers.values() if not each.holds] == []
    assert list(answers) == [question.name for question in QUESTIONS] == [f"I{number}" for number in range(1, 17)]
    blind = [each.sentence for each in answers.values() if not each.not_asked and not any(each.looked_at.values())]
    assert blind == []
    assert [name for name, each in answers.items() if each.not_asked] == ["I14"], "there is no message centre here"


def test_what_offends_only_for_a_moment_is_believed_when_it_stays(town: Town) -> None:
    town["claims"]["deadletters"].insert_one({"_id": "e1", "key": "dz-cnas:c1", "why": "x", "is_open": True})
    town["claims"]["claims"].insert_one({"_id": "of-no-fund"})
    resolving = threading.Timer(0.5, lambda: town["claims"]["deadletters"].delete_one({"_id": "e1"}))
    resolving.start()
    wrong = {each.name: each.offending for each in ask_all(town.seen()) if not each.holds}
    resolving.join()
    assert "I12" not in wrong
    assert wrong["I10"] == ("claims claims of-no-fund is of no fund",)
    assert wrong["I8"] == ("a document has not the form that it should have (KeyError 'version')",)


def test_work_that_began_meanwhile_is_waited_for_before_anything_is_believed(town: Town) -> None:
    town["claims"]["deadletters"].insert_one({"_id": "e1", "key": "dz-cnas:c1", "why": "x", "is_open": True})
    rests = []

    def rest() -> None:
        rests.append(town["claims"]["deadletters"].delete_one({"_id": "e1"}))

    assert [each.name for each in ask_all(town.seen(), rest=rest) if not each.holds] == []
    assert len(rests) == 1
