"""What must never be, asked of the database of payments alone."""

from deploy.local.verify.questions import QUESTIONS, ask
from deploy.local.verify.seen import Seen
from shared.storage.service_context import ServiceContext
from tests.kit.contexts import keys

OF_PAYMENTS = ("I4", "I5", "I6", "I8", "I10", "I13")
"""Those whose ground is there: no broker, no other service, and no periodic task that links the audit."""


def offences(context: ServiceContext, *, bank_url: str = "") -> list[str]:
    """Whatever offends an invariant. Must be empty."""
    seen = Seen(databases={"payments": context.database}, bank=bank_url, bank_keys=keys())
    answers = [ask(question, seen) for question in QUESTIONS if question.name in OF_PAYMENTS]
    return [f"{each.name}: {offence}" for each in answers for offence in each.offending]
