"""The shapes of statements of account over HTTP. A balance says its side, since amounts have no sign."""

from collections.abc import Callable

from marshmallow import Schema, fields, validate

from services.payments.account_statements import rules
from services.payments.account_statements.account_statement import StatementKind
from shared.funds.period import WRITTEN
from shared.http.problems import translate
from shared.http.shapes import Amount, PagedQuery, SignedAmount, fund
from shared.process.access_journal.schemas import PurposeQuery

EMPLOYER_CHARACTERS_MAX = 20
LANGUAGE_CHARACTERS_MAX = 8


class StatementQuery(PurposeQuery):
    """Of which employer, time and period: all of them where nothing is said."""

    employer_id = fields.String(required=True, validate=validate.Length(1, EMPLOYER_CHARACTERS_MAX))
    from_on = fields.Date(load_default=None)
    until_on = fields.Date(load_default=None)
    period = fields.String(load_default=None, validate=validate.Regexp(rf"^{WRITTEN}$"))


class PagedStatementQuery(PagedQuery, StatementQuery):
    """The same, page by page."""

    is_newest_first = fields.Boolean(load_default=False)


class StatementBody(StatementQuery):
    """The same for a paper, in one of the languages in which the fund issues it (`paper_languages`)."""

    language = fields.String(required=True, validate=validate.Length(1, LANGUAGE_CHARACTERS_MAX))


class DrawnStatementView(Schema):
    """A statement that is being printed."""

    reference = fields.String(required=True)
    employer_id = fields.String(required=True, attribute="statement.employer_id")
    until_on = fields.Date(required=True, attribute="statement.until_on")
    closing = SignedAmount(required=True, attribute="statement.closing_minor")
    currency = fields.Function(lambda _: fund().currency.value, metadata={"type": "string"}, required=True)
    drawn_at = fields.AwareDateTime(required=True)


class StatementLineView(Schema):
    """One entry of the ledger, as it moves what the employer owes. `balance` is what it owes after it."""

    entry_id = fields.String(required=True)
    value_on = fields.Date(required=True)
    booked_at = fields.AwareDateTime(required=True)
    kind = fields.Enum(StatementKind, by_value=True, required=True)
    text = fields.Function(
        lambda line: translate(f"account-statement.{line.kind}"), metadata={"type": "string"}, required=True
    )
    period = fields.String(required=True)
    about_id = fields.String(required=True)
    charged = Amount(required=True, attribute="charged_minor")
    credited = Amount(required=True, attribute="credited_minor")
    balance = SignedAmount(required=True, attribute="balance_minor")


class StatementView(Schema):
    """An employer's account in a time: what it owed before, what was booked, what it owes after it; and a page of the
    lines."""

    employer_id = fields.String(required=True, attribute="statement.employer_id")
    currency = fields.Function(lambda found: fund().currency.value, metadata={"type": "string"}, required=True)
    from_on = fields.Date(required=True, allow_none=True, attribute="statement.from_on")
    until_on = fields.Date(required=True, allow_none=True, attribute="statement.until_on")
    period = fields.String(required=True, allow_none=True, attribute="statement.period")
    opening = SignedAmount(required=True, attribute="statement.opening_minor")
    charged = Amount(required=True, attribute="statement.charged_minor")
    credited = Amount(required=True, attribute="statement.credited_minor")
    closing = SignedAmount(required=True, attribute="statement.closing_minor")
    paper_languages = fields.Function(
        lambda _: list(rules.languages(fund())),
        metadata={"type": "array", "items": {"type": "string"}},
        required=True,
    )
    items = fields.List(fields.Nested(StatementLineView), required=True)
    next = fields.String(
        required=True, allow_none=True, metadata={"description": "The cursor of the next page; null on the last one."}
    )


def kind_text() -> Callable[[StatementKind], str]:
    """What lines are called in the caller's language."""
    return lambda kind: translate(f"account-statement.{kind}")
