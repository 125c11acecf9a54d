"""Identity with its protocol endpoints, two clients, a bank, and people who have accounts."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pyotp
import pytest
from flask import Flask
from joserfc.jwk import ECKey
from pymongo import MongoClient
from pymongo.database import Database

from services.identity.accounts import actions
from services.identity.accounts.rules import read_facts
from services.identity.signin.client import Client, ClientKind, SigningAlgorithm
from services.identity.signin.keys import SigningKeys
from services.identity.signin.provider import ProviderConfig
from services.identity.signin.routes import blueprint
from services.identity.wiring import service
from shared.http.app import build
from shared.http.callers import Verifier
from shared.kernel.actors import ActorKind
from shared.storage.service_context import ServiceContext
from tests.identity.builders import added_user, application, considered, known_people, links
from tests.identity.signin.relying_party import CALLBACK, ISSUER, Browser
from tests.kit.clock import RunningClock
from tests.kit.contexts import DZ, TN, context_on, someone
from tests.kit.people import FIRM

SERVICES = ("identity", "claims", "payments", "documents", "notifications")
PORTAL_SCOPES = (
    "claims:read",
    "claims:submit",
    "cards:read",
    "rights:read",
    "declarations:file",
    "declarations:read",
    "collections:pay",
    "delegations:give",
    "messages:read",
    "account:manage",
)


@dataclass(frozen=True)
class IdentityHarness:
    """All that a test of sign-in needs."""

    app: Flask
    context: ServiceContext
    clock: RunningClock
    keys: SigningKeys
    bank_key: ECKey
    codes: Callable[[], str]

    def browser(self, **more: Any) -> Browser:
        return Browser(self.app, **more)

    def restarted(
        self, keys: SigningKeys, *, portal_alg: SigningAlgorithm = SigningAlgorithm.ES256
    ) -> "IdentityHarness":
        """The same identity, started anew with other signing keys, and the portal registered for an algorithm."""
        known = clients(self.bank_key)
        known["portal"] = replace(known["portal"], id_token_signed_response_alg=portal_alg)
        return replace(self, app=app_on(self.context, keys, known), keys=keys)

    def verifier(self, audience: str = "claims") -> Verifier:
        return Verifier(self.keys, issuer=ISSUER, audience=audience)


def clients(bank_key: ECKey) -> dict[str, Client]:
    portal = Client(
        client_id="portal",
        kind=ClientKind.PUBLIC,
        fund_ids=(DZ,),
        actors=(ActorKind.PERSON, ActorKind.EMPLOYER),
        redirect_uris=(CALLBACK,),
        logout_uris=("https://portal.test/",),
        audiences=SERVICES,
        scopes=PORTAL_SCOPES,
    )
    backoffice = Client(
        client_id="backoffice",
        kind=ClientKind.PUBLIC,
        fund_ids=(DZ, TN),
        actors=(ActorKind.STAFF,),
        redirect_uris=(CALLBACK,),
        audiences=SERVICES,
        scopes=(
            *("claims:decide", "claims:read", "operations:act", "account:manage", "counter:act"),
            *("claims:submit", "contact:correct"),
        ),
    )
    bank = Client(
        client_id="bank",
        kind=ClientKind.MACHINE,
        fund_ids=(DZ,),
        audiences=("payments",),
        scopes=("bank:read", "bank:report"),
        jwk=bank_key.as_dict(private=False),
    )
    return {client.client_id: client for client in (portal, backoffice, bank)}


@dataclass(frozen=True)
class Town:
    """People with accounts, set up once for all tests of sign-in, since hashing passwords takes its time."""

    database: Database[dict[str, Any]]
    accounts: list[dict[str, Any]]
    secret: str

    def as_before(self) -> None:
        """Forget what an earlier test did: who failed, who is in, what became of an account."""
        for name in ("tries", "sessions", "assertions", "applications", "visits", "access_journal", "outbox", "audit"):
            self.database[name].delete_many({})
        for account in self.accounts:
            self.database["accounts"].replace_one({"_id": account["_id"]}, account)


@pytest.fixture(scope="session")
def town(
    mongo_client: MongoClient[dict[str, Any]], mongodb: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Town]:
    database = mongo_client[f"test_{uuid4().hex}"]
    yield opened(database, mongodb, tmp_path_factory.mktemp("register"))
    mongo_client.drop_database(database.name)


def opened(database: Database[dict[str, Any]], mongodb: str, folder: Path) -> Town:
    """The register is imported, and Amira, a user of her firm and an operator have accounts."""
    context = context_on(database, mongodb)
    known_people(context, folder)
    _open_account(context)
    assert added_user(context, "--kind", "employer", "--login", "paie", "--employer", FIRM)[0] == 0
    _, address = added_user(context, "--kind", "staff", "--login", "nadia", "--role", "operator", "--name", "Nadia B.")
    return Town(database, list(database["accounts"].find()), parse_qs(urlsplit(address).query)["secret"][0])


@pytest.fixture
def harness(town: Town, mongodb: str) -> IdentityHarness:
    return harness_on(town, lambda clock: context_on(town.database, mongodb, clock=clock))


def harness_on(town: Town, ground: Callable[[RunningClock], ServiceContext]) -> IdentityHarness:
    """Identity on a ground, with the town as it was."""
    town.as_before()
    clock = RunningClock()
    context = ground(clock)
    keys = SigningKeys((ECKey.generate_key("P-256", {"kid": "new"}), ECKey.generate_key("P-256", {"kid": "old"})))
    bank_key = ECKey.generate_key("P-256", {"kid": "bank"})
    app = app_on(context, keys, clients(bank_key))
    return IdentityHarness(app, context, clock, keys, bank_key, lambda: pyotp.TOTP(town.secret).at(clock()))


def app_on(context: ServiceContext, keys: SigningKeys, known: dict[str, Client], *, issuer: str = ISSUER) -> Flask:
    return build(
        "identity",
        routes=[route for routes in service.routes for route in routes.all],
        context=context,
        verifier=Verifier(keys, issuer=issuer, audience="identity"),
        texts=service.texts(),
        document=service.openapi,
        blueprints=[blueprint(ProviderConfig(issuer, known, keys), context)],
    )


def _open_account(context: ServiceContext) -> None:
    """Amira's account, opened as she would."""
    sent = application()
    password = sent.pop("password")
    facts = read_facts(**sent, fund=context.funds[DZ])
    by = {"by": someone(), "cause": "test"}
    context.run(DZ, action=lambda uow: actions.apply(uow, facts, password=password), **by)  # type: ignore[arg-type]
    considered(context)
    token = urlsplit(links(context)[0]).fragment.removeprefix("token=")
    context.run(DZ, action=lambda uow: actions.activate(uow, token=token, password=password), **by)  # type: ignore[arg-type]
