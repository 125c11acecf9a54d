"""An award that is for a dependant says so to the papers, encrypted; one for the person says nothing of the family."""

import json
from dataclasses import replace
from typing import Any

import pytest

from services.claims.awards import actions
from services.claims.benefits.answer import BenefitAnswer
from services.claims.wiring import service
from shared.funds.benefits import QuestionKind
from shared.kernel.personal import DataClass
from shared.storage.service_context import ServiceContext
from tests.claims.awards.builders import COVER, FROM_ON, UNTIL_ON, with_benefits
from tests.claims.benefits.builders import registered
from tests.claims.builders import claim
from tests.kit.contexts import DZ, handle, keys, published_events, someone
from tests.kit.people import AMIRA

CHILD = {"relation": "child", "birth_on": "2015-04-02"}


@pytest.fixture
def ground(context: ServiceContext) -> ServiceContext:
    made = with_benefits(context)
    handle(made, service, registered(AMIRA, birth_on="1985-01-01", fund_id=DZ, dependants=[CHILD]))
    return made


def opened(ground: ServiceContext, *answers: BenefitAnswer) -> Any:
    granted = replace(claim(), claim_type=COVER, answers=answers)
    ground.run(
        DZ,
        by=someone(),
        cause="test:open",
        action=lambda uow: actions.open_award(uow, granted, None, from_on=FROM_ON, until_on=UNTIL_ON),
    )
    (event,) = published_events(ground, "claims.award-opened")
    return event


def test_the_dependant_whom_the_claim_names_is_told_encrypted(ground: ServiceContext) -> None:
    event = opened(ground, BenefitAnswer(code="dependant", kind=QuestionKind.DEPENDANT, value="d0"))
    clear = keys()[DZ].decrypt(event.dependant, data_class=DataClass.HEALTH, associated_data=AMIRA)
    assert json.loads(clear) == {"dependant_id": "d0", **CHILD}
    rows = json.dumps(list(ground.database["outbox"].find()), default=str)
    assert "2015-04-02" not in rows


@pytest.mark.parametrize(
    "answers",
    [
        (),
        (BenefitAnswer(code="dependant", kind=QuestionKind.DEPENDANT, value="d9"),),
        (BenefitAnswer(code="for-whom", kind=QuestionKind.CHOICE, value="d0"),),
    ],
)
def test_otherwise_it_is_for_the_person(ground: ServiceContext, answers: tuple[BenefitAnswer, ...]) -> None:
    assert opened(ground, *answers).dependant is None
