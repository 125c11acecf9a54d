"""Who died is told nothing any more; who lives after all is told again. Events twice, late, and before the register."""

import pytest

from services.notifications.contacts import rules
from services.notifications.contacts.contact import Contact
from services.notifications.wiring import service
from shared.events.identity import DeathTakenBack, PersonDied
from shared.kernel.personal import Encrypted
from shared.storage.service_context import ServiceContext
from tests.kit.clock import AT
from tests.kit.contexts import DZ, funds, handle, parked
from tests.kit.people import AMIRA
from tests.notifications.builders import claim_submitted, person, persons

DIED = PersonDied(person_ref=AMIRA, revision=1, died_on=Encrypted("k1.not-opened-here"), recorded_at=AT)
LIVES = DeathTakenBack(person_ref=AMIRA, revision=2, recorded_at=AT)


def messages(context: ServiceContext) -> int:
    assert parked(context) == []
    return context.database["messages"].count_documents({"owner_id": AMIRA})


def test_who_died_is_told_nothing_and_is_told_again_where_it_was_an_error(context: ServiceContext) -> None:
    handle(context, service, persons(person()), DIED, claim_submitted())
    assert messages(context) == 0
    handle(context, service, LIVES, claim_submitted())
    assert messages(context) > 0


@pytest.mark.parametrize("events", [(DIED, persons(person())), (persons(person()), DIED, persons(person()))])
def test_a_register_that_comes_after_the_death_changes_nothing(
    context: ServiceContext, events: tuple[object, ...]
) -> None:
    handle(context, service, *events, claim_submitted())
    assert messages(context) == 0


def test_a_death_that_comes_after_its_correction_changes_nothing(context: ServiceContext) -> None:
    handle(context, service, persons(person()), LIVES, DIED, claim_submitted())
    assert messages(context) > 0


@pytest.mark.parametrize(("revision", "is_news"), [(0, False), (1, False), (2, True)])
def test_the_greatest_revision_holds(revision: int, is_news: bool) -> None:
    known = Contact(owner_id="p1", sealed=None, language="fr", registered_at=AT, is_dead=True, death_revision=1)
    found = rules.with_death(known, owner_id="p1", is_dead=False, revision=revision, fund=funds()[DZ])
    assert (found is not None) is is_news
