"""How an employer declares: it sends files, types what would be in them, says that there is nothing, confirms or takes
back, and downloads its files with what is certain corrected."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from services.payments.contributions.contribution import Assessment
from services.payments.declarations import confirming, consulting, correcting, in_force, judging, rules, store
from services.payments.declarations.actions import CHECK
from services.payments.declarations.consulting import Consulted
from services.payments.declarations.correcting import CorrectedFiles
from services.payments.declarations.declaration import BOOKED, Declaration, Intake, Status, StoredFile
from services.payments.declarations.examination import Source, examine
from services.payments.declarations.layouts.registry import layouts_of
from services.payments.declarations.reading import bytes_of, own
from services.payments.declarations.report import Report
from services.payments.declarations.rules import DeclarationFiling
from services.payments.declarations.starting import entry_layout
from services.payments.declarations.typed_lines import TypedFiling, WrittenFile
from services.payments.declarations.wages import WageLine
from shared.funds.period import Period
from shared.jobs import queue
from shared.kernel.outcome import Outcome
from shared.kernel.personal import DataClass
from shared.storage import blobs
from shared.storage.unit_of_work import UnitOfWork
from shared.telemetry.propagation import current_traceparent


@dataclass(frozen=True, kw_only=True)
class CheckedDeclaration:
    """What a declaration that is not sent yet would come to. `good_lines` are as they would be booked, none where
    there is an error; `replaces` is what it would take the place of."""

    report: Report
    assessment: Assessment | None
    good_lines: tuple[WageLine, ...]
    replaces: Declaration | None
    received_on: date

    @property
    def is_late(self) -> bool | None:
        """Whether it would be; None while nothing says by when it is due."""
        return None if self.assessment is None else self.received_on > self.assessment.due_on


@dataclass(frozen=True, kw_only=True)
class CorrectedDeclaration:
    """The files with what is certain mended, and what the check says of them then."""

    correction: CorrectedFiles
    report: Report


def receive(uow: UnitOfWork, filing: DeclarationFiling) -> Consulted:
    """The caller files for an employer. The same bytes for the same period are the same declaration, whoever sends
    them and how often; after a business refusal they are checked once more. Where the declaration was replaced
    meanwhile, sending its files again is no retry: they make a new one, which replaces what is in force."""
    _must_declare(uow, filing)
    known = store.same(uow, filing)
    if known is not None and known.status is Status.REPLACED:
        store.declarations.save(uow, rules.release_content(known))
        known = None
    if known is None:
        received = rules.receive(
            filing, fund=uow.fund, declaration_id=uow.new_id(), traceparent=current_traceparent(), at=uow.at
        )
        return Consulted(declaration=_to_check(uow, received))
    if rules.may_be_checked_again(known):
        again = rules.receive_again(known, filing, traceparent=current_traceparent(), at=uow.at)
        return Consulted(declaration=_to_check(uow, again))
    return consulting.consulted(uow, known)


def declare_nothing(uow: UnitOfWork, filing: DeclarationFiling) -> Consulted:
    """The caller says that an employer paid no wages in a period. Raises `DeclaredAlready` where wages are in force for
    it, unless they are named as what this takes the place of."""
    uow.by.must_act_for_employer(filing.employer_id)
    known = store.same(uow, filing)
    if known is None or known.status not in BOOKED - {Status.REPLACED}:
        current = store.in_force(uow, in_force.slot_of(filing.employer_id, form=filing.form, period=filing.period))
        rules.may_declare_nothing(filing, current=current)
    return receive(uow, filing)


def receive_typed(uow: UnitOfWork, filing: TypedFiling, files: Iterable[WrittenFile]) -> Consulted:
    """The caller typed what would be in the files. They are kept as if they had been sent, and checked as they are."""
    uow.by.must_act_for_employer(filing.employer_id)
    stored = tuple(_stored(uow, file) for file in files)
    return receive(uow, replace(_typed(filing), files=stored))


def check_typed(uow: UnitOfWork, filing: TypedFiling, files: Sequence[WrittenFile]) -> CheckedDeclaration:
    """What the check of what was typed would come to now; nothing is kept of it, and nothing sent."""
    uow.by.must_act_for_employer(filing.employer_id)
    unsent = tuple(StoredFile(name=file.name, sha256="", size=len(file.content)) for file in files)
    declaration = rules.receive(
        replace(_typed(filing), files=unsent), fund=uow.fund, declaration_id="", traceparent="", at=uow.at
    ).thing
    sources = [Source(file.name, [file.content]) for file in files]
    period = Period.read(filing.period)
    layout = entry_layout(uow.fund, filing.form, period=period, is_complement=filing.is_complement)
    examined = examine(sources, facts=judging.facts(uow, declaration), layouts=[layout])
    judged = judging.judge(uow, declaration, examined)
    return CheckedDeclaration(
        report=judged.examined.report,
        assessment=judged.assessment,
        good_lines=examined.workers,
        replaces=store.in_force(uow, in_force.slot(declaration, establishment=filing.establishment)),
        received_on=uow.today,
    )


def _typed(filing: TypedFiling) -> DeclarationFiling:
    return DeclarationFiling(
        employer_id=filing.employer_id,
        form=filing.form,
        period=filing.period,
        intake=Intake.TYPED,
        is_complement=filing.is_complement,
        complement_number=filing.complement_number,
    )


def _stored(uow: UnitOfWork, file: WrittenFile) -> StoredFile:
    blob = blobs.store_in(uow, file.content, data_class=DataClass.CIVIL)
    return StoredFile(name=file.name, sha256=blob.sha256, size=blob.size)


def correct(uow: UnitOfWork, *, declaration_id: str) -> CorrectedDeclaration:
    """The files of a declaration with every mend that is certain, and what the check would still find in them. Nothing
    is kept of it: the employer downloads the files, looks at them and sends them. Raises `NothingCertain`."""
    declaration = own(uow, declaration_id)
    rules.may_be_corrected(declaration)
    layouts = layouts_of(uow.fund, rules.form_of(uow.fund, declaration.form), period=Period.read(declaration.period))
    files = [(file.name, bytes_of(uow, file)) for file in declaration.files]
    correction = correcting.correct(files, layouts=layouts)
    if correction is None or not correction.count:
        raise rules.NothingCertain
    sources = [Source(file.name, [file.content]) for file in correction.files]
    judged = judging.judge(uow, declaration, examine(sources, facts=judging.facts(uow, declaration), layouts=layouts))
    return CorrectedDeclaration(correction=correction, report=judged.examined.report)


def _to_check(uow: UnitOfWork, received: Outcome[Declaration]) -> Declaration:
    declaration = store.declarations.save(uow, received)
    queue.schedule(uow, CHECK, declaration.declaration_id)
    return declaration


def _must_declare(uow: UnitOfWork, declared: DeclarationFiling | Declaration) -> None:
    """Whether the caller may declare that period for the employer, or decide what becomes of what was declared."""
    period = Period.read(declared.period)
    uow.by.must_act_for_period(declared.employer_id, begins_on=period.first_on, ends_on=period.last_on)


def confirm(uow: UnitOfWork, *, declaration_id: str) -> Consulted:
    """Only the employer may confirm the findings of a check."""
    return _decided(uow, own(uow, declaration_id), rule=partial(confirming.confirm, by=uow.by.subject, at=uow.at))


def withdraw(uow: UnitOfWork, *, declaration_id: str) -> Consulted:
    """The employer takes back what it was asked to confirm, or an accepted complementary declaration: nothing takes the
    place of that one, once it is checked. Raises `NothingToConfirm`, `NotToBeTakenBack`."""
    declaration = own(uow, declaration_id)
    if declaration.is_complement and declaration.status is Status.ACCEPTED:
        return receive(uow, rules.take_back(declaration, fund=uow.fund))
    return _decided(uow, declaration, rule=partial(confirming.withdraw, at=uow.at))


def _decided(
    uow: UnitOfWork, declaration: Declaration, *, rule: Callable[[Declaration], Outcome[Declaration]]
) -> Consulted:
    _must_declare(uow, declaration)
    outcome = rule(declaration)
    if outcome.thing == declaration:
        return consulting.consulted(uow, declaration)
    if outcome.thing.status is Status.RECEIVED:
        return Consulted(declaration=_to_check(uow, outcome))
    queue.cancel(uow, CHECK, declaration.declaration_id)
    return Consulted(declaration=store.declarations.save(uow, outcome))
