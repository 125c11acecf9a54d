"""Pages of the register come in: in any order, twice, and of an identity that tells less."""

from dataclasses import replace
from datetime import timedelta

from services.claims.insured import actions
from services.claims.wiring import service
from shared.storage.service_context import ServiceContext
from tests.claims.benefits.builders import registered
from tests.kit.contexts import TN, handle, parked, reading
from tests.kit.people import AMIRA

CHILD = {"relation": "child", "birth_on": "2015-04-02", "condition": "disabled"}


def test_what_a_benefit_needs_is_kept_encrypted(context: ServiceContext) -> None:
    handle(context, service, registered(AMIRA, birth_on="1985-03", dependants=[CHILD], fund_id=TN), fund_id=TN)
    assert parked(context) == []
    uow = reading(context, TN)
    person = actions.find(uow, AMIRA)
    assert person is not None and person.dependant_count == 1
    family = actions.family_of(uow, person)
    assert family.birth_on == "1985-03" and family.dependants is not None
    assert [(each.relation, each.birth_on, each.condition) for each in family.dependants] == [
        ("child", "2015-04-02", "disabled")
    ]
    assert "2015-04-02" not in repr(list(context.database["insured"].find()))


def test_a_late_page_changes_nothing_and_one_without_a_family_neither(context: ServiceContext) -> None:
    now = registered(AMIRA, birth_on="1985-03-01", dependants=[CHILD], fund_id=TN)
    earlier = registered(AMIRA, birth_on="1985-03-02", fund_id=TN)
    late = replace(earlier, page_id="late", registered_at=now.registered_at - timedelta(days=1))
    (person,) = now.persons
    bare = replace(
        now,
        page_id="bare",
        registered_at=now.registered_at + timedelta(days=1),
        persons=(replace(person, family=None),),
    )
    handle(context, service, now, late, bare, fund_id=TN)
    uow = reading(context, TN)
    assert [each.relation for each in actions.dependants_of(uow, AMIRA)] == ["child"]
    assert actions.dependants_of(uow, "pnobodyaaaaaaaaaaaaaaaaa") == ()
