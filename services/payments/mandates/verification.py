"""Whether what a bank agreed to is what the employer signed: each difference is a finding with a code. Pure."""

from collections.abc import Iterator

from services.payments.mandates.mandate import BankAgreement, Mandate, MandateAccount, MandateFinding
from shared.funds.fund import Fund
from shared.kernel import normalize
from shared.kernel.money import Money


def findings_of(
    mandate: Mandate, agreement: BankAgreement, *, account: MandateAccount, holder: str, fund: Fund
) -> list[MandateFinding]:
    """Everything about an agreement that a person has to look at; nothing where the mandate may be accepted.

    `holder` is the employer's name in the fund's register, empty where it is not known. What the bank does not say is
    as it was asked, where it answers our request by name; the account it has to say otherwise.
    """
    return list(_findings(mandate, agreement, account=account, holder=holder, fund=fund))


def _findings(
    mandate: Mandate, agreement: BankAgreement, *, account: MandateAccount, holder: str, fund: Fund
) -> Iterator[MandateFinding]:
    if normalize.reference(agreement.reference) != mandate.reference:
        yield MandateFinding(code="mandate.reference-differs", expected=mandate.reference)
    if agreement.account_number is None:
        if not agreement.is_reply:
            yield MandateFinding(code="mandate.account-not-stated")
    else:
        stated = fund.payments.read_account(agreement.account_number, rule=account.rule)
        if stated is None:
            yield MandateFinding(code="mandate.account-key-wrong")
        elif stated != account.number:
            yield MandateFinding(code="mandate.account-differs")
    yield from _of_limit(mandate, agreement, fund=fund)
    if agreement.holder is not None and not _is_same_name(agreement.holder, account.holder):
        yield MandateFinding(code="mandate.holder-differs")
    if holder and not _is_same_name(account.holder, holder):
        yield MandateFinding(code="mandate.holder-not-employer")


def _of_limit(mandate: Mandate, agreement: BankAgreement, *, fund: Fund) -> Iterator[MandateFinding]:
    if agreement.currency is not None and agreement.currency != fund.currency:
        yield MandateFinding(
            code="mandate.currency-differs", found=agreement.currency[:3], expected=fund.currency.value
        )
        return
    allowed, asked = agreement.amount_max_minor, mandate.amount_max_minor
    if allowed is not None and (asked is None or allowed < asked):
        yield MandateFinding(
            code="mandate.limit-lower",
            found=str(Money(allowed, fund.currency).decimal()),
            expected="" if asked is None else str(Money(asked, fund.currency).decimal()),
        )


def _is_same_name(one: str, other: str) -> bool:
    """Whether two names are the same but for case, accents, order of words and signs: banks write in capitals of
    Latin letters, and put the legal form first or last."""
    return _words(one) == _words(other)


def _words(name: str) -> list[str]:
    return sorted(folded for word in normalize.name(name).split() if (folded := normalize.folded(word)))
