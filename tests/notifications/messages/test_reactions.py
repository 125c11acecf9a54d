"""What each event says to whom: once, however often it comes; by the hundreds; too early; broken."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from services.notifications.templates import catalogue, rendering
from services.notifications.wiring import service
from shared.events.claims.overpayments import OverpaymentClosed, OverpaymentFound
from shared.funds.messages import Channel
from shared.storage.service_context import ServiceContext
from tests.kit.callers import Office
from tests.kit.clock import AT
from tests.kit.contexts import DZ, funds, handle, make_unique_indexes, parked, published
from tests.kit.people import AMIRA, FIRM, KARIM
from tests.notifications import builders as made


@pytest.fixture
def registered(context: ServiceContext) -> ServiceContext:
    """A service that knows Amira and a firm by mail and mobile, and Karim by neither."""
    make_unique_indexes(service, context)
    nobody = made.person(KARIM, nothing="")
    handle(context, service, made.persons(made.person(), nobody), made.employers(made.employer()))
    return context


def kept(context: ServiceContext, **equal: Any) -> list[dict[str, Any]]:
    return list(context.database["messages"].find(equal))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("event", "template", "owner_id", "channels"),
    [
        (made.activation(), "account-activation", AMIRA, {"email"}),
        (made.recovery(), "account-recovery", AMIRA, {"email"}),
        (made.password_changed(), "password-changed", AMIRA, {"email", "sms"}),
        (made.password_changed(person_ref=None, employer_ids=(FIRM,)), "user-password-changed", FIRM, {"email"}),
        (made.cards(AMIRA), "card-refreshed", AMIRA, {"sms"}),
        (made.cards(KARIM), "card-refreshed", KARIM, {"inbox"}),
        (made.cards_closed(AMIRA), "card-closed", AMIRA, {"email", "sms"}),
        (made.declaration_accepted(), "declaration-accepted", FIRM, {"email"}),
        (made.declaration_refused(), "declaration-refused", FIRM, {"email"}),
        (made.declaration_to_confirm(), "declaration-to-confirm", FIRM, {"email"}),
        (made.declaration_reminder(), "declaration-to-confirm-reminder", FIRM, {"email"}),
        (made.declaration_lapsed(), "declaration-lapsed", FIRM, {"email"}),
        (made.declaration_paid(), "declaration-paid", FIRM, {"email"}),
        (made.payment_reversed(), "payment-reversed", FIRM, {"email"}),
        (made.payment_reversed(plan_id="p1"), "payment-reversed", FIRM, {"email"}),
        (made.payment_reversed(**made.PART), "instalment-payment-reversed", FIRM, {"email"}),
        (made.payment_reversed(rail="mobile-money"), "mobile-payment-reversed", FIRM, {"email"}),
        (
            made.payment_reversed(rail="mobile-money", **made.PART),
            "instalment-mobile-payment-reversed",
            FIRM,
            {"email"},
        ),
        (made.mobile_payment_taken(), "mobile-payment-taken", FIRM, {"email"}),
        (made.mobile_payment_taken(**made.PART), "instalment-mobile-payment-taken", FIRM, {"email"}),
        *((event, template, FIRM, {"email"}) for event, template in made.mandate_events()),
        *((event, template, FIRM, {"email"}) for event, template in made.employer_paper_events()),
        (made.claim_submitted(), "claim-submitted", AMIRA, {"email", "sms"}),
        (made.paper_requested(), "paper-requested", AMIRA, {"email", "sms"}),
        (made.claim_approved(), "claim-approved", AMIRA, {"email", "sms"}),
        (made.claim_refused(), "claim-refused", AMIRA, {"email", "sms"}),
        (made.medical_review_requested(), "medical-review", AMIRA, {"email", "sms"}),
        (made.claim_appealed(), "claim-appealed", AMIRA, {"email", "sms"}),
        (made.appeal_decided(), "appeal-confirmed", AMIRA, {"email", "sms"}),
        (made.appeal_decided(outcome="changed", amount_minor=100), "appeal-granted", AMIRA, {"email", "sms"}),
        (made.appeal_decided(outcome="reversed"), "appeal-accepted", AMIRA, {"email", "sms"}),
        (made.request_granted(), "request-granted", AMIRA, {"email", "sms"}),
        (made.request_done(), "request-done", AMIRA, {"email", "sms"}),
        (made.claim_withdrawn(), "claim-withdrawn", AMIRA, {"email", "sms"}),
        (made.claim_paid(), "claim-paid", AMIRA, {"email", "sms"}),
        (made.benefit_returned(), "benefit-returned", AMIRA, {"email", "sms"}),
        (made.award_opened(), "award-opened", AMIRA, {"email", "sms"}),
        (made.award_ends_soon(), "award-ends-soon", AMIRA, {"email", "sms"}),
        (made.life_certificate_due(), "life-certificate-due", AMIRA, {"email", "sms"}),
        (made.award_suspended(), "award-suspended", AMIRA, {"email", "sms"}),
        (made.award_resumed(), "award-resumed", AMIRA, {"email", "sms"}),
        (made.award_ended(), "award-ended", AMIRA, {"email", "sms"}),
        (made.award_paid(), "award-paid", AMIRA, {"email", "sms"}),
        (made.paper_revoked(), "paper-revoked", AMIRA, {"email", "sms"}),
        (made.paper_failed(), "paper-failed", AMIRA, {"email", "sms"}),
    ],
    ids=lambda it: type(it).__name__ if hasattr(it, "__event__") else "",
)
def test_an_event_says_one_thing_to_one_owner(
    registered: ServiceContext, event: Any, template: str, owner_id: str, channels: set[str]
) -> None:
    handle(registered, service, event)
    handle(registered, service, event)  # published again under another id, as after a republish
    assert parked(registered) == []
    assert Counter(row["channel"] for row in kept(registered)) == Counter(channels)
    assert {(row["template"], row["owner_id"]) for row in kept(registered)} == {(template, owner_id)}


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (made.payment_reversed(**made.PART), "votre échéancier SP250000000145, échéances 1 et 2."),
        (made.payment_reversed(rail="mobile-money", **made.PART), "votre échéancier SP250000000145, échéances 1 et 2."),
        (
            made.mobile_payment_taken(**{**made.PART, "instalments": (3,)}),
            "pour votre échéancier SP250000000145, échéance 3.",
        ),
    ],
    ids=["bank", "operator", "receipt"],
)
def test_an_instalment_is_named_by_its_plan_and_not_by_a_declaration(
    registered: ServiceContext, event: Any, said: str
) -> None:
    handle(registered, service, event)
    shown = Office(service, registered).employer(FIRM).get("/messages").json["items"]
    assert [each["about"] for each in shown] == ["p1"]
    assert said in shown[0]["text"] and "déclaration" not in shown[0]["text"]


def test_what_an_appeal_brings_is_said_once(registered: ServiceContext) -> None:
    """Its approval is told for payments; the person reads of it as what became of the appeal."""
    approved = replace(made.claim_approved(), appeal_of="c0")
    handle(registered, service, approved, made.appeal_decided(outcome="changed", amount_minor=100))
    assert parked(registered) == []
    assert {row["template"] for row in kept(registered)} == {"appeal-granted"}


def test_a_new_password_of_the_funds_staff_is_said_to_nobody(registered: ServiceContext) -> None:
    handle(registered, service, made.password_changed(person_ref=None))
    assert parked(registered) == [] and kept(registered) == []


def test_u6_a_paper_that_is_superseded_and_then_revoked_is_said_twice(registered: ServiceContext) -> None:
    later = made.paper_revoked(reason="wages-changed", at=AT + timedelta(days=1))
    handle(registered, service, made.paper_revoked(), later)
    assert len(kept(registered, channel="sms")) == 2
    assert {row["parameters"]["number"] for row in kept(registered)} == {"PR260000000197"}


def test_an_agent_may_ask_for_a_paper_more_than_once(registered: ServiceContext) -> None:
    handle(registered, service, made.paper_requested(), made.paper_requested(at=AT + timedelta(days=1)))
    assert len(kept(registered, channel="sms")) == 2


def test_a_page_of_hundreds_is_one_sms_a_person_in_batches(registered: ServiceContext) -> None:
    crowd = [f"p{number:024d}" for number in range(500)]
    handle(registered, service, made.persons(*(made.person(each) for each in crowd), page_id="import-2/1"))
    handle(registered, service, made.cards(*crowd), made.cards(*crowd[:10], KARIM, page=2))
    assert parked(registered) == []
    assert (len(kept(registered, channel="sms")), len(kept(registered, channel="inbox"))) == (500, 1)
    sizes = Counter(row["batch_id"] for row in kept(registered, channel="sms"))
    assert sorted(sizes.values()) == [250, 250]
    assert registered.database["batches"].count_documents({"status": "queued"}) == 2


@pytest.mark.parametrize("event", [made.activation(), made.recovery()], ids=["activation", "recovery"])
def test_the_link_rests_sealed_and_leads_the_queue(registered: ServiceContext, event: Any) -> None:
    handle(registered, service, event)
    (message,) = kept(registered)
    assert "s3cret" not in str(message) and message["sealed"]["link"] and message["language"] == "ar"
    assert [row["is_urgent"] for row in registered.database["batches"].find()] == [True]


def test_an_event_of_somebody_whom_the_register_has_not_told_of_waits_for_it(registered: ServiceContext) -> None:
    stranger = "pstrangeraaaaaaaaaaaaaaaa"
    handle(registered, service, made.cards(AMIRA, stranger))
    assert parked(registered) == ["contact.unknown"]
    assert kept(registered) == []


def test_nothing_is_told_before_something_is_sent(registered: ServiceContext) -> None:
    handle(registered, service, made.claim_paid())
    assert published(registered) == []


@pytest.mark.parametrize(
    ("facts", "template", "said"),
    [
        ({"due_on": date(2026, 2, 28)}, "declaration-accepted", "à payer au plus tard le 28 février 2026"),
        ({"due_on": date(2026, 2, 10)}, "declaration-accepted", "à payer au plus tard le 10 février 2026"),
        ({"due_on": date(2026, 2, 9)}, "declaration-accepted-late", "L'échéance du 9 février 2026 est passée"),
        ({"paid_minor": 155_250_00}, "declaration-accepted-again", "Reste à payer : 155 250,00 DA"),
        ({"paid_minor": 400_000_00}, "declaration-accepted-again", "Reste à payer : 0,00 DA"),
        ({"workers": 0, "due_minor": 0}, "declaration-accepted-nothing", "Rien n'est dû pour cette période."),
        ({"workers": 0, "due_minor": 0, "due_on": date(2026, 2, 9)}, "declaration-accepted-nothing", "Rien n'est dû"),
    ],
)
def test_u5_the_mail_says_what_is_left_and_puts_no_date_of_the_past_as_one_to_come(
    context: ServiceContext, facts: dict[str, Any], template: str, said: str
) -> None:
    make_unique_indexes(service, context)
    handle(context, service, made.employers(made.employer()), made.declaration_accepted(**facts))
    (row,) = context.database["messages"].find({"channel": "email"})
    assert row["template"] == template
    shown = rendering.render(
        catalogue.newest(template),
        channel=Channel.EMAIL,
        language="fr",
        fund=funds()[DZ],
        parameters=row["parameters"],  # type: ignore[arg-type]
    )
    assert said in shown.text.replace("\u00a0", " ")


@pytest.mark.parametrize("way", ["own-payments", "other-payments", "transfer", "heirs"])
def test_what_was_overpaid_after_a_death_is_told_to_nobody(registered: ServiceContext, way: str) -> None:
    is_of_deceased = way == "heirs"
    owed = {"award_id": "aw1", "reference": "AW1", "person_ref": AMIRA, "claim_type": "family-allowance"}
    repay = {"repayment_reference": "OP260000000150"}
    found = OverpaymentFound(
        **owed, **repay, amount_minor=20_000, currency="DZD", way=way, may_be_disputed_until=None, found_at=AT
    )
    closed = OverpaymentClosed(
        **owed, **repay, outcome="recovered", is_by_dispute=False, closed_at=AT, is_of_deceased=is_of_deceased
    )
    handle(registered, service, found, closed)
    assert parked(registered) == []
    names = {each["template"] for each in kept(registered)}
    expected = {"overpayment-to-transfer" if way == "transfer" else "overpayment-found", "overpayment-closed"}
    assert names == (set() if is_of_deceased else expected)
