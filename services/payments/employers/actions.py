"""What payments does with employers: save what identity publishes of them, and find one."""

from collections.abc import Iterable

from services.payments.employers.employer import Employer
from services.payments.employers.store import employers
from shared.events.identity import EmployersRegistered
from shared.storage.unit_of_work import UnitOfWork


def save_page(uow: UnitOfWork, page: EmployersRegistered) -> None:
    """Keep a page of the register. A page that comes late never overwrites what is newer."""
    known = employers.find_many(uow, [each.employer_id for each in page.employers])
    newer = []
    for each in page.employers:
        before = known.get(each.employer_id)
        if before is None or before.registered_at < page.registered_at:
            newer.append(
                Employer(
                    employer_id=each.employer_id,
                    name=each.name,
                    sector=each.sector,
                    is_open=each.is_open,
                    affiliated_on=each.affiliated_on,
                    language=each.language,
                    registered_at=page.registered_at,
                    version=before.version if before else 0,
                )
            )
    employers.save_many(uow, newer, part_of=page.page_id)


def find_many(uow: UnitOfWork, employer_ids: Iterable[str]) -> dict[str, Employer]:
    """Those of the employers that the register knows, by number."""
    return employers.find_many(uow, employer_ids)


def find(uow: UnitOfWork, employer_id: str) -> Employer | None:
    """The employer, or None where the fund's register, as far as it was published, does not know it."""
    return employers.find(uow, employer_id)
