"""Reactions to events, for messages: each notifies persons or employers. Most are declared in a template's own file
(`answers`). Here are those that need more than the fields of one event: several recipients, or a computed value.
"""

from collections.abc import Callable

from services.notifications.messages import actions, answering
from services.notifications.messages.rules import Notice
from services.notifications.templates import catalogue
from services.notifications.templates.template import Value
from shared.bus.reactions import Reactions
from shared.events.declaring import case_of
from shared.events.identity import CardsRefreshed, PasswordChanged
from shared.events.payments.declarations import DeclarationAccepted
from shared.storage.unit_of_work import UnitOfWork

reactions = Reactions()


def _notify(event_type: type) -> Callable[[UnitOfWork, object], None]:
    def notify(uow: UnitOfWork, event: object) -> None:
        for template in catalogue.answering(event_type.__name__):
            notice = answering.notice(template, event)
            if notice is not None:
                actions.notify(uow, notice, part_of=case_of(event))

    return notify


for each in answering.events():
    reactions.to(each)(_notify(each))


@reactions.to(PasswordChanged)
def notify_password_changed(uow: UnitOfWork, event: PasswordChanged) -> None:
    """To the owner, or to the firms that they act for; of the fund's own staff no address is known here."""
    template = "password-changed" if event.person_ref else "user-password-changed"
    owner_ids = [event.person_ref] if event.person_ref else event.employer_ids
    notices = (
        Notice(
            template=template,
            occasion=f"{event.account_id}/{event.changed_at.isoformat()}",
            about=event.account_id,
            owner_id=owner_id,
            parameters={"changed_at": event.changed_at.isoformat()},
        )
        for owner_id in owner_ids
    )
    actions.notify(uow, *notices, part_of=event.account_id)


@reactions.to(CardsRefreshed)
def notify_cards_refreshed(uow: UnitOfWork, event: CardsRefreshed) -> None:
    notices = (
        Notice(
            template=template,
            occasion=event.declaration_id,  # once a declaration, on however many of its pages a person stands
            about=event.declaration_id,
            owner_id=card.person_ref,
            parameters={"valid_until": card.valid_until.isoformat()},
        )
        for template, published in (("card-refreshed", event.cards), ("card-closed", event.closed))
        for card in published
    )
    actions.notify(uow, *notices, part_of=f"{event.declaration_id}/{event.page}")


@reactions.to(DeclarationAccepted)
def notify_declaration_accepted(uow: UnitOfWork, event: DeclarationAccepted) -> None:
    """What is due and by when; what is overdue; where something was paid already, what is left; or that nothing was to
    be declared."""
    parameters: dict[str, Value] = {
        "form": event.form,
        "period": event.period,
        "workers": event.workers,
        "due": event.due_minor,
        "due_on": event.due_on.isoformat(),
    }
    template = "declaration-accepted"
    if not event.workers and not event.paid_minor:
        template = "declaration-accepted-nothing"
        parameters = {"form": event.form, "period": event.period}
    elif event.paid_minor:
        template = "declaration-accepted-again"
        parameters |= {"paid": event.paid_minor, "left": max(0, event.due_minor - event.paid_minor)}
    elif event.due_on < uow.fund.day_of(event.accepted_at):
        template = "declaration-accepted-late"
    notice = Notice(
        template=template,
        occasion=event.declaration_id,
        about=event.declaration_id,
        owner_id=event.employer_id,
        parameters=parameters,
    )
    actions.notify(uow, notice, part_of=event.declaration_id)
