"""The events that payments publishes: declarations and their wages, money called, debited and paid out."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from shared.events.declaring import event
from shared.kernel.personal import DataClass, Encrypted

QUARTER = "quarter"
STATEMENT_LINES_MAX = 600
"""Of one statement of account that is published to be printed."""


@event(case="declaration_id")
class DeclarationReceived:
    """An employer's wage file was stored; payments itself checks it next."""

    declaration_id: str
    employer_id: str
    form: str
    period: str
    received_at: datetime


@event(case="declaration_id")
class DeclarationRefused:
    """A wage file has errors and nothing of it was booked; notifications informs the employer."""

    declaration_id: str
    employer_id: str
    form: str
    period: str
    errors: int
    refused_at: datetime
    establishment: str | None = None


@event(case="declaration_id")
class DeclarationToConfirm:
    """A declaration could be accepted, but says what touches rights and is seldom meant; notifications asks the
    employer to confirm or withdraw it until `confirm_until`. `findings` counts what is to be confirmed. It is published
    once more (`is_reminder`) shortly before that time is over."""

    declaration_id: str
    employer_id: str
    form: str
    period: str
    findings: int
    confirm_until: datetime
    asked_at: datetime
    establishment: str | None = None
    is_reminder: bool = False


@event(case="declaration_id")
class DeclarationWithdrawn:
    """A declaration was taken back before it was accepted, or (`is_lapsed`) was not confirmed in time; nothing of it
    was booked, and of one that lapsed notifications informs the employer."""

    declaration_id: str
    employer_id: str
    form: str
    period: str
    is_lapsed: bool
    withdrawn_at: datetime
    establishment: str | None = None


@event(case="declaration_id")
class DeclarationAccepted:
    """A declaration became a fact; the wages follow page by page, notifications informs the employer.

    `paid_minor` is what the employer has paid already of `due_minor`, for the declaration that this one replaces.
    `revision` counts those of one employer, establishment, form and period; `establishment` is the code of the place
    of work where it is not the employer's main one.
    """

    declaration_id: str
    employer_id: str
    form: str
    period: str
    revision: int
    replaces: str | None = None
    workers: int
    wages_minor: int
    due_minor: int
    currency: str
    due_on: date
    pages: int
    accepted_at: datetime
    establishment: str | None = None
    paid_minor: int = 0


@dataclass(frozen=True, kw_only=True)
class WagePeriod:
    """What was earned in one quarter; `duration` counts units: H hours, D days, M months."""

    year: int
    quarter: int
    duration: int
    unit: str
    wage_minor: int


@dataclass(frozen=True, kw_only=True)
class DeclaredWage:
    """One worker's line of a declaration. `is_withdrawn`: the declaration no longer names the person, whom the one
    before named."""

    person_ref: str
    periods: tuple[WagePeriod, ...]
    entered_on: date | None = None
    left_on: date | None = None
    is_withdrawn: bool = False


@event(case="declaration_id")
class WagesDeclared:
    """A page of an accepted declaration, by quarters; claims opens rights from it, documents writes careers.

    Pages count from 1 to `pages`. What an employer declares for one `establishment` says nothing of its others. It is
    published beside version 2 until its last reaction has moved, of declarations that give wages by quarters only;
    `has_version_2` informs consumers of both that the same page comes as version 2 too.
    """

    declaration_id: str
    employer_id: str
    form: str
    period: str
    revision: int
    page: int
    pages: int
    currency: str
    wages: tuple[DeclaredWage, ...]
    accepted_at: datetime
    establishment: str | None = None
    has_version_2: bool = False


@dataclass(frozen=True, kw_only=True)
class WagePeriodV2:
    """What was earned in one period: the year, the half-year, quarter or month (`kind`) of a `number` from 1;
    `duration` counts units: H hours, D days, M months."""

    year: int
    kind: str
    number: int
    duration: int
    unit: str
    wage_minor: int


@dataclass(frozen=True, kw_only=True)
class DeclaredWageV2:
    """One worker's line of a declaration. `is_withdrawn`: the declaration no longer names the person, whom the one
    before named."""

    person_ref: str
    periods: tuple[WagePeriodV2, ...]
    entered_on: date | None = None
    left_on: date | None = None
    is_withdrawn: bool = False


@event(case="declaration_id", version=2)
class WagesDeclaredV2:
    """A page of an accepted declaration, by periods of any kind; claims opens rights from it, documents writes careers.

    Pages count from 1 to `pages`. What an employer declares for one `establishment` says nothing of its others.
    """

    declaration_id: str
    employer_id: str
    form: str
    period: str
    revision: int
    page: int
    pages: int
    currency: str
    wages: tuple[DeclaredWageV2, ...]
    accepted_at: datetime
    establishment: str | None = None


def in_version_2(page: WagesDeclared) -> WagesDeclaredV2:
    """The same page as version 2 says it."""
    return WagesDeclaredV2(
        declaration_id=page.declaration_id,
        employer_id=page.employer_id,
        form=page.form,
        period=page.period,
        revision=page.revision,
        page=page.page,
        pages=page.pages,
        currency=page.currency,
        wages=tuple(
            DeclaredWageV2(
                person_ref=wage.person_ref,
                periods=tuple(
                    WagePeriodV2(
                        year=each.year,
                        kind=QUARTER,
                        number=each.quarter,
                        duration=each.duration,
                        unit=each.unit,
                        wage_minor=each.wage_minor,
                    )
                    for each in wage.periods
                ),
                entered_on=wage.entered_on,
                left_on=wage.left_on,
                is_withdrawn=wage.is_withdrawn,
            )
            for wage in page.wages
        ),
        accepted_at=page.accepted_at,
        establishment=page.establishment,
    )


def in_version_1(page: WagesDeclaredV2) -> WagesDeclared | None:
    """The same page for those who read version 1; None where a wage is of another period than a quarter."""
    if any(each.kind != QUARTER for wage in page.wages for each in wage.periods):
        return None
    return WagesDeclared(
        declaration_id=page.declaration_id,
        employer_id=page.employer_id,
        form=page.form,
        period=page.period,
        revision=page.revision,
        page=page.page,
        pages=page.pages,
        currency=page.currency,
        wages=tuple(
            DeclaredWage(
                person_ref=wage.person_ref,
                periods=tuple(
                    WagePeriod(
                        year=each.year,
                        quarter=each.number,
                        duration=each.duration,
                        unit=each.unit,
                        wage_minor=each.wage_minor,
                    )
                    for each in wage.periods
                ),
                entered_on=wage.entered_on,
                left_on=wage.left_on,
                is_withdrawn=wage.is_withdrawn,
            )
            for wage in page.wages
        ),
        accepted_at=page.accepted_at,
        establishment=page.establishment,
        has_version_2=True,
    )


@event(case="collection_id")
class CollectionRequested:
    """An employer chose to pay; payments' bank adapter acts next where the rail needs it."""

    collection_id: str
    declaration_id: str
    employer_id: str
    rail: str
    amount_minor: int
    currency: str


@event(case="collection_id")
class DebitAnnounced:
    """An employer's account will be debited on a day, by its mandate, for a declaration or, where there is a `plan_id`,
    for an instalment of that settlement plan; notifications informs the employer before."""

    collection_id: str
    declaration_id: str
    employer_id: str
    form: str
    period: str
    mandate_id: str
    amount_minor: int
    currency: str
    debit_on: date
    announced_at: datetime
    plan_id: str = ""


@event(case="collection_id")
class DebitRefused:
    """Nothing was debited, by the bank's word or because no mandate was in force (`reason`: a code of ISO 20022).
    `repeated_on` is the day of another attempt, or null; then it is to be paid in another way. Payments counts failures
    of the mandate, notifications informs the employer."""

    collection_id: str
    declaration_id: str
    employer_id: str
    form: str
    period: str
    mandate_id: str
    amount_minor: int
    currency: str
    reason: str
    repeated_on: date | None
    refused_at: datetime
    plan_id: str = ""


@event(case="collection_id")
class PaymentDebited:
    """The bank says that the payer was debited and the fund credited; the ledger is posted with it."""

    collection_id: str
    declaration_id: str
    employer_id: str
    rail: str
    amount_minor: int
    currency: str
    debited_at: datetime
    mandate_id: str = ""


@event(case="collection_id")
class PaymentReversed:
    """The bank took money back that had come for a declaration or, where there is a `plan_reference`, for `instalments`
    of that settlement plan (`reason`: a code of ISO 20022, or empty): what it paid is open again, and notifications
    informs the employer."""

    collection_id: str
    declaration_id: str
    employer_id: str
    form: str
    period: str
    rail: str
    amount_minor: int
    currency: str
    reason: str
    reversed_at: datetime
    mandate_id: str = ""
    plan_id: str = ""
    plan_reference: str = ""
    instalments: tuple[int, ...] = ()


@event(case="collection_id")
class MobilePaymentTaken:
    """An operator of mobile money says that it took a payment for a declaration or, where there is a `plan_reference`,
    for `instalments` of that settlement plan; the ledger is posted with it, and notifications sends the employer the
    receipt."""

    collection_id: str
    declaration_id: str
    employer_id: str
    form: str
    period: str
    operator: str
    receipt: str
    reference: str
    amount_minor: int
    currency: str
    taken_at: datetime
    plan_id: str = ""
    plan_reference: str = ""
    instalments: tuple[int, ...] = ()


@event(case="mandate_id")
class MandateIssued:
    """An employer wants to let the fund debit its account; documents prints the form for its bank to sign, in the
    employer's `language`, until when it may be signed (`valid_until`) and with the `account` (JSON: number, rule,
    holder, bank), encrypted for the employer. Those of an earlier release say none of the three: no form is printed."""

    mandate_id: str
    reference: str
    employer_id: str
    amount_max_minor: int | None = None
    currency: str
    starts_on: date
    ends_on: date | None = None
    issued_at: datetime
    language: str = ""
    valid_until: date | None = None
    account: Annotated[Encrypted, DataClass.BANK] | None = None


@event(case="mandate_id")
class MandateDoubted:
    """What the bank said of a mandate differs from what the employer signed, or it said nothing: `findings` are codes.
    A person of the fund decides; notifications informs the employer that it takes longer."""

    mandate_id: str
    reference: str
    employer_id: str
    findings: tuple[str, ...]
    doubted_at: datetime


@event(case="mandate_id")
class MandateAccepted:
    """The bank's agreement is verified and the fund accepts the mandate: it may be debited from now on. Payments draws
    by it what is next of a settlement plan, and notifications informs the employer."""

    mandate_id: str
    reference: str
    employer_id: str
    amount_max_minor: int | None = None
    currency: str
    starts_on: date
    ends_on: date | None = None
    accepted_at: datetime


@event(case="mandate_id")
class MandateRefused:
    """The bank (`is_by_bank`, `reason` is a code of ISO 20022 or its own) or an agent of the fund refuses a mandate;
    notifications informs the employer."""

    mandate_id: str
    reference: str
    employer_id: str
    is_by_bank: bool
    reason: str
    refused_at: datetime


@event(case="mandate_id")
class MandateAmended:
    """The bank answered other terms of a mandate: they hold from now on, or (`is_agreed` is false) those from before
    stay in force. Payments looks at the employer's settlement plan, and notifications informs the employer."""

    mandate_id: str
    reference: str
    employer_id: str
    is_agreed: bool
    reason: str
    amended_at: datetime


@event(case="mandate_id")
class MandateSuspended:
    """Nothing is debited by a mandate until it is resumed. Where too many debits came back (`is_by_failures`)
    notifications informs the employer, who has to pay in another way."""

    mandate_id: str
    reference: str
    employer_id: str
    is_by_failures: bool
    failures: int
    suspended_at: datetime


@event(case="mandate_id")
class MandateResumed:
    """A suspended mandate may be debited again; payments draws by it what is next of a settlement plan."""

    mandate_id: str
    reference: str
    employer_id: str
    resumed_at: datetime


@event(case="mandate_id")
class MandateCancelled:
    """A mandate ended (`cancelled_by`: employer, bank or fund); notifications informs the employer."""

    mandate_id: str
    reference: str
    employer_id: str
    cancelled_by: str
    reason: str
    cancelled_at: datetime


@event(case="mandate_id")
class MandateExpired:
    """The time of a mandate is over: of its form, of itself (`was_accepted`), or without any debit. Notifications
    informs the employer."""

    mandate_id: str
    reference: str
    employer_id: str
    was_accepted: bool
    expired_at: datetime


@event(case="clearance_id")
class ClearanceGranted:
    """An employer has declared and paid what was due by `judged_on`, by the fund's rule; documents issues the
    certificate, which is valid until `valid_until` at most. With `has_arrangement` something is unpaid for which the
    fund agreed to wait."""

    clearance_id: str
    reference: str
    employer_id: str
    purpose: str
    language: str
    judged_on: date
    valid_until: date
    has_arrangement: bool
    granted_at: datetime


@event(case="clearance_id")
class ClearanceWithdrawn:
    """Something is unpaid or undeclared since an employer was given a clearance, and the fund takes it back; documents
    revokes the certificate."""

    clearance_id: str
    reference: str
    employer_id: str
    withdrawn_at: datetime


@dataclass(frozen=True)
class BookedLine:
    """One entry of an employer's statement of account, with what it owes after it, below zero what it has to its
    credit."""

    value_on: date
    kind: str
    period: str
    charged_minor: int
    credited_minor: int
    balance_minor: int


@event(case="reference")
class AccountStatementDrawn:
    """An employer asked for its statement of account as a paper: what it owed before a time, each line that was booked
    to it in that time, and what it owes after it, as it stood at `drawn_at`. documents prints it. Without `from_on` it
    begins with the first entry; with a `period` it is of that period alone."""

    reference: str
    employer_id: str
    language: str
    from_on: date | None
    until_on: date
    period: str
    opening_minor: int
    closing_minor: int
    lines: tuple[BookedLine, ...]
    drawn_at: datetime


@event(case="declaration_id")
class DeclarationPaid:
    """Declared equals collected; notifications sends the receipt."""

    declaration_id: str
    employer_id: str
    form: str
    period: str
    amount_minor: int
    currency: str
    paid_at: datetime


@event(case="claim_id")
class BenefitOrdered:
    """A payout of an approved claim, or of the payment of an award for a period (then it names both, and the claim is
    the one that opened the award), stands in the list for the bank; claims moves on to ordered."""

    claim_id: str
    payout_id: str
    person_ref: str
    amount_minor: int
    currency: str
    ordered_at: datetime
    award_id: str = ""
    payment_id: str = ""


@event(case="claim_id")
class BenefitPaid:
    """The bank booked the payout; claims closes the claim, or notes the payment of the award, and notifications informs
    the person."""

    claim_id: str
    payout_id: str
    person_ref: str
    amount_minor: int
    currency: str
    paid_at: datetime
    award_id: str = ""
    payment_id: str = ""


@event(case="claim_id")
class BenefitReturned:
    """The bank could not pay; claims shows it and the person must give another account."""

    claim_id: str
    payout_id: str
    person_ref: str
    reason: str
    returned_at: datetime
    award_id: str = ""
    payment_id: str = ""


@dataclass(frozen=True, kw_only=True)
class ChargedDebt:
    """What was charged for the lateness of one debt; whether a rule of it has yet to be confirmed by the fund."""

    declaration_id: str
    form: str
    period: str
    amount_minor: int
    is_to_be_confirmed: bool


@event(case="employer_id")
class PenaltiesCharged:
    """Penalties for lateness were charged to an employer, all that were charged about the same time, debt by debt;
    notifications informs the employer, once for each `notice_id`. `is_to_be_confirmed` where a rule of any of it has
    yet to be confirmed by the fund."""

    notice_id: str
    employer_id: str
    debts: tuple[ChargedDebt, ...]
    debt_count: int
    amount_minor: int
    currency: str
    is_to_be_confirmed: bool
    charged_on: date
    charged_at: datetime


@event(case="declaration_id")
class DeferralReminded:
    """The day is near to which a measure put off a debt, or a part of it (`due_on`), of which `amount_minor` is left;
    notifications reminds the employer."""

    declaration_id: str
    employer_id: str
    form: str
    period: str
    due_on: date
    amount_minor: int
    currency: str
    reminded_at: datetime


@event(case="assessment_id")
class ProvisionallyAssessed:
    """An employer declared nothing for a period, and the fund assessed what it owes until it declares; notifications
    informs the employer. `basis_period` is the period from whose declaration it was computed; `due_on` the last day on
    which the period could have been declared in time. `establishment` as for a declaration."""

    assessment_id: str
    employer_id: str
    form: str
    period: str
    establishment: str | None = None
    due_minor: int
    currency: str
    due_on: date
    basis_period: str
    is_to_be_confirmed: bool
    assessed_at: datetime


@event(case="assessment_id")
class ProvisionalAssessmentWithdrawn:
    """The fund took a provisional assessment back: nothing is owed for it any more; notifications informs the
    employer."""

    assessment_id: str
    employer_id: str
    form: str
    period: str
    withdrawn_at: datetime


@event(case="award_id")
class RepaymentReceived:
    """Money of a person came on the fund's account by the reference of an overpayment; claims books it on the
    overpayment of the award. `received_on` is the day that the bank booked it, `entry_id` the bank's entry."""

    award_id: str
    person_ref: str
    repayment_reference: str
    entry_id: str
    amount_minor: int
    currency: str
    received_on: date
    received_at: datetime


@event(case="award_id")
class RepaymentReversed:
    """The bank took back money that had come for an overpayment; claims takes it off what the person has paid back."""

    award_id: str
    person_ref: str
    repayment_reference: str
    entry_id: str
    amount_minor: int
    currency: str
    reversed_on: date
    reversed_at: datetime


@event(case="person_ref")
class SelfContributionCalled:
    """A month has begun for which a person pays the contributions alone: what is due, until when, and by which
    reference it is paid. notifications informs the person."""

    person_ref: str
    month: str
    payment_reference: str
    amount_minor: int
    currency: str
    due_on: date
    called_at: datetime


@event(case="person_ref")
class SelfContributionPaid:
    """All that a person who pays the contributions alone owes for a month has come; `month` is written as a period,
    such as 2026-M01. For whoever keeps a person's rights: the month counts as paid."""

    person_ref: str
    month: str
    payment_reference: str
    amount_minor: int
    currency: str
    paid_on: date
    paid_at: datetime


@event(case="person_ref")
class SelfContributionReopened:
    """The bank took back money of a month that a self-payer had paid: `left_minor` is due again, and the month does not
    count as paid."""

    person_ref: str
    month: str
    payment_reference: str
    left_minor: int
    currency: str
    reopened_on: date
    reopened_at: datetime


@event(case="endpoint_id")
class EndpointDisabled:
    """A partner's endpoint is called no more; the fund's operators speak with the partner."""

    endpoint_id: str
    partner: str
    reason: str
    disabled_at: datetime


@event(case="plan_id")
class SettlementAsked:
    """An employer asks to pay its debts in instalments; notifications confirms it."""

    plan_id: str
    reference: str
    employer_id: str
    months: int
    asked_at: datetime


@event(case="plan_id")
class SettlementAgreed:
    """The fund agreed to a settlement plan: its schedule is frozen, and its debts cost no more for coming late.
    Notifications informs the employer. After the last instalment `waived_minor` of the penalties is waived."""

    plan_id: str
    reference: str
    employer_id: str
    months: int
    to_pay_minor: int
    waived_minor: int
    currency: str
    first_due_on: date
    first_amount_minor: int
    agreed_at: datetime


@event(case="plan_id")
class SettlementRefused:
    """The fund refused a settlement plan, with a reason that notifications tells the employer."""

    plan_id: str
    reference: str
    employer_id: str
    reason: str
    refused_at: datetime


@event(case="plan_id")
class SettlementBroken:
    """A settlement plan is broken (`because`: instalments were `missed`, not all had come by the `last-day`, or what
    became due since is unpaid, `current-unpaid`): penalties are owed again. Notifications informs the employer."""

    plan_id: str
    reference: str
    employer_id: str
    because: str
    left_minor: int
    currency: str
    broken_at: datetime


@event(case="plan_id")
class SettlementFinished:
    """All instalments of a settlement plan came, and penalties were waived; notifications informs the employer."""

    plan_id: str
    reference: str
    employer_id: str
    paid_minor: int
    waived_minor: int
    currency: str
    finished_at: datetime


@event(case="plan_id")
class InstalmentReminded:
    """An instalment of a settlement plan is due soon, or was missed (`is_missed`); one that is to be debited names the
    day (`debit_on`). Notifications reminds the employer."""

    plan_id: str
    reference: str
    employer_id: str
    number: int
    due_on: date
    amount_minor: int
    currency: str
    is_missed: bool
    reminded_at: datetime
    debit_on: date | None = None
