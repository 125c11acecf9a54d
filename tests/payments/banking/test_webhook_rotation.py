"""The secret that the bank signs with is changed: at no step is a message of the bank refused that is its own."""

import json
from collections.abc import Sequence

import pytest

from shared.storage.service_context import ServiceContext, now
from shared.webhooks import Secret, sign
from tests.kit.callers import Office
from tests.payments.bank import NEW_SECRET_TEXT, credited, office, own_settings, post_signed
from tests.simulators.fund import SECRET_TEXT

OLD, NEW = SECRET_TEXT, NEW_SECRET_TEXT
BEFORE, DURING, AFTER = (OLD,), (NEW, OLD), (NEW,)


def payments(context: ServiceContext, secrets: Sequence[str]) -> Office:
    """A process of payments that was started with these secrets; several of them run side by side on one database."""
    return office(context, own_settings(webhook_secrets=tuple(secrets)))


def request(made: Office, secret: str, message_id: str) -> bool:
    received = post_signed(made, credited("none", entry=message_id), message_id=message_id, secret=secret)
    assert received.status_code == 200 or received.json["code"] == "webhook.wrong-signature"
    return received.status_code == 200


@pytest.mark.parametrize(
    ("held", "old_is_taken", "new_is_taken"),
    [(BEFORE, True, False), (DURING, True, True), ((OLD, NEW), True, True), (AFTER, False, True)],
    ids=["before", "during", "in either order", "after"],
)
def test_a_message_is_taken_by_whichever_secret_is_held(
    context: ServiceContext, held: Sequence[str], old_is_taken: bool, new_is_taken: bool
) -> None:
    made = payments(context, held)
    assert request(made, OLD, "evt_old") is old_is_taken
    assert request(made, NEW, "evt_new") is new_is_taken


def test_the_bank_changes_while_old_and_new_processes_run_side_by_side(context: ServiceContext) -> None:
    """1. payments learns the new secret, process by process; 2. the bank signs with it; 3. payments forgets the old."""
    before, during, after = (payments(context, held) for held in (BEFORE, DURING, AFTER))
    assert request(before, OLD, "evt_1") and request(during, OLD, "evt_2"), "1. whichever process it reaches"
    assert request(during, OLD, "evt_3") and request(during, NEW, "evt_4"), "2. whenever the bank changes"
    assert request(during, NEW, "evt_5") and request(after, NEW, "evt_6"), "3. whichever process it reaches"


def test_a_message_that_came_by_the_old_secret_is_known_when_it_comes_again_by_the_new(context: ServiceContext) -> None:
    made = payments(context, DURING)
    message = credited("none")
    assert post_signed(made, message, secret=OLD).json["is_new"] is True
    assert post_signed(made, message, secret=NEW).json["is_new"] is False


def test_a_bank_that_signs_with_both_is_believed_by_whoever_knows_one(context: ServiceContext) -> None:
    body = json.dumps(credited("none")).encode()
    both = sign(body, message_id="evt_1", at=now(), secrets=[Secret.read(NEW), Secret.read(OLD)])
    for held in (BEFORE, DURING, AFTER):
        assert post_signed(payments(context, held), body, headers=both).status_code == 200
