"""What payments does before a declaration comes: what typing begins with, files to start from, files to answer."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.payments.declarations import rules, store
from services.payments.declarations.declaration import Declaration, Intake
from services.payments.declarations.in_force import slot_of
from services.payments.declarations.layouts.layout import Layout
from services.payments.declarations.layouts.registry import layouts_of, made
from services.payments.declarations.prefilled import Prefilled, is_expected, leaving_codes, prefill
from services.payments.declarations.prefilled_files import PrefilledContent, prefilled_content
from services.payments.declarations.prefilled_files import prefilled_file as write_prefilled
from services.payments.declarations.reading import bytes_of, own, workers_of_period
from services.payments.declarations.typed_lines import LINES_MAX, LineFault, TypedFiling, WrittenFile, may_be_typed
from services.payments.declarations.typed_lines import read as read_lines
from services.payments.declarations.typed_lines import write as write_lines
from services.payments.declarations.wages import WageLine
from services.payments.employers import actions as employers
from shared.funds.declarations import DeclarationForm
from shared.funds.fund import Fund
from shared.funds.period import Period
from shared.storage.unit_of_work import UnitOfWork

DRAFT_WORKERS_MAX = 20_000
"""Of files to start from: longer ones are made by the program that wrote the last."""


@dataclass(frozen=True, kw_only=True)
class TypingStart:
    """What typing a declaration begins with: what is asked of each worker, and who is known from `before`."""

    layout: Layout
    parts: tuple[Period, ...]
    before: Declaration | None = None
    workers: tuple[WageLine, ...] = ()


@dataclass(frozen=True, kw_only=True)
class StartingFiles:
    """Files to start from: the workers of `before` who had not left, with the wages that they had."""

    before: Declaration
    files: tuple[WrittenFile, ...]
    workers: int


def entry_layout(fund: Fund, form: str, *, period: Period, is_complement: bool = False) -> Layout:
    """The layout that a declaration is written in which is typed; of a complementary one the form's own for these,
    where it has one. Raises `TypingNotOffered` where the fund says of none how its files are named."""
    known = layouts_of(fund, rules.form_of(fund, form), period=period)
    has_own = any(each.is_complement for each in known)
    fitting = (each for each in known if each.is_complement == (is_complement and has_own))
    found = next(filter(may_be_typed, fitting), None)
    if found is None:
        raise rules.TypingNotOffered
    return found


def write_typed(uow: UnitOfWork, filing: TypedFiling) -> tuple[Sequence[WrittenFile], Sequence[LineFault]]:
    """The files that say what was typed, or what stands against writing them."""
    definition = rules.form_of(uow.fund, filing.form)
    period = rules.must_be_of_its_kind(definition, period=filing.period)
    layout = entry_layout(uow.fund, filing.form, period=period, is_complement=filing.is_complement)
    answered = (
        answer_to(uow, employer_id=filing.employer_id, form=filing.form, period=period) if layout.sequence else None
    )
    if filing.is_complement:
        filing = replace(filing, complement_number=filing.complement_number or _next_complement(uow, filing))
        # Whom the fund expected was answered by the declaration in force: who is added is new in it.
        answered = replace(answered, prefilled=replace(answered.prefilled, persons=())) if answered else None
    return write_lines(filing, layout=layout, fund=uow.fund, parts=definition.parts(period), answered=answered)


def _next_complement(uow: UnitOfWork, filing: TypedFiling) -> int:
    slot = slot_of(
        filing.employer_id, form=filing.form, period=filing.period, establishment=filing.establishment.rjust(4, "0")
    )
    current = store.standing.find(uow, slot)
    return 1 + len(current.complements) if current else 1


def begin_typing(uow: UnitOfWork, *, employer_id: str, form: str, period: str, mended_id: str) -> TypingStart:
    """What a page that asks for the lines begins with: those of the declaration that is mended, else of the one in
    force for the period, else of the employer's last accepted one, as long as they are few enough to be typed."""
    uow.by.must_act_for_employer(employer_id)
    definition = rules.form_of(uow.fund, form)
    wanted = rules.must_be_of_its_kind(definition, period=period)
    layout, parts = entry_layout(uow.fund, form, period=wanted), definition.parts(wanted)
    entry = TypingStart(layout=layout, parts=parts)
    if mended_id and (workers := _typed_workers(uow, mended_id, layout=layout)):
        return replace(entry, workers=workers)
    before = store.last_of_wages(uow, employer_id=employer_id, form=form, period=period)
    if before is None or before.booked is None:
        return entry
    if before.booked.workers > LINES_MAX:
        return replace(entry, before=before)
    return replace(entry, before=before, workers=_to_start_from(uow, before, definition, period=period))


def _to_start_from(
    uow: UnitOfWork, before: Declaration, definition: DeclarationForm, *, period: str
) -> tuple[WageLine, ...]:
    """The workers of an earlier declaration who had not left, with their wages told of the period declared now."""
    wanted = Period.read(period)
    parts, leaving = definition.parts(wanted), _leaving(uow.fund, definition)
    return tuple(
        _of_period(worker, before.period, parts)
        for worker in workers_of_period(uow, before)
        if before.period == period or is_expected(worker, period=wanted, leaving=leaving)
    )


def _leaving(fund: Fund, definition: DeclarationForm) -> frozenset[str]:
    return frozenset(code for layout in layouts_of(fund, definition) for code in leaving_codes(layout))


def draft(uow: UnitOfWork, *, employer_id: str, form: str, period: str) -> StartingFiles:
    """The files of a period as a start: the workers of the employer's last accepted declaration with their wages, in
    the fund's own layout. Nothing is kept of it: the employer changes what is different and sends them. Raises
    `NothingToStartFrom`, `TypingNotOffered`."""
    uow.by.must_act_for_employer(employer_id)
    definition = rules.form_of(uow.fund, form)
    rules.must_be_of_its_kind(definition, period=period)
    before = store.last_of_wages(uow, employer_id=employer_id, form=form, period=period)
    if before is None or before.booked is None or not 0 < before.booked.workers <= DRAFT_WORKERS_MAX:
        raise rules.NothingToStartFrom
    workers = _to_start_from(uow, before, definition, period=period)
    filing = TypedFiling(
        employer_id=employer_id, form=form, period=period, lines=workers, establishment=before.establishment
    )
    files, faults = write_typed(uow, filing)
    if faults or not workers:
        raise rules.NothingToStartFrom
    return StartingFiles(before=before, files=tuple(files), workers=len(workers))


def prefilled_of(uow: UnitOfWork, *, employer_id: str, form: str, period: Period) -> Prefilled | None:
    """Whom the fund expects of an employer in a period; None where files of the form answer nothing. Of an employer
    that declares for the first time nobody is expected: all of its workers are new."""
    definition = rules.form_of(uow.fund, form)
    if not definition.prefilled:
        return None
    before = store.last_before(uow, employer_id=employer_id, form=form, period=period)
    return prefill(
        workers_of_period(uow, before) if before else (),
        period=period,
        source=before.declaration_id if before else employer_id,
        leaving=_leaving(uow.fund, definition),
    )


def answer_to(uow: UnitOfWork, *, employer_id: str, form: str, period: Period) -> PrefilledContent | None:
    """The pre-filled file of a period with what is known of its firm; None where files of the form answer nothing."""
    prefilled = prefilled_of(uow, employer_id=employer_id, form=form, period=period)
    employer = employers.find(uow, employer_id)
    if prefilled is None:
        return None
    return prefilled_content(
        prefilled,
        employer_id=employer_id,
        name=employer.name if employer else "",
        activity=employer.sector if employer else "",
        period=period,
        issued_on=uow.today,
        due_on=rules.form_of(uow.fund, form).due_on(period, calendar=uow.fund.calendar),
    )


def prefilled_file(uow: UnitOfWork, *, employer_id: str, form: str, period: str) -> WrittenFile:
    """The pre-filled file that an employer answers, in the fund's layout of it. Raises `NothingPrefilled`."""
    uow.by.must_act_for_employer(employer_id)
    definition = rules.form_of(uow.fund, form)
    read = rules.must_be_of_its_kind(definition, period=period)
    answered = answer_to(uow, employer_id=employer_id, form=form, period=read)
    if answered is None:
        raise rules.NothingPrefilled
    layout = made(definition.prefilled, uow.fund.layouts[definition.prefilled])
    name, content = write_prefilled(answered, layout=layout, period=read)
    return WrittenFile(name=name, content=content)


def _of_period(worker: WageLine, before: str, parts: Sequence[Period]) -> WageLine:
    """The worker's wages told of the parts of the period that is declared now, in their order."""
    shift = parts[0].number - Period.read(before).parts(parts[0].kind)[0].number
    return replace(worker, wages=tuple(replace(wage, quarter=wage.quarter + shift) for wage in worker.wages))


def _typed_workers(uow: UnitOfWork, declaration_id: str, *, layout: Layout) -> tuple[WageLine, ...]:
    """What was typed of a declaration, however it ended."""
    declaration = own(uow, declaration_id)
    if declaration.intake is not Intake.TYPED:
        return ()
    parts = rules.form_of(uow.fund, declaration.form).parts(Period.read(declaration.period))
    return read_lines(bytes_of(uow, declaration.files[-1]), layout=layout, parts=parts)
