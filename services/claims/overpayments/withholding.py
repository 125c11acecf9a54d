"""What runs ask about overpayments and report to them: what may be taken of which award's payment, and what was."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from services.claims.awards import store as awards_store
from services.claims.awards.award import Award
from services.claims.awards.award import Status as AwardStatus
from services.claims.overpayments import changing, rules, store
from services.claims.overpayments.overpayment import TO_RECOVER, Overpayment, Status, Withheld
from services.claims.runs.computing import NO_DEBTS, Debt, Debts
from services.claims.runs.run import AwardAccount, AwardPayment
from shared.storage.unit_of_work import UnitOfWork


@dataclass
class OpenDebts:
    """What may be taken of the payments of a page of awards. A debt that one payment takes is not taken by the next."""

    paused: frozenset[str] = frozenset()
    others: dict[str, list[Debt]] = field(default_factory=dict)
    """By person, in the order of the awards."""

    def of(self, award: Award) -> Debts:
        """What may be taken of a payment of an award."""
        others = tuple(each for each in self.others.get(award.person_ref, ()) if each.award_id != award.award_id)
        is_paused = award.award_id in self.paused
        return Debts(is_paused=is_paused, others=others) if others or is_paused else NO_DEBTS

    def note(self, payment: AwardPayment) -> None:
        """A payment takes something off."""
        taken = {each.award_id: each.amount_minor for each in payment.withheld_for}
        if taken:
            self.others[payment.person_ref] = [
                Debt(
                    award_id=each.award_id,
                    reference=each.reference,
                    amount_minor=each.amount_minor - taken.get(each.award_id, 0),
                )
                for each in self.others.get(payment.person_ref, ())
            ]


def open_debts(uow: UnitOfWork, page: Sequence[Award]) -> OpenDebts:
    """What may be taken of the payments of these awards, by what is known now."""
    own = store.overpayments.find_many(uow, [award.award_id for award in page])
    debts = OpenDebts(paused=frozenset(each.award_id for each in own.values() if _is_paused(uow, each)))
    for each in store.open_of(uow, (award.person_ref for award in page)):
        recovery = changing.recovery_of(uow, each)
        is_taken = each.last_on is not None and recovery is not None and recovery.from_other_awards
        if is_taken and rules.may_be_taken(each, waits_for_dispute=changing.waits_for_dispute(recovery)):
            debt = Debt(award_id=each.award_id, reference=each.reference, amount_minor=each.amount_minor)
            debts.others.setdefault(each.person_ref, []).append(debt)
    return debts


def _is_paused(uow: UnitOfWork, overpayment: Overpayment) -> bool:
    """Whether nothing is taken off for an award's own: it is disputed, waits for a second person, or was settled after
    the award had ended."""
    if overpayment.status in (Status.OPEN, Status.WAIVER_PROPOSED):
        waits = changing.waits_for_dispute(changing.recovery_of(uow, overpayment))
        return not rules.may_be_taken(overpayment, waits_for_dispute=waits)
    return overpayment.last_on is not None and overpayment.status in (Status.RECOVERED, Status.WAIVED)


def note_granted(uow: UnitOfWork, payments: Iterable[AwardPayment], accounts: Iterable[AwardAccount]) -> None:
    """Payments of a run are owed from now on: what they take off is recovered by them, and what their awards carry on
    is owed by the person."""
    carried = {account.award_id: -account.carry_minor for account in accounts}
    granted = [payment for payment in payments if payment.award_id in carried]
    concerned = {payment.award_id for payment in granted}
    concerned |= {each.award_id for payment in granted for each in payment.withheld_for}
    known = store.overpayments.find_many(uow, concerned)
    held = awards_store.awards.find_many(uow, {payment.award_id for payment in granted if _has_debt(payment, known)})
    for payment in granted:
        if payment.award_id in held:
            _note_account(uow, payment, held[payment.award_id], carried_minor=carried[payment.award_id])
        for each in payment.withheld_for:
            _note_withheld(uow, payment, award_id=each.award_id, amount_minor=each.amount_minor)


def _has_debt(payment: AwardPayment, known: dict[str, Overpayment]) -> bool:
    return payment.award_id in known or bool(payment.carry_after_minor)


def _note_account(uow: UnitOfWork, payment: AwardPayment, award: Award, *, carried_minor: int) -> None:
    before = store.overpayments.find(uow, award.award_id)
    is_owed = before is not None and before.status in TO_RECOVER
    if award.status is AwardStatus.ENDED:
        # Its account carries what was paid for later periods, too; that is found by the payments themselves.
        if before is None or not is_owed:
            return
        own_minor = payment.taken_minor - rules.later_taken_minor(award, payment)
        carried_minor = before.carried_minor - min(own_minor, max(before.carried_minor, 0))
    if before is not None and is_owed:
        after = rules.taken_off(before, carried_minor=carried_minor, by=uow.by.subject, at=uow.at)
        changing.save(uow, before, after)
    else:
        changing.look_for(uow, award, carried_minor=carried_minor)


def _note_withheld(uow: UnitOfWork, payment: AwardPayment, *, award_id: str, amount_minor: int) -> None:
    before = store.overpayments.load(uow, award_id)
    taken = Withheld(
        payment_id=payment.payment_id,
        award_id=payment.award_id,
        reference=payment.reference,
        period=payment.period,
        amount_minor=amount_minor,
        at=uow.at,
    )
    changing.save(uow, before, rules.withhold(before, taken, by=uow.by.subject, at=uow.at))
