"""What is kept for a time goes when its time is over, and never a minute before; the audit stays."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from deploy.local.verify import versions
from deploy.local.verify.seen import Seen
from services.identity.upkeep.periodic_tasks import forget
from services.identity.wiring import service
from shared.process import purging
from tests.identity.builders import AMIRA_NIN, application, considered, forgotten, karim, known_people
from tests.identity.conftest import IdentityHarness
from tests.identity.signin.relying_party import ASSERTION_TYPE, assertion
from tests.kit.contexts import DZ, TN
from tests.verify.town import found


def count(harness: IdentityHarness, name: str) -> int:
    return harness.context.database[name].count_documents({})


def run(harness: IdentityHarness, fund_id: str = DZ) -> int:
    """A round of what removes what was kept long enough."""
    purge = purging.periodic_task(service.all_retentions())
    return purge.run(harness.context, fund_id) + forget().run(harness.context, fund_id)


def sign_in(harness: IdentityHarness) -> None:
    harness.browser().tokens(AMIRA_NIN)


def fail(harness: IdentityHarness) -> None:
    harness.browser().submit(AMIRA_NIN, "wrong")
    harness.browser().submit("nobody", "wrong")


def show_assertion(harness: IdentityHarness) -> None:
    text = assertion(harness.bank_key)
    sent = {"grant_type": "client_credentials", "client_assertion_type": ASSERTION_TYPE, "client_assertion": text}
    assert harness.browser().post("/token", **sent).status_code == 200


def apply(harness: IdentityHarness) -> None:
    assert harness.browser().ask("/accounts", application()).status_code == 202
    assert harness.browser().ask("/accounts/recovery", forgotten()).status_code == 202


KEPT: list[tuple[Callable[[IdentityHarness], None], str, int, dict[str, float]]] = [
    (sign_in, "sessions", 1, {"days": 30}),
    (fail, "tries", 2, {"hours": 24}),
    (show_assertion, "assertions", 1, {"hours": 1, "minutes": 1}),
    (apply, "applications", 2, {"hours": 24}),
]


@pytest.mark.parametrize(("act", "name", "made", "life"), KEPT, ids=[each[1] for each in KEPT])
def test_what_has_served_is_kept_for_its_time_and_no_longer(
    harness: IdentityHarness, act: Callable[[IdentityHarness], None], name: str, made: int, life: dict[str, float]
) -> None:
    act(harness)
    harness.clock.move(**life)
    harness.clock.move(minutes=-2)
    run(harness)  # what the town had before may be older
    assert count(harness, name) == made
    harness.clock.move(minutes=3)
    assert run(harness, TN) == 0, "another fund's task leaves it alone"
    before = count(harness, "audit")
    assert run(harness) >= made
    assert count(harness, name) == 0
    assert count(harness, "audit") > before, "and what was done is in the audit, which loses nothing"
    assert run(harness) == 0


def test_what_was_forgotten_and_begins_anew_is_another_thing_to_the_audit(harness: IdentityHarness) -> None:
    """`make verify` asks that each thing went through its versions once: a door that comes back is another door."""
    for _ in range(2):
        fail(harness)
        sign_in(harness)
        fail(harness)
        harness.clock.move(days=31)
        assert run(harness) > 0
    offending = found(Seen(databases={"identity": harness.context.database}), versions.ask)
    assert [each for each in offending if "tries" in each or "sessions" in each] == []


def test_more_than_one_transaction_holds_goes_too(harness: IdentityHarness) -> None:
    rows: list[dict[str, Any]] = [
        {"_id": f"{DZ}:old-{number}", "fund": DZ, "expires_at": harness.clock()} for number in range(450)
    ]
    harness.context.database["assertions"].insert_many(rows)
    harness.clock.move(hours=2)
    assert (run(harness), count(harness, "assertions")) == (450, 0)


def test_an_account_that_nobody_ever_opened_goes_after_a_month(harness: IdentityHarness, tmp_path: Any) -> None:
    known_people(harness.context, tmp_path, karim(email="karim@example.dz"))
    facts = {"national_id": "118500000000000002", "insurance_number": "850000000002", "birth_on": "1985-11-02"}
    harness.browser().ask("/accounts", application(**facts))
    considered(harness.context)
    accounts = harness.context.database["accounts"]
    assert accounts.count_documents({"status": "pending"}) == 1
    harness.clock.move(days=30)
    run(harness)
    assert accounts.count_documents({"status": "pending"}) == 1
    harness.clock.move(days=1, minutes=1)
    run(harness)
    assert accounts.count_documents({"status": "pending"}) == 0
    assert accounts.count_documents({"status": "active"}) == 3, "and nobody else's"


def test_accounts_that_wait_for_their_owners_are_not_in_the_way_of_those_given_up(
    harness: IdentityHarness, tmp_path: Any
) -> None:
    known_people(harness.context, tmp_path, karim(email="karim@example.dz"))
    facts = {"national_id": "118500000000000002", "insurance_number": "850000000002", "birth_on": "1985-11-02"}
    harness.browser().ask("/accounts", application(**facts))
    considered(harness.context)
    accounts = harness.context.database["accounts"]
    (pending,) = accounts.find({"status": "pending"})
    link = {**pending["activation"], "expires_at": harness.clock() + timedelta(days=60)}  # type: ignore[dict-item]
    waiting = [
        {**pending, "_id": f"{DZ}:a-{number:03d}", "account_id": f"a-{number:03d}", "known_by": f"k{number}"}
        for number in range(250)
    ]
    accounts.insert_many([{**each, "activation": {**link, "token_hash": each["known_by"]}} for each in waiting])
    harness.clock.move(days=31, minutes=1)
    run(harness)
    assert accounts.count_documents({"_id": pending["_id"]}) == 0
    assert accounts.count_documents({"status": "pending"}) == 250
    accounts.delete_many({"status": "pending"})
