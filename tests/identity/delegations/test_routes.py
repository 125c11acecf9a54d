"""An employer lets an accountant act for it, as both meet it: a code, tokens with bounds, messages, an end."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from shared.kernel.actors import ActorKind, AmountNotDelegated, NotYours, PeriodNotDelegated
from shared.kernel.errors import Failure
from tests.identity.builders import added_user, csv_file, employer_row, events, imported
from tests.identity.conftest import IdentityHarness, Town
from tests.identity.signin.relying_party import Browser
from tests.kit.contexts import DZ
from tests.kit.people import FIRM

SCOPE = "openid account:manage delegations:give declarations:file declarations:read collections:pay"
OTHER_FIRM = "1600000002"


@pytest.fixture
def firms(harness: IdentityHarness, town: Town, tmp_path: Path) -> Iterator[IdentityHarness]:
    """The accountant's account is of another firm."""
    row = employer_row(employer_number=OTHER_FIRM, name="Cabinet Amrani", email="amrani@example.org")
    assert imported(harness.context, "--employers", csv_file(tmp_path / "firm.csv", [row]))[0] == 0
    assert added_user(harness.context, "--kind", "employer", "--login", "amrani", "--employer", OTHER_FIRM)[0] == 0
    yield harness
    town.database["delegations"].delete_many({})
    town.database["accounts"].delete_many({"employer_ids": [OTHER_FIRM]})
    town.database["employers"].delete_many({"employer_id": OTHER_FIRM})


@pytest.fixture
def paie(firms: IdentityHarness) -> Iterator[tuple[Browser, str]]:
    browser = firms.browser()
    yield browser, str(browser.tokens("paie", scope=SCOPE)["access_token"])


def sent(by: tuple[Browser, str], path: str, body: dict[str, Any] | None = None, **headers: str) -> Any:
    browser, token = by
    known = {"Authorization": f"Bearer {token}", "Accept-Language": "fr", "Idempotency-Key": str(uuid4()), **headers}
    return browser.client.post(browser.url(path), json=body, headers=known)


def offer(harness: IdentityHarness, by: tuple[Browser, str], **changes: Any) -> Any:
    ends_on = (harness.clock() + timedelta(days=90)).date().isoformat()
    body = {"employer_id": FIRM, "name": "Cabinet Amrani", "powers": ["declarations:file"], "ends_on": ends_on}
    return sent(by, "/delegations", {**body, **changes})


def test_a_code_makes_an_accountant_act_within_bounds_until_it_is_taken_back(
    firms: IdentityHarness, paie: tuple[Browser, str]
) -> None:
    given = offer(
        firms,
        paie,
        powers=["declarations:file", "collections:pay"],
        payment_max="2500.00",
        periods_from="2026-01-01",
        periods_until="2026-06-30",
    )
    assert given.status_code == 201, given.text
    assert given.json["delegation"]["text"] == "En attente du code"
    browser = firms.browser()
    first = browser.tokens("amrani", scope=SCOPE)
    amrani = (browser, str(first["access_token"]))
    code = given.json["code"].lower().replace("-", " ")
    taken = sent(amrani, "/taken-delegations", {"code": code})
    assert (taken.status_code, taken.json["status"], taken.json["employer_id"]) == (200, "in-force", FIRM), taken.text
    assert sent(amrani, "/taken-delegations", {"code": code}).json["code"] == "delegation.code-unknown"

    renewed = browser.refresh(first["refresh_token"]).json
    actor = firms.verifier().actor(f"Bearer {renewed['access_token']}", fund_id=DZ, at=firms.clock())
    assert (actor.kind, actor.employer_ids) == (ActorKind.EMPLOYER, {FIRM, OTHER_FIRM})
    assert browser.get("/userinfo", renewed["access_token"]).json["employers"] == [FIRM, OTHER_FIRM]
    filing = actor.asking_with("declarations:file")
    day = firms.clock().date().replace(year=2026, month=3, day=1)
    filing.must_act_for_period(FIRM, begins_on=day, ends_on=day.replace(day=31))
    filing.must_pay_for_employer(FIRM, amount_minor=250_000)
    filing.must_pay_for_employer(OTHER_FIRM, amount_minor=None)
    refused: list[tuple[type[Failure], Any]] = [
        (PeriodNotDelegated, lambda: filing.must_act_for_period(FIRM, begins_on=day, ends_on=day.replace(month=7))),
        (AmountNotDelegated, lambda: filing.must_pay_for_employer(FIRM, amount_minor=250_001)),
        (AmountNotDelegated, lambda: filing.must_pay_for_employer(FIRM, amount_minor=None)),
        (NotYours, lambda: actor.asking_with("messages:read").must_act_for_employer(FIRM)),
        (NotYours, lambda: actor.asking_with("delegations:give").must_act_for_employer(FIRM)),
    ]
    for failure, act in refused:
        with pytest.raises(failure):
            act()
    # What was delegated is not delegated on.
    assert offer(firms, (browser, renewed["access_token"])).json["code"] == "access.not-yours"

    [listed] = paie[0].get(f"/delegations?employer_id={FIRM}", paie[1]).json["items"]
    [mine] = browser.get("/taken-delegations", amrani[1]).json["items"]
    assert listed == mine
    path = f"/delegations/{listed['delegation_id']}/end"
    ended = sent(paie, path)
    assert ended.json["status"] == "withdrawn"
    last = browser.refresh(renewed["refresh_token"]).json["access_token"]
    assert firms.verifier().actor(f"Bearer {last}", fund_id=DZ, at=firms.clock()).employer_ids == {OTHER_FIRM}
    [begun] = events(firms.context, "identity.delegation-taken")
    [over] = events(firms.context, "identity.delegation-ended")
    assert begun["delegation_id"] == over["delegation_id"] == listed["delegation_id"]
    assert over["is_by_employer"]


def test_the_accountant_gives_it_up(firms: IdentityHarness, paie: tuple[Browser, str]) -> None:
    code = offer(firms, paie).json["code"]
    browser = firms.browser()
    amrani = (browser, str(browser.tokens("amrani", scope=SCOPE)["access_token"]))
    taken = sent(amrani, "/taken-delegations", {"code": code}).json
    path = f"/delegations/{taken['delegation_id']}/end"
    late = sent(amrani, path, **{"If-Match": '"1"'})  # as it was when it was offered
    assert (late.status_code, late.json["version"]) == (412, taken["version"])
    assert sent(amrani, path).json["text"] == "Abandonnée par le délégataire"
    assert sent(amrani, path).json["status"] == "renounced"


def test_it_is_nobody_elses(firms: IdentityHarness, paie: tuple[Browser, str]) -> None:
    delegation_id = offer(firms, paie).json["delegation"]["delegation_id"]
    browser = firms.browser()
    amrani = (browser, str(browser.tokens("amrani", scope=SCOPE)["access_token"]))
    assert browser.get(f"/delegations/{delegation_id}", amrani[1]).json["code"] == "access.not-yours"
    assert sent(amrani, f"/delegations/{delegation_id}/end").json["code"] == "access.not-yours"
    assert browser.get(f"/delegations?employer_id={FIRM}", amrani[1]).json["code"] == "access.not-yours"
    assert sent(paie, "/delegations", {"employer_id": FIRM}).status_code == 422


def test_nobody_gives_what_they_may_not_do(firms: IdentityHarness) -> None:
    browser = firms.browser()
    token = str(browser.tokens("paie", scope="openid delegations:give")["access_token"])
    assert offer(firms, (browser, token)).json["code"] == "delegation.not-givers"


def test_the_code_is_not_kept(firms: IdentityHarness, paie: tuple[Browser, str]) -> None:
    code = offer(firms, paie).json["code"].replace("-", "")
    [kept] = firms.context.database["delegations"].find()
    assert code not in str(kept)
    assert "Amrani" not in str(kept)
