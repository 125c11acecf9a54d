"""What is known in a case: what it says itself, and what follows from the rest of it and from the fund. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from services.claims.benefits.answer import BenefitAnswer
from services.claims.benefits.fact import Fact, Facts, FactSource, FactValue
from services.claims.benefits.sources import Sources, facts_from
from services.claims.insured.insured import Dependant, FamilyRecord
from services.claims.trials.case import CaseDependant, TrialCase, as_birth
from shared.funds import facts as names
from shared.funds.benefits import ClaimType
from shared.funds.facts import FactOrigin
from shared.funds.fund import Fund

RIGHT = "right.is-open"
FOLLOWING = (
    names.ANSWER,
    names.ANSWER_DAYS_AGO,
    names.AGE,
    names.BIRTH_ON,
    names.DEPENDANTS,
    *names.OF_A_DEPENDANT,
    names.MINIMUM_WAGE,
    names.FILED_ON,
)
"""Facts that follow from the rest of a case and from the fund, where the case does not say them itself."""
LATER = (names.REGISTER, names.DECEASED, names.EARLIER_SURVIVORS)
"""Facts that are learnt only once a claim is filed."""
SOURCES = {
    FactOrigin.WAGES: FactSource.DECLARATIONS,
    FactOrigin.REGISTER: FactSource.REGISTER,
    FactOrigin.LIFE: FactSource.REGISTER,
    FactOrigin.OTHER_REGISTER: FactSource.CROSS_CHECK,
}


def looked_at(definition: ClaimType) -> frozenset[str]:
    """The facts that a case may say."""
    return definition.fact_names() | ({RIGHT} if definition.is_for_care else frozenset())


def follows(name: str) -> bool:
    """Whether a fact follows from the rest of a case."""
    return any(each.read(name) for each in FOLLOWING)


def facts_of(
    case: TrialCase,
    said: Mapping[str, FactValue],
    given: Iterable[BenefitAnswer],
    *,
    definition: ClaimType,
    fund: Fund,
    on: date,
) -> Facts:
    """What is known on a day of all that a benefit looks at. What a case `said` stands before what follows from it."""
    sources = Sources(
        fund=fund,
        answers=tuple(given),
        filed_on=case.filed_on,
        family=FamilyRecord(
            birth_on=None if case.birth_on is None else as_birth(case.birth_on),
            dependants=None if case.dependants is None else dependants_of(case),
        ),
        dependant_count=None if case.dependants is None else len(case.dependants),
        registered_on=case.filed_on,
    )
    wanted = [each for each in definition.fact_names() if follows(each) and each not in said]
    following = facts_from(sources, wanted, on=on)
    own = {
        name: Fact(name=name, value=value, source=_source(name), as_of=case.filed_on) for name, value in said.items()
    }
    return replace(following, known={**following.known, **own})


def dependants_of(case: TrialCase) -> tuple[Dependant, ...]:
    """Those of a case, by the ids that the register would give them."""
    found: list[Dependant] = []
    for each in case.dependants or ():
        found.append(_dependant(each, beside=found))
    return tuple(found)


def _source(name: str) -> FactSource:
    """Who would say such a fact."""
    origins = names.origins_of([name])
    return next((source for origin, source in SOURCES.items() if origin in origins), FactSource.FUND)


def _dependant(said: CaseDependant, *, beside: Iterable[Dependant]) -> Dependant:
    birth_on = as_birth(said.birth_on)
    alike = sum(each.relation == said.relation and each.birth_on == birth_on for each in beside)
    return Dependant(
        dependant_id=f"{said.relation}-{birth_on}" + (f"-{alike + 1}" if alike else ""),
        relation=said.relation,
        birth_on=birth_on,
        condition=said.condition,
    )
