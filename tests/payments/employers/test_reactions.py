"""Pages of the register of employers come in: twice, late, in bulk."""

from datetime import UTC, date, datetime, timedelta

from services.payments.employers import actions
from services.payments.wiring import service
from shared.events.identity import EmployersRegistered, RegisteredEmployer
from shared.storage.service_context import ServiceContext
from tests.kit.contexts import TN, handle, parked, reading

AT = datetime(2026, 1, 5, tzinfo=UTC)


def page(name: str, *, at: datetime = AT, count: int = 1, is_open: bool = True) -> EmployersRegistered:
    employers = tuple(
        RegisteredEmployer(
            employer_id=f"16000{number:05d}",
            name=name,
            sector="trade",
            is_open=is_open,
            affiliated_on=date(2001, 3, 1),
            language="fr",
        )
        for number in range(count)
    )
    return EmployersRegistered(page_id=f"page-{name}-{at.isoformat()}", registered_at=at, employers=employers)


def test_a_page_is_kept_and_found(context: ServiceContext) -> None:
    handle(context, service, page("Atelier Tassili", count=300))
    found = actions.find(reading(context), "1600000299")
    assert found is not None and (found.name, found.sector, found.is_open) == ("Atelier Tassili", "trade", True)
    assert found.affiliated_on == date(2001, 3, 1)
    assert actions.find(reading(context), "1600000300") is None
    assert actions.find(reading(context, TN), "1600000299") is None
    assert parked(context) == []


def test_the_newest_registration_counts_in_whatever_order_it_comes(context: ServiceContext) -> None:
    newer = page("New name", at=AT + timedelta(days=1), is_open=False)
    handle(context, service, page("Old name"), newer)
    handle(context, service, page("Late and old", at=AT - timedelta(days=1)))
    found = actions.find(reading(context), "1600000000")
    assert found is not None and (found.name, found.is_open) == ("New name", False)
