"""A cross-check that is answered, so that a test says only what it is about."""

from datetime import date, datetime

from services.claims.crosschecks import rules, store
from services.claims.crosschecks.crosscheck import CrossCheck
from shared.funds.law import Confidence, Law
from shared.funds.registers import RegisterQuestion
from shared.kernel.outcome import Outcome
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork
from tests.kit.clock import AT
from tests.kit.contexts import DZ, funds, someone
from tests.kit.people import AMIRA

TEXTS = {"ar": "نص", "fr": "texte", "en": "text"}
LAW = Law(valid_from=date(2020, 1, 1), reference="Art. 1", confidence=Confidence.UNKNOWN)


def crosscheck(
    check_id: str = "k1", *, claim_id: str = "c1", value: str = "yes", person_ref: str = AMIRA, at: datetime = AT
) -> CrossCheck:
    """A question to an invented register, answered."""
    question = RegisterQuestion(register="tax", field="is-taxed", asks=TEXTS, purpose=TEXTS, law=LAW, good_days=360)
    asked = rules.open_check(
        question,
        check_id=check_id,
        question_id=f"question-{check_id}",
        claim_id=claim_id,
        person_ref=person_ref,
        claim_type="aid",
        at=at,
    ).thing
    fund = funds()[DZ]
    return rules.answer(asked, value=value, as_of=fund.day_of(at), fund=fund, at=at).thing


def kept(context: ServiceContext, check: CrossCheck) -> CrossCheck:
    """The same, kept."""

    def act(uow: UnitOfWork) -> CrossCheck:
        return store.save(uow, Outcome(check))

    return context.run(DZ, by=someone(), cause=f"test:crosscheck:{check.check_id}", action=act)
