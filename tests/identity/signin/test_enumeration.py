"""Nobody learns whom the fund knows: same answers, same headers, same work, for names that are and that are not.

Times are not asserted. What takes time is counted instead: password hashes, and commands to the database.
"""

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

import pytest
from bson.codec_options import CodecOptions
from pymongo import MongoClient, monitoring
from werkzeug.test import TestResponse

from services.identity.accounts import passwords
from shared.storage.connection import READ, WRITE
from shared.storage.engine import profile_of
from shared.storage.service_context import ServiceContext
from shared.storage.sessions import NAME as DATABASE_SESSIONS
from tests.identity.builders import (
    AMIRA_NIN,
    AMIRA_NSS,
    KARIM_NIN,
    KARIM_NSS,
    PASSWORD,
    application,
    considered,
    forgotten,
    ways_back,
)
from tests.identity.conftest import IdentityHarness, Town, harness_on
from tests.identity.signin.relying_party import Browser
from tests.kit.contexts import TN, funds, keys

NOBODY_NIN, NOBODY_NSS = "109900000000000777", "900000000777"
NEVER_THE_SAME = {"Set-Cookie", "Content-Length", "Retry-After", "RateLimit"}
"""A cookie of chance, seconds that pass between two requests, and how often the caller may still ask."""


class Commands(monitoring.CommandListener):
    """Counts what the database is asked, by command and collection; what a process asks once is no person's."""

    def __init__(self) -> None:
        self.counted: Counter[str] = Counter()

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        on = event.command.get(event.command_name)
        if on != DATABASE_SESSIONS:
            self.counted[f"{event.command_name} {on if isinstance(on, str) else ''}"] += 1

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None: ...

    def failed(self, event: monitoring.CommandFailedEvent) -> None: ...


@dataclass
class Spent:
    """What one request cost."""

    commands: Counter[str] = field(default_factory=Counter)
    hashes: int = 0


@dataclass
class Watched:
    """Identity, and a count of what it does."""

    harness: IdentityHarness
    commands: Commands

    @contextmanager
    def spending(self) -> Iterator[Spent]:
        """Count the work of this thread in between. The code itself is watched as it runs, and not replaced."""
        spent, costly = Spent(), {passwords.hashed.__code__, passwords.is_right.__code__}

        def look(frame: FrameType, what: str, _: Any) -> None:
            spent.hashes += what == "call" and frame.f_code in costly

        self.commands.counted.clear()
        sys.setprofile(look)
        try:
            yield spent
        finally:
            sys.setprofile(None)
        spent.commands = Counter(self.commands.counted)

    def asked(self, ask: Callable[[Browser], TestResponse]) -> tuple[TestResponse, Spent]:
        with self.spending() as spent:
            answer = ask(self.harness.browser())
        return answer, spent


@pytest.fixture
def watched(town: Town, mongodb: str) -> Iterator[Watched]:
    commands = Commands()
    with MongoClient[dict[str, Any]](mongodb, retryWrites=False, event_listeners=[commands]) as client:
        database = client.get_database(
            town.database.name, codec_options=CodecOptions(tz_aware=True), write_concern=WRITE, read_concern=READ
        )
        profile_of(database)  # what a process asks once, before anybody comes
        yield Watched(
            harness_on(town, lambda clock: ServiceContext(database=database, funds=funds(), keys=keys(), clock=clock)),
            commands,
        )


def seen(answer: TestResponse) -> tuple[int, dict[str, str], str]:
    """All that a caller sees: the form's token, and the name that they typed themselves, apart."""
    headers = {name: value for name, value in answer.headers.items() if name not in NEVER_THE_SAME}
    text = re.sub(r'(name="(form_token|login)" value=)"[^"]*"', r"\1", answer.text)
    return answer.status_code, headers, re.sub(r'"trace_id": "[0-9a-f]+"', "", text)


def differ(watched: Watched, ask: Callable[[Any], Callable[[Browser], TestResponse]], *whom: Any) -> list[str]:
    """What differs between the answers, or the work, for several people."""
    found = [watched.asked(ask(who)) for who in whom]
    first, spent = seen(found[0][0]), found[0][1]
    return [
        f"{who}: {what}"
        for who, (answer, cost) in zip(whom, found, strict=True)
        for what, same in {
            "answer": seen(answer) == first,
            "hashes": cost.hashes == spent.hashes,
            f"commands {cost.commands} {spent.commands}": cost.commands == spent.commands,
        }.items()
        if not same
    ]


def signing_in(password: str) -> Callable[[str], Callable[[Browser], TestResponse]]:
    return lambda login: lambda browser: browser.submit(login, password)


def test_a_failed_sign_in_by_national_id(watched: Watched) -> None:
    """Amira has an account, Karim is known without one, nobody has the third number. What is no number at all is looked
    for among user names, which says nothing that its form does not."""
    assert differ(watched, signing_in("wrong"), AMIRA_NIN, KARIM_NIN, NOBODY_NIN) == []
    assert differ(watched, signing_in("wrong"), "1", "nobody") == []
    for login in (AMIRA_NIN, NOBODY_NIN):
        _, spent = watched.asked(signing_in("wrong")(login))
        assert spent.hashes == 1 and spent.commands["find accounts"] == spent.commands["find persons"] == 1


def test_a_failed_sign_in_by_login(watched: Watched) -> None:
    assert differ(watched, signing_in("wrong"), "paie", "nobody", "nadia", "x y") == []


def test_a_right_password_at_the_wrong_client_is_a_wrong_one(watched: Watched) -> None:
    """The portal lets no staff in: that nadia's password is right shows in nothing."""
    assert differ(watched, signing_in(PASSWORD), "nadia", "nobody") == []


def test_a_door_that_is_shut_is_shut_alike(watched: Watched) -> None:
    for login in (AMIRA_NIN, NOBODY_NIN):
        for _ in range(5):
            watched.harness.browser().submit(login, "wrong")
    assert differ(watched, signing_in("wrong"), AMIRA_NIN, NOBODY_NIN) == []
    assert watched.asked(signing_in(PASSWORD)(AMIRA_NIN))[1].hashes == 0, "nor does it let anybody try"


PEOPLE = {
    "with an account": (AMIRA_NIN, AMIRA_NSS, "1990-04-25"),
    "without one": (KARIM_NIN, KARIM_NSS, "1985-11-02"),
    "with another's number": (AMIRA_NIN, KARIM_NSS, "1990-04-25"),
    "born on another day": (AMIRA_NIN, AMIRA_NSS, "1990-04-26"),
    "unknown": (NOBODY_NIN, NOBODY_NSS, "1990-04-25"),
}


def facts(name: str) -> dict[str, str]:
    return dict(zip(("national_id", "insurance_number", "birth_on"), PEOPLE[name], strict=True))


def test_asking_for_an_account(watched: Watched) -> None:
    assert differ(watched, lambda name: lambda it: it.ask("/accounts", application(**facts(name))), *PEOPLE) == []


def test_asking_for_a_way_back(watched: Watched) -> None:
    assert (
        differ(watched, lambda name: lambda it: it.ask("/accounts/recovery", forgotten(**facts(name))), *PEOPLE) == []
    )


@pytest.mark.parametrize("refused", ["Soleil2024", "court"])
def test_a_refused_password_says_nothing_of_the_person(watched: Watched, refused: str) -> None:
    def ask(name: str) -> Callable[[Browser], TestResponse]:
        return lambda it: it.ask("/accounts", application(password=refused, **facts(name)))

    assert differ(watched, ask, *PEOPLE) == []


def test_a_link_that_nobody_sent_says_nothing(watched: Watched) -> None:
    for path in ("/accounts/activation", "/accounts/recovery/password"):

        def ask(token: str, path: str = path) -> Callable[[Browser], TestResponse]:
            return lambda it: it.ask(path, {"token": token, "password": PASSWORD})

        assert differ(watched, ask, "x" * 43, "y" * 43, AMIRA_NIN, AMIRA_NSS) == []


def test_a_link_of_another_fund_is_as_unknown_as_any(watched: Watched) -> None:
    watched.harness.browser().ask("/accounts/recovery", forgotten())
    considered(watched.harness.context)

    def ask(token: str) -> Callable[[Browser], TestResponse]:
        other = watched.harness.browser(fund=TN)
        return lambda _: other.ask("/accounts/recovery/password", {"token": token, "password": PASSWORD})

    assert differ(watched, ask, ways_back(watched.harness.context)[-1]["token"], "x" * 43) == []
