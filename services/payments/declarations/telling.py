"""What others are told of an accepted declaration: that it is a fact, and its wages page by page. Pure."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from services.payments.declarations.declaration import Declaration
from services.payments.declarations.pages import WAGES_A_PAGE, paged
from services.payments.declarations.wages import PeriodWage, Unit, WageLine
from shared.events.payments import DeclarationAccepted, DeclaredWage, WagePeriod, WagesDeclared


def wages_to_tell(
    workers: Iterable[WageLine], *, before: Iterable[WageLine], year: int, person_ref: Callable[[str], str]
) -> list[DeclaredWage]:
    """Each worker's wages by pseudonym; and nought for every quarter that the declaration before had and this one not,
    for whoever keeps wages by quarter and must not go on believing the old ones."""
    earlier = {worker.insurance_number: worker for worker in before}
    told = []
    for worker in workers:
        known = earlier.pop(worker.insurance_number, None)
        told.append(_wage(worker, known.wages if known else (), year, person_ref))
    for gone in earlier.values():
        told.append(_wage(replace(gone, wages=()), gone.wages, year, person_ref))
    return told


def _wage(
    worker: WageLine, before: tuple[PeriodWage, ...], year: int, person_ref: Callable[[str], str]
) -> DeclaredWage:
    quarters = {wage.quarter for wage in worker.wages}
    withdrawn = [PeriodWage(wage.quarter, 0, Unit.MONTH, 0) for wage in before if wage.quarter not in quarters]
    return DeclaredWage(
        person_ref=person_ref(worker.insurance_number),
        periods=tuple(
            WagePeriod(
                year=year,
                quarter=wage.quarter,
                duration=wage.duration,
                unit=wage.unit.value,
                wage_minor=wage.wage_minor,
            )
            for wage in (*worker.wages, *withdrawn)
        ),
        entered_on=worker.entered_on,
        left_on=worker.left_on,
    )


def told(accepted: Declaration, wages: Sequence[DeclaredWage], *, currency: str) -> Iterator[object]:
    """The events of an acceptance, in order."""
    business, booked = accepted.business, accepted.booked
    if business is None or booked is None:
        raise ValueError("only what was accepted is told as accepted")
    pages = list(paged(wages, size=WAGES_A_PAGE))
    yield DeclarationAccepted(
        declaration_id=accepted.declaration_id,
        employer_id=accepted.employer_id,
        form=accepted.form,
        period=accepted.period,
        revision=accepted.revision,
        replaces=accepted.replaces,
        workers=booked.workers,
        wages_minor=booked.wages_minor,
        due_minor=booked.assessment.total_minor,
        currency=currency,
        due_on=booked.assessment.due_on,
        pages=len(pages),
        accepted_at=business.at,
    )
    for number, page in enumerate(pages, start=1):
        yield WagesDeclared(
            declaration_id=accepted.declaration_id,
            employer_id=accepted.employer_id,
            form=accepted.form,
            period=accepted.period,
            revision=accepted.revision,
            page=number,
            pages=len(pages),
            currency=currency,
            wages=page,
            accepted_at=business.at,
        )
