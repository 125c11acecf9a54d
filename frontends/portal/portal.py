"""The portal: pages for insured persons, for employers and their accountants, and for anyone."""

from pathlib import Path

from frontends.kit.frontend import Frontend, Link
from frontends.kit.person import claims, new_claim, papers
from frontends.portal.anyone import accounts, check, estimate, simulate, unsubscribe, welcome
from frontends.portal.employer import (
    assessments,
    by_form,
    clearances,
    declaring,
    delegations,
    disputes,
    firms,
    mandates,
    measures,
    nothing,
    owing,
    plans,
    starting,
)
from frontends.portal.person import account, career, home, messages, payments, repayments, rights, self_payments

PERSON = ("person",)
EMPLOYER = ("employer",)

PORTAL = Frontend(
    name="portal",
    title="Online services",
    folder=Path(__file__).parent,
    home="welcome.index",
    pages=[
        welcome.pages,
        accounts.pages,
        check.pages,
        simulate.pages,
        estimate.pages,
        unsubscribe.pages,
        home.pages,
        rights.pages,
        payments.pages,
        repayments.pages,
        self_payments.pages,
        career.pages,
        messages.pages,
        account.pages,
        firms.pages,
        declaring.pages,
        by_form.pages,
        starting.pages,
        nothing.pages,
        owing.pages,
        assessments.pages,
        clearances.pages,
        disputes.pages,
        measures.pages,
        plans.pages,
        mandates.pages,
        delegations.pages,
    ],
    person_pages=[claims.pages, new_claim.pages, papers.pages],
    person_home="home.index",
    navigation=[
        Link(endpoint="home.index", text="Overview", actors=PERSON),
        Link(endpoint="claims.index", text="Claims", actors=PERSON),
        Link(endpoint="payments.index", text="Payments", actors=PERSON),
        Link(endpoint="rights.index", text="Rights and card", actors=PERSON),
        Link(endpoint="papers.index", text="Papers", actors=PERSON),
        Link(endpoint="career.index", text="Career", actors=PERSON),
        Link(endpoint="firms.index", text="Firms and declarations", actors=EMPLOYER),
        Link(endpoint="messages.index", text="Messages", actors=PERSON + EMPLOYER),
    ],
    scopes=(
        "account:manage",
        "awards:read",
        "cards:read",
        "careers:read",
        "claims:read",
        "claims:submit",
        "collections:pay",
        "declarations:file",
        "declarations:read",
        "delegations:give",
        "messages:read",
        "papers:obtain",
        "papers:read",
        "rights:read",
        "uploads:add",
        "uploads:read",
    ),
)
