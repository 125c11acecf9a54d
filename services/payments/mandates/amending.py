"""Other terms for a mandate in force, which hold once the bank has agreed. Pure."""

from dataclasses import replace

from services.payments.mandates import bank_messages, mandate_terms
from services.payments.mandates.deadlines import with_deadline
from services.payments.mandates.mandate import ACCEPTED, Amendment, BankAgreement, Mandate, RequestKind
from services.payments.mandates.mandate_terms import EndTooEarly, MandateTerms
from services.payments.mandates.moving import MandateAct, by_platform, ids_of, noted
from services.payments.mandates.verification import findings_of
from shared.events.payments.mandates import MandateAmended
from shared.funds.fund import Fund
from shared.kernel.errors import Conflict, Invalid
from shared.kernel.outcome import Outcome


class NothingAmended(Invalid):
    """The terms that were asked for are those in force."""

    code = "mandate.nothing-amended"


class AmendmentPending(Conflict):
    """The bank has not answered the last amendment."""

    code = "mandate.amendment-pending"


class NotInForce(Conflict):
    """Only the terms of a mandate in force are changed."""

    code = "mandate.not-in-force"


def amend(mandate: Mandate, terms: MandateTerms, *, amendment_id: str, act: MandateAct, fund: Fund) -> Outcome[Mandate]:
    """The employer asks for another account, limit or end. The terms in force stay so until the bank has agreed."""
    if mandate.status not in ACCEPTED:
        raise NotInForce
    if mandate.amendment is not None:
        raise AmendmentPending
    account = mandate_terms.account_of(terms, fund=fund)
    mandate_terms.check_limit(terms, fund=fund)
    if terms.ends_on is not None and terms.ends_on <= fund.day_of(act.at):
        raise EndTooEarly
    wanted = (account, terms.amount_max_minor, terms.ends_on)
    if wanted == (mandate.account, mandate.amount_max_minor, mandate.ends_on):
        raise NothingAmended
    amendment = Amendment(
        amendment_id=amendment_id,
        asked_at=act.at,
        account=account,
        amount_max_minor=terms.amount_max_minor,
        ends_on=terms.ends_on,
    )
    asked = replace(
        mandate,
        amendment=amendment,
        request=bank_messages.request(amendment_id, RequestKind.AMENDMENT, fund=fund, at=act.at),
    )
    return Outcome(with_deadline(noted(asked, act=act, about="amendment-asked"), fund=fund))


def amended(mandate: Mandate, agreement: BankAgreement, *, act: MandateAct, fund: Fund) -> Outcome[Mandate]:
    """The bank agrees to the new terms; what it says has to fit them, or they are not taken."""
    wanted = mandate.amendment
    if wanted is None:
        return Outcome(mandate)
    new = replace(
        mandate,
        account=wanted.account,
        amount_max_minor=wanted.amount_max_minor,
        ends_on=wanted.ends_on,
        amendment=None,
    )
    found = findings_of(new, agreement, account=wanted.account, holder="", fund=fund)
    if found:
        return amendment_ended(mandate, reason=found[0].code, act=by_platform(act), fund=fund)
    taken = noted(replace(new, bank_agreement=agreement, request=None), act=act, about="amended")
    published = MandateAmended(**ids_of(mandate), is_agreed=True, reason="", amended_at=act.at)
    return Outcome(with_deadline(taken, fund=fund), (published,))


def amendment_ended(mandate: Mandate, *, reason: str, act: MandateAct, fund: Fund) -> Outcome[Mandate]:
    """The bank does not agree to the new terms, or did not answer: those from before stay in force."""
    before = noted(replace(mandate, amendment=None, request=None), act=act, about=reason)
    published = MandateAmended(**ids_of(mandate), is_agreed=False, reason=reason, amended_at=act.at)
    return Outcome(with_deadline(before, fund=fund), (published,))
