"""All questions at once: of a platform that lived well none finds anything, and each has looked at something."""

from deploy.local.verify.questions import QUESTIONS, ask_all
from tests.verify.town import Town


def test_nothing_is_wrong_on_a_platform_that_lived_well(town: Town) -> None:
    answers = {each.name: each for each in ask_all(town.seen())}
    assert [f"{each.sentence}: {each.offending}" for each in answers.values() if not each.holds] == []
    assert list(answers) == [question.name for question in QUESTIONS] == [f"I{number}" for number in range(1, 16)]
    blind = [each.sentence for each in answers.values() if not each.not_asked and not any(each.looked_at.values())]
    assert blind == []
    assert [name for name, each in answers.items() if each.not_asked] == ["I14"], "there is no message centre here"
