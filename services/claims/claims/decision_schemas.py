"""The shapes of decisions over HTTP."""

from collections.abc import Iterable, Mapping
from typing import Any

from marshmallow import Schema, fields

from services.claims.benefits.schemas import (
    ConditionResultView,
    ExplainedSumView,
    OfBenefit,
)
from services.claims.claims.claim import (
    Claim,
    DecidedLine,
    Decision,
    Reduction,
)
from services.claims.claims.reasons import reason_text
from shared.http.problems import translate
from shared.http.shapes import Amount


class DecidedLineView(Schema):
    number = fields.Integer(required=True)
    reimbursed = Amount(required=True, attribute="reimbursed_minor")
    price = Amount(required=True, attribute="price_minor")
    percent = fields.String(required=True)
    law = fields.String(required=True)
    is_to_be_confirmed = fields.Boolean(required=True)
    refused_for = fields.String(allow_none=True)
    refused_text = fields.String(allow_none=True)
    cover = fields.String(required=True, allow_none=True)
    reduced_for = fields.Enum(Reduction, by_value=True, required=True, allow_none=True)
    reduced_text = fields.String(required=True, allow_none=True)


def _claim_type(shown: Mapping[str, Any]) -> str:
    return str(shown["claim_type"])


class DecisionView(Schema):
    lines = fields.List(fields.Nested(DecidedLineView), required=True)
    decided_at = fields.AwareDateTime(required=True)
    refused_for = fields.String(allow_none=True)
    refused_text = fields.String(allow_none=True)
    is_by_rules = fields.Boolean(required=True)
    explained = OfBenefit(ExplainedSumView, claim_type=_claim_type, required=True, allow_none=True)
    conditions = OfBenefit(ConditionResultView, claim_type=_claim_type, many=True, required=True)


def decision_shown(claim: Claim, decision: Decision | None) -> dict[str, Any] | None:
    """A decision with the sentences of its reasons."""
    if decision is None:
        return None
    return {
        **vars(decision),
        "claim_type": claim.claim_type,
        "lines": lines_shown(claim, decision.lines),
        "refused_text": reason_text(decision.refused_for, claim.claim_type),
    }


def lines_shown(claim: Claim, lines: Iterable[DecidedLine]) -> list[dict[str, Any]]:
    """Decided lines with the sentences of their reasons."""
    return [
        {
            **vars(line),
            "refused_text": reason_text(line.refused_for, claim.claim_type),
            "reduced_text": line.reduced_for and translate(f"claim.reduced-for.{line.reduced_for}"),
        }
        for line in lines
    ]
