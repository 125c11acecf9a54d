"""The shapes of declarations over HTTP."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields, pre_dump, validate

from services.payments.contributions.schemas import ContributionView, named
from services.payments.declarations import plausibility, rules
from services.payments.declarations.consulting import Cards, Consulted
from services.payments.declarations.declaration import Booked, Intake, Receipt, ReceivedReceipt, Status
from services.payments.declarations.findings import FileRole, Finding, Severity, in_words
from services.payments.declarations.progress import CheckProgress, CheckStep
from services.payments.declarations.wages import Unit
from services.payments.obligations.obligation import Obligation, ObligationStatus
from shared.funds.period import PeriodKind
from shared.http.normalized_fields import Reference
from shared.http.problems import translate
from shared.http.shapes import TEXT, Amount, Derived, PagedQuery, fund, many, paged
from shared.process.access_journal.schemas import PurposeQuery

NAME_MAX = 40
WORKERS_MAX = 10**6
SEARCH_CHARACTERS_MAX = 80
CODE_CHARACTERS_MAX = 80
COMPLEMENTS_MAX = 99


class FilingForm(Schema):
    """The fields beside the files. Control totals that are given must agree with the files. What is due is debited,
    once the declaration is accepted, where `pay_by_debit` is true and a mandate in force allows it."""

    employer_id = fields.String(required=True, validate=validate.Length(1, NAME_MAX))
    form = fields.String(required=True, validate=validate.Length(1, NAME_MAX))
    period = fields.String(required=True, validate=validate.Length(1, NAME_MAX))
    control_workers = fields.Integer(validate=validate.Range(1, WORKERS_MAX))
    control_wages = Amount(attribute="control_wages_minor")
    pay_by_debit = fields.Boolean()
    is_complement = fields.Boolean(
        metadata={"description": "Whether it is added to the declaration in force, instead of taking its place."}
    )
    complement_number = fields.Integer(
        validate=validate.Range(1, COMPLEMENTS_MAX),
        metadata={
            "description": "The complementary declaration that it takes the place of; without it, it is the next."
        },
    )


class NothingBody(Schema):
    """That an employer has nothing to declare for a period."""

    employer_id = fields.String(required=True, validate=validate.Length(1, NAME_MAX))
    form = fields.String(required=True, validate=validate.Length(1, NAME_MAX))
    period = fields.String(required=True, validate=validate.Length(1, NAME_MAX))
    to_replace = fields.String(
        load_default="",
        validate=validate.Length(0, NAME_MAX),
        metadata={"description": "The declaration in force whose wages are taken back, where there is one."},
    )


class ListQuery(PagedQuery, PurposeQuery):
    """Which of an employer's declarations. `reference` is one by which what they make due is or was to be paid."""

    employer_id = fields.String(required=True, validate=validate.Length(1, NAME_MAX))
    period = fields.String(load_default=None, validate=validate.Length(1, NAME_MAX))
    status = fields.Enum(Status, by_value=True, load_default=None)
    reference = Reference(
        load_default=None, metadata={"description": "A reference of a payment: the declaration that it is for."}
    )


class CursorQuery(PurposeQuery):
    cursor = fields.Integer(load_default=1, validate=validate.Range(1, WORKERS_MAX))


class PageQuery(PurposeQuery):
    page = fields.Integer(load_default=1, validate=validate.Range(1, WORKERS_MAX))
    search = fields.String(
        load_default="",
        validate=validate.Length(0, SEARCH_CHARACTERS_MAX),
        metadata={"description": "A name or an insurance number, or how it begins: those workers alone."},
    )


# --- What the fund asks for -------------------------------------------------------------------------------------------


class FormView(Schema):
    """A declaration that the fund asks employers for."""

    form = fields.String(required=True)
    name = fields.Function(lambda it: named(it.definition.names), metadata=TEXT, required=True)
    period_kind = fields.Enum(PeriodKind, by_value=True, required=True, attribute="definition.period")
    layouts = fields.List(fields.String(), required=True, attribute="definition.layouts")
    due_months = fields.Integer(required=True, attribute="definition.due.months")
    due_days = fields.Integer(required=True, attribute="definition.due.days")
    confirm_within_days = fields.Integer(required=True, attribute="definition.confirm_within_days")
    typed_lines_max = fields.Integer(
        required=True, metadata={"description": "How many workers may be typed; 0 where files alone are taken."}
    )
    has_prefilled = fields.Function(
        lambda it: bool(it.definition.prefilled),
        metadata={"type": "boolean", "description": "Whether the fund says beforehand whom it expects."},
        required=True,
    )
    law = fields.String(required=True, attribute="definition.law.reference")
    is_to_be_confirmed = fields.Boolean(required=True, attribute="definition.law.is_to_be_confirmed")


FormViews = many(FormView)


class FormPeriodView(Schema):
    """A period that a form is filed for."""

    period = fields.String(required=True)
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True)
    due_on = fields.Date(required=True)
    is_over = fields.Boolean(required=True)


FormPeriodsPage = paged(FormPeriodView)


# --- Receipts ---------------------------------------------------------------------------------------------------------


class FileView(Schema):
    name = fields.String(required=True)
    sha256 = fields.String(required=True)
    size = fields.Integer(required=True)
    archive = fields.String(
        required=True, metadata={"description": "The .zip file that it came in; empty where it came by itself."}
    )


class ReceiptView(Schema):
    """A receipt: `received` names the files, `technical` counts what was found, `business` says what was booked."""

    kind = fields.String(required=True, validate=validate.OneOf(["received", "technical", "business"]))
    at = fields.AwareDateTime(required=True)
    is_passed = fields.Boolean(required=True)
    text = fields.Method("sentence", metadata=TEXT, required=True)
    files = fields.List(fields.Nested(FileView))
    layout = fields.String(allow_none=True)
    encoding = fields.String(allow_none=True)
    lines = fields.Integer()
    errors = fields.Integer()
    confirms = fields.Integer(metadata={"description": "Findings that the employer confirms before acceptance."})
    warnings = fields.Integer()
    unlisted = fields.Integer(metadata={"description": "Findings that are counted but not listed."})
    workers = fields.Integer(attribute="booked.workers")
    wages = Amount(attribute="booked.wages_minor")
    due = Amount(attribute="booked.assessment.total_minor")

    def sentence(self, receipt: Receipt) -> str:
        return translate(f"declaration.receipt.{receipt.kind}-{_outcome(receipt)}")


def _outcome(receipt: Receipt) -> str:
    """Where nothing was to declare, no receipt speaks of files or wages."""
    if isinstance(receipt, ReceivedReceipt) and not receipt.files:
        return "nothing"
    booked = getattr(receipt, "booked", None)
    if isinstance(booked, Booked) and not booked.workers:
        return "nothing"
    return "passed" if receipt.is_passed else "refused"


# --- What is due, and what became of it -------------------------------------------------------------------------------


class SlipView(Schema):
    """The contributions on the wages of one period."""

    period = fields.String(required=True)
    base = Amount(required=True, attribute="base_minor")
    total = Amount(required=True, attribute="total_minor")
    is_to_be_confirmed = fields.Boolean(required=True)
    contributions = fields.List(fields.Nested(ContributionView), required=True)


class CardsView(Schema):
    """How far the health cards of the workers whose right is open are refreshed, and why others are not."""

    refreshed = fields.Integer(required=True)
    of = fields.Integer(
        required=True, metadata={"description": "Workers of the declaration whose right is open, or not decided yet."}
    )
    already_good = fields.Integer(
        required=True, metadata={"description": "Cards that were good for as long before, and stay as they are."}
    )
    without_card = fields.Integer(required=True, attribute="unknown")
    right_not_open = fields.Integer(
        required=True, attribute="not_open", metadata={"description": "Workers whose right is not open; not in `of`."}
    )
    is_complete = fields.Boolean(required=True)
    text = fields.Method("sentence", metadata=TEXT, required=True)

    def sentence(self, cards: Cards) -> str:
        code = "complete" if cards.is_complete else "going-on"
        beside = {"already-good": cards.already_good, "without-card": cards.unknown, "right-not-open": cards.not_open}
        sentences = [translate(f"declaration.cards.{code}", refreshed=cards.refreshed, of=cards.of)]
        sentences += [translate(f"declaration.cards.{why}", count=count) for why, count in beside.items() if count]
        return " ".join(sentences)


class ProgressView(Schema):
    """How far the check of the files has come. Of a short file nothing is said: it is checked at once."""

    step = fields.Enum(CheckStep, by_value=True, required=True)
    done = fields.Integer(required=True, metadata={"description": "Lines that are read, or workers that are kept."})
    of = fields.Integer(required=True, metadata={"description": "How many there are."})
    text = fields.Method("sentence", metadata=TEXT, required=True)

    def sentence(self, progress: CheckProgress) -> str:
        return translate(f"declaration.progress.{progress.step}", done=progress.done, of=progress.of)


class PaymentView(Schema):
    """What of the debt has come."""

    status = fields.Enum(ObligationStatus, by_value=True, required=True)
    text = fields.Method("sentence", metadata=TEXT, required=True)
    due = Amount(required=True, attribute="due_minor")
    paid = Amount(required=True, attribute="paid_minor")
    left = Amount(required=True, attribute="left_minor")

    def sentence(self, obligation: Obligation) -> str:
        return translate(f"declaration.payment.{obligation.status}")


# --- Declarations -----------------------------------------------------------------------------------------------------


class FormName(fields.String):
    """The fund's own name of a form."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **more: Any) -> str:
        return named(fund().declarations.forms[value].names)


class StatusText(fields.String):
    """What a status means to the employer."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **more: Any) -> str:
        return translate(f"declaration.status.{value}")


class SummaryView(Schema):
    """A declaration in a list."""

    declaration_id = fields.String(required=True)
    employer_id = fields.String(required=True)
    form = fields.String(required=True)
    form_name = FormName(required=True, attribute="form", dump_only=True)
    period = fields.String(required=True)
    establishment = fields.String(
        required=True, metadata={"description": "The place of work that the lines name; empty where they name none."}
    )
    revision = fields.Integer(required=True, metadata={"description": "From 1 once accepted, 0 before."})
    complement = fields.Integer(
        required=True,
        metadata={"description": "Which of the period's complementary declarations it is, from 1; 0 of any other."},
    )
    is_complement = fields.Boolean(required=True)
    intake = fields.Enum(
        Intake,
        by_value=True,
        required=True,
        metadata={"description": "How it came: by `files`, `typed` line by line, or as `nothing` to declare."},
    )
    status = fields.Enum(Status, by_value=True, required=True)
    text = StatusText(required=True, attribute="status", dump_only=True)
    received_at = fields.AwareDateTime(required=True)
    replaces = fields.String(required=True, allow_none=True)
    replaced_by = fields.String(required=True, allow_none=True)
    workers = fields.Integer(required=True, attribute="booked.workers", allow_none=True, dump_default=None)
    wages = Amount(required=True, attribute="booked.wages_minor", allow_none=True, dump_default=None)
    due = Amount(required=True, attribute="booked.assessment.total_minor", allow_none=True, dump_default=None)
    due_on = fields.Date(required=True, attribute="booked.assessment.due_on", allow_none=True, dump_default=None)
    confirm_until = fields.AwareDateTime(
        required=True,
        allow_none=True,
        metadata={"description": "Until when what was found can be confirmed; null where nothing is to be confirmed."},
    )
    is_late = fields.Boolean(required=True, attribute="booked.is_late", allow_none=True, dump_default=None)
    currency = fields.Function(lambda _: fund().currency.value, metadata=TEXT, required=True)
    version = fields.Integer(required=True)


class CauseView(Schema):
    """Why an annual declaration and the slips of its year differ."""

    code = fields.String(required=True)
    text = fields.String(required=True)
    count = fields.Integer(required=True)


class ReconciliationView(Schema):
    """An annual declaration beside the slips of its year: what they declared, called and were paid, and why it
    differs. Each difference is a finding, too."""

    slips = Amount(required=True, attribute="slips_minor")
    annual = Amount(required=True, attribute="annual_minor")
    expected = Amount(required=True, attribute="expected_minor")
    called = Amount(required=True, attribute="called_minor")
    paid = Amount(required=True, attribute="paid_minor")
    workers = fields.Integer(required=True)
    equal = fields.Integer(required=True)
    is_equal = fields.Boolean(required=True)
    causes = Derived(CauseView, of=lambda it: _causes(it.causes), many=True, required=True)


def _causes(causes: Mapping[str, int]) -> list[dict[str, Any]]:
    """Those that the fund's table has a sentence for, the most frequent first."""
    said = {code: _sentence(f"{plausibility.PREFIX}{code}", {}) for code in causes}
    return [
        {"code": code, "text": said[code], "count": count}
        for code, count in sorted(causes.items(), key=lambda each: (-each[1], each[0]))
    ]


class DeclarationView(SummaryView):
    """A declaration with its receipts, what is due by quarter, side and branch, and what has become of it since."""

    receipts = fields.List(fields.Nested(ReceiptView), required=True)
    slips = fields.List(fields.Nested(SlipView), required=True, attribute="booked.assessment.slips", dump_default=list)
    progress = fields.Nested(ProgressView, required=True, allow_none=True)
    cards = fields.Nested(CardsView, required=True, allow_none=True)
    payment = fields.Nested(PaymentView, required=True, allow_none=True, attribute="obligation")
    reconciliation = fields.Nested(
        ReconciliationView,
        required=True,
        allow_none=True,
        metadata={"description": "Beside the slips of its year; null where the fund has none."},
    )
    may_be_taken_back = fields.Function(
        lambda it: rules.may_be_taken_back(it.declaration, fund=fund()),
        required=True,
        metadata={
            "type": "boolean",
            "description": "Whether it is complementary and accepted, and its form lets the employer take it back.",
        },
    )

    def get_attribute(self, obj: Consulted, attr: str, default: Any) -> Any:
        """From the declaration, but for what has become of it."""
        of = obj if attr in {"cards", "obligation", "progress"} else obj.declaration
        return super().get_attribute(of, attr, default)


SummaryPage = paged(SummaryView)


# --- Findings and lines -----------------------------------------------------------------------------------------------


class FindingView(Schema):
    """One thing to say about one place of a file. Line and column count from 1; 0 is the file or line as a whole."""

    severity = fields.Enum(Severity, by_value=True, required=True)
    code = fields.String(required=True)
    file = fields.Enum(FileRole, by_value=True, required=True)
    file_name = fields.String(
        required=True, metadata={"description": "What its sender called the file; empty where there is none."}
    )
    line = fields.Integer(required=True)
    column = fields.Integer(required=True)
    field = fields.String(required=True)
    field_code = fields.String(
        required=True,
        metadata={"description": "The field by its code in the fund's layout; empty where none is meant."},
    )
    found = fields.String(required=True)
    expected = fields.String(required=True)
    hint = fields.String(required=True)

    @pre_dump
    def put_into_words(self, finding: Finding, **more: Any) -> dict[str, Any]:
        return {**vars(finding), "field_code": finding.field, **vars(in_words(finding, translate=_sentence))}


class FindingsQuery(CursorQuery):
    code = fields.String(
        load_default="",
        validate=validate.Length(0, CODE_CHARACTERS_MAX),
        metadata={"description": "The findings of one kind alone, by its code."},
    )


class FindingKindView(Schema):
    """A kind of findings, and how many there are of it."""

    code = fields.String(required=True)
    severity = fields.Enum(Severity, by_value=True, required=True)
    count = fields.Integer(required=True)
    hint = fields.Function(lambda kind: in_words(kind.example, translate=_sentence).hint, metadata=TEXT, required=True)


class FindingsView(Schema):
    """A page of findings; `next` is the cursor of the page after it. `kinds` are those of all findings, the gravest
    first."""

    kinds = fields.List(fields.Nested(FindingKindView), required=True)
    items = fields.List(fields.Nested(FindingView), required=True)
    next = fields.Integer(required=True, allow_none=True)


class WageView(Schema):
    quarter = fields.Integer(required=True)
    duration = fields.Integer(required=True)
    unit = fields.Enum(Unit, by_value=True, required=True, metadata={"description": "H hours, D days, M months"})
    wage = Amount(required=True, attribute="wage_minor")


class LineView(Schema):
    """A worker as the employer declared them."""

    line = fields.Integer(required=True)
    insurance_number = fields.String(required=True)
    family_name = fields.String(required=True)
    first_name = fields.String(required=True)
    birth_on = fields.String(
        required=True, allow_none=True, metadata={"description": "As far as it is known: 1950-03-12, 1950-03 or 1950."}
    )
    national_id = fields.String(required=True, allow_none=True)
    entered_on = fields.Date(required=True, allow_none=True)
    left_on = fields.Date(required=True, allow_none=True)
    situation = fields.String(
        required=True,
        metadata={"description": "Why somebody left or did not work, by the fund's code; empty where none is said."},
    )
    wages = fields.List(fields.Nested(WageView), required=True)


class LinesView(Schema):
    """A page of workers; `next` is the number of the page after it."""

    items = fields.List(fields.Nested(LineView), required=True)
    next = fields.Integer(required=True, allow_none=True)


def _sentence(code: str, parameters: Mapping[str, str | int]) -> str:
    """A sentence of this service, or of the fund's own table of what it looks at in a declaration."""
    for form in fund().declarations.forms.values():
        if check := (form.plausibility or {}).get(code.removeprefix(plausibility.PREFIX)):
            return named(check.sentence)
    return translate(code, **parameters)
