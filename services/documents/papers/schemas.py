"""The shapes of papers over HTTP."""

from marshmallow import Schema, fields, validate

from services.documents.papers.content import OF_EMPLOYERS, PaperKind, PaperLanguage, title_of
from shared.funds.period import WRITTEN
from shared.http.problems import language, translate
from shared.http.shapes import TEXT, PagedQuery, fund, many, paged
from shared.process.access_journal.schemas import PurposeQuery

AWARD_LENGTH_MAX = 40
PERIOD = validate.Regexp(f"^{WRITTEN}$")


class PagedPurposeQuery(PagedQuery, PurposeQuery):
    """Which page, and why an agent looks."""


class EmployerPapersQuery(PagedPurposeQuery):
    """Those about one thing, by its number; all of them where none is given."""

    about = fields.String(
        load_default="",
        validate=validate.Length(0, AWARD_LENGTH_MAX),
        metadata={"description": "The number of what they are about; all papers where it is left out"},
    )


class RequestBody(Schema):
    """A paper to be printed. The period is for a salary certificate; left out, it is the whole career."""

    kind = fields.Enum(PaperKind, by_value=True, required=True, validate=validate.NoneOf(OF_EMPLOYERS))
    language = fields.Enum(PaperLanguage, by_value=True, required=True)
    from_period = fields.String(
        validate=PERIOD,
        metadata={"description": "A year (2025), half-year (2026-H1), quarter (2026-Q1) or month (2026-M01)"},
    )
    to_period = fields.String(validate=PERIOD, metadata={"description": "Included"})
    award = fields.String(
        load_default="",
        validate=validate.Length(0, AWARD_LENGTH_MAX),
        metadata={"description": "Of a certificate of an award, its number; left out, it is the only one that holds"},
    )


class WithdrawalView(Schema):
    reason = fields.String(required=True)
    text = fields.Function(lambda it: translate(f"paper.reason.{it.reason}"), metadata=TEXT, required=True)
    withdrawn_at = fields.AwareDateTime(required=True)


class FailureView(Schema):
    reason = fields.String(required=True)
    text = fields.Function(lambda it: translate(f"paper.reason.{it.reason}"), metadata=TEXT, required=True)
    failed_at = fields.AwareDateTime(required=True)


class PaperView(Schema):
    """A paper as its holder sees it; its PDF is at `/papers/<number>/pdf` once it is valid."""

    number = fields.String(required=True)
    kind = fields.String(required=True)
    name = fields.Function(lambda it: title_of(fund(), it.said.body)[language()], metadata=TEXT, required=True)
    language = fields.String(required=True)
    status = fields.String(required=True)
    text = fields.Function(lambda it: translate(f"paper.status.{it.status}"), metadata=TEXT, required=True)
    starts_on = fields.Date(attribute="said.wages.starts_on", metadata={"description": "Of the period it certifies"})
    ends_on = fields.Date(attribute="said.wages.ends_on")
    award = fields.String(
        required=True, metadata={"description": "The number of the award that it certifies; empty for other papers"}
    )
    about = fields.String(
        required=True, metadata={"description": "Of an employer's paper, the number of what it is about; else empty"}
    )
    asked_at = fields.AwareDateTime(required=True)
    issued_at = fields.AwareDateTime(attribute="issue.issued_at")
    valid_until = fields.Date(attribute="issue.valid_until_on", metadata={"description": "Included"})
    is_to_be_confirmed = fields.Function(
        lambda it: fund().papers.types[it.kind].law.is_to_be_confirmed,
        metadata={"type": "boolean", "description": "Whether the fund has yet to confirm how long it is valid"},
        required=True,
    )
    sha256 = fields.String(attribute="issue.sha256", metadata={"description": "Of the PDF"})
    withdrawal = fields.Nested(WithdrawalView, allow_none=True)
    failure = fields.Nested(FailureView, allow_none=True)
    version = fields.Integer(required=True)


PaperPage = paged(PaperView)


class PaperTypeView(Schema):
    """A kind of paper that the fund issues."""

    kind = fields.String(required=True)
    name = fields.Function(lambda it: it.definition.names[language()], metadata=TEXT, required=True)
    languages = fields.List(fields.String(), required=True, attribute="definition.languages")
    takes_period = fields.Boolean(required=True)
    takes_award = fields.Boolean(required=True, metadata={"description": "Whether it is about an award of the holder"})
    validity_days = fields.Integer(required=True, attribute="definition.validity_days")
    law = fields.String(required=True, attribute="definition.law.reference")
    is_to_be_confirmed = fields.Boolean(required=True, attribute="definition.law.is_to_be_confirmed")


PaperTypesView = many(PaperTypeView)
