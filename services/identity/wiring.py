"""What identity is made of."""

import sys
from pathlib import Path

from services.identity.access_journal.accessed import AccessedKind
from services.identity.accounts.commands import add_user, list_roles, name_user, reset_user
from services.identity.accounts.jobs import backfills, considering
from services.identity.accounts.routes import routes as account_routes
from services.identity.accounts.store import accounts, applications, throttles
from services.identity.audiences.queries import audiences
from services.identity.bank_accounts.change import ChangeRefusal
from services.identity.bank_accounts.change import Status as AccountChangeStatus
from services.identity.bank_accounts.jobs import taking_effect
from services.identity.bank_accounts.routes import routes as bank_account_routes
from services.identity.bank_accounts.store import changes
from services.identity.cards.reactions import reactions as card_reactions
from services.identity.cards.routes import routes as card_routes
from services.identity.cards.store import cards
from services.identity.counter.routes import routes as counter_routes
from services.identity.counter.store import visits
from services.identity.deaths.death import DeathSource
from services.identity.deaths.store import deaths
from services.identity.delegations.delegation import Power
from services.identity.delegations.delegation import Status as DelegationStatus
from services.identity.delegations.routes import routes as delegation_routes
from services.identity.delegations.store import delegations
from services.identity.register.commands import import_register
from services.identity.register.routes import routes as register_routes
from services.identity.register.store import employers, persons
from services.identity.settings import Settings, faults, read
from services.identity.signin import clients, keys
from services.identity.signin.provider import ProviderConfig
from services.identity.signin.reactions import reactions as signin_reactions
from services.identity.signin.routes import blueprint
from services.identity.signin.routes import routes as signin_routes
from services.identity.signin.rules import ASSERTION_KEPT
from services.identity.signin.store import ASSERTIONS, sessions
from services.identity.upkeep.periodic_tasks import forget
from services.identity.upkeep.routes import routes as upkeep_routes
from shared.audiences.answering import selections
from shared.process.access_journal.entry import Purpose
from shared.process.access_journal.routes import access_journal
from shared.process.access_journal.store import entries
from shared.process.codes import CodeSets, code_routes
from shared.process.service import Service
from shared.storage.retention import Retention


def provider_config(own: Settings) -> ProviderConfig:
    return ProviderConfig(own.issuer, clients.read(own.clients_file), keys.read(own.signing_keys_file))


CODES: CodeSets = {
    "purposes": (Purpose, "access.purpose.{}"),
    "looked-at": (AccessedKind, "access.looked-at.{}"),
    "death-sources": (DeathSource, "death.source.{}"),
    "delegation-statuses": (DelegationStatus, "delegation.status.{}"),
    "bank-account-changes": (AccountChangeStatus, "bank-account.step.{}"),
    "bank-account-refusals": (ChangeRefusal, "bank-account.refused-for.{}"),
    "delegation-powers": (Power, "delegation.power.{}"),
}

service: Service[Settings] = Service(
    name="identity",
    folder=Path(__file__).parent,
    settings=read,
    routes=[
        code_routes(CODES),
        account_routes,
        signin_routes,
        upkeep_routes,
        card_routes,
        register_routes,
        counter_routes,
        delegation_routes,
        bank_account_routes,
        access_journal(AccessedKind, scope="account:manage"),
    ],
    reactions=[card_reactions, signin_reactions, audiences.reactions()],
    repositories=[
        persons,
        employers,
        deaths,
        cards,
        accounts,
        applications,
        throttles,
        sessions,
        visits,
        delegations,
        selections,
        changes,
        entries,
    ],
    indexes={ASSERTIONS: [["fund", "expires_at"]]},
    retentions={ASSERTIONS: Retention(life=ASSERTION_KEPT, since="expires_at", why="used once; clocks differ by less")},
    blueprints=lambda own, context: [blueprint(provider_config(own), context)],
    # What somebody could guess with, and what sends a letter or hashes a password.
    quotas={
        "oidc.sign_in": "30/minute",
        "oidc.token": "120/minute",
        "oidc.revoke": "120/minute",
        "accounts.open": "20/hour",
        "accounts.activate": "20/hour",
        "accounts.ask_recovery": "20/hour",
        "accounts.recover": "20/hour",
        "upkeep.change_password": "20/hour",
        "bank_accounts.ask": "20/hour",
        "register.find_person": "60/minute",
        "accounts.find_staff": "60/minute",
        "counter.begin": "60/minute",
        "delegations.take": "20/hour",
    },
    keys=lambda own, context: keys.read(own.signing_keys_file),
    periodic_tasks=lambda own: [forget()],
    jobs=lambda own: [considering(portal_of=own.portal_of), taking_effect(), audiences.answering()],
    faults=faults,
    backfills=[backfills],
    commands={
        "import-register": lambda own, context, arguments: import_register(
            context, arguments, texts=service.texts(), out=sys.stdout
        ),
        "add-user": lambda own, context, arguments: add_user(
            context, arguments, texts=service.texts(), said=sys.stdin, out=sys.stdout
        ),
        "name-user": lambda own, context, arguments: name_user(
            context, arguments, texts=service.texts(), out=sys.stdout
        ),
        "roles": lambda own, context, arguments: list_roles(context, arguments, texts=service.texts(), out=sys.stdout),
        "reset-user": lambda own, context, arguments: reset_user(
            context, arguments, portal_of=own.portal_of, texts=service.texts(), out=sys.stdout
        ),
    },
)
