"""An employer's declaration, from its file to its payment."""

from datetime import date, datetime

from shared.events.declaring import event


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
