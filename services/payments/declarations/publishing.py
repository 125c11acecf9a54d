"""The events of an accepted declaration: that it is accepted, and its wages page by page. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from services.payments.declarations.declaration import Declaration
from services.payments.declarations.pages import WAGES_A_PAGE, paged
from services.payments.declarations.wages import PeriodWage, Unit, WageLine
from shared.events.payments.declarations import DeclarationAccepted
from shared.events.payments.wages import DeclaredWageV2, WagePeriodV2, WagesDeclaredV2
from shared.funds.declarations import DeclarationForm
from shared.funds.period import Period


@dataclass(frozen=True, slots=True)
class WagesToPublish:
    """A worker whose wages others must know, and the periods in which what they know holds no more."""

    worker: WageLine
    withdrawn: tuple[int, ...] = ()
    is_named: bool = True
    """Whether the declaration names them; of one whom only the declaration before named, all that it said is taken
    back."""


def to_publish(workers: Iterable[WageLine], *, before: Iterable[WageLine]) -> list[WagesToPublish]:
    """The workers of a declaration; and every period that the declaration before had and this one not, be it of a
    worker who is gone, for whoever keeps wages by period and must not go on believing the old ones. Nobody else knows
    a worker without a number yet: their wages are told once a declaration names it."""
    earlier = {worker.insurance_number: worker for worker in before if worker.insurance_number}
    people = [
        WagesToPublish(worker, _withdrawn(earlier.pop(worker.insurance_number, None), worker))
        for worker in workers
        if worker.insurance_number
    ]
    people += [
        WagesToPublish(replace(gone, wages=()), _withdrawn(gone, None), is_named=False) for gone in earlier.values()
    ]
    return people


def accepted_event(accepted: Declaration, *, currency: str, paid_minor: int) -> DeclarationAccepted:
    """That the declaration is a fact. `paid_minor` came for the one that it replaces, and counts for it."""
    business, booked = accepted.business, accepted.booked
    if business is None or booked is None:
        raise ValueError("only what was accepted is told as accepted")
    return DeclarationAccepted(
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
        pages=accepted.told_pages,
        accepted_at=business.at,
        establishment=accepted.other_establishment,
        paid_minor=paid_minor,
    )


def wage_events(
    accepted: Declaration,
    people: Sequence[WagesToPublish],
    *,
    form: DeclarationForm,
    currency: str,
    person_ref: Callable[[str], str],
) -> Iterator[WagesDeclaredV2]:
    """Its wages by pseudonym, made one page at a time: of a long file all pages at once would fill the memory."""
    if accepted.business is None:
        raise ValueError("only what was accepted has wages to tell")
    parts = {part.number: part for part in form.parts(Period.read(accepted.period))}
    for number, page in enumerate(paged(people, size=WAGES_A_PAGE), start=1):
        yield WagesDeclaredV2(
            declaration_id=accepted.declaration_id,
            employer_id=accepted.employer_id,
            form=accepted.form,
            period=accepted.period,
            revision=accepted.revision,
            page=number,
            pages=accepted.told_pages,
            currency=currency,
            wages=tuple(_wage(each, parts, person_ref) for each in page),
            accepted_at=accepted.business.at,
            establishment=accepted.other_establishment,
        )


def _withdrawn(before: WageLine | None, now: WageLine | None) -> tuple[int, ...]:
    if before is None:
        return ()
    kept = {wage.quarter for wage in now.wages} if now else set()
    return tuple(wage.quarter for wage in before.wages if wage.quarter not in kept)


def _wage(each: WagesToPublish, parts: Mapping[int, Period], person_ref: Callable[[str], str]) -> DeclaredWageV2:
    nothing = (PeriodWage(quarter, 0, Unit.MONTH, 0) for quarter in each.withdrawn)
    return DeclaredWageV2(
        person_ref=person_ref(each.worker.insurance_number),
        periods=tuple(
            WagePeriodV2(
                year=parts[wage.quarter].year,
                kind=parts[wage.quarter].kind.value,
                number=wage.quarter,
                duration=wage.duration,
                unit=wage.unit.value,
                wage_minor=wage.wage_minor,
            )
            for wage in (*each.worker.wages, *nothing)
        ),
        entered_on=each.worker.entered_on,
        left_on=each.worker.left_on,
        is_withdrawn=not each.is_named,
    )
