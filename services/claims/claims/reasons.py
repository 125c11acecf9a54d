"""The reasons of decisions, in the caller's language."""

from services.claims.benefits.rules import NOTHING_DUE
from services.claims.benefits.schemas import failed_text
from services.claims.claims.claim import RefusalReason
from shared.http.problems import language, translate
from shared.http.shapes import fund


def reason_text(reason: str | None, claim_type: str) -> str | None:
    """A reason in the caller's language: the fund's own sentence, or the platform's."""
    if reason is None:
        return None
    definition = fund().claim_types.get(claim_type)
    own = (definition.procedure.refusal_reasons if definition else None) or {}
    if reason in own:
        return own[reason][language()]
    conditions = [each.code for each in definition.conditions] if definition else []
    if reason in conditions or reason == NOTHING_DUE:
        return failed_text(claim_type, reason)
    return translate(f"claim.refused-for.{reason if reason in set(RefusalReason) else 'other'}")
