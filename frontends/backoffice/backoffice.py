"""The back office: pages for the fund's agents, their supervisors and its medical officers."""

from pathlib import Path

from frontends.backoffice import (
    awards,
    bank,
    case,
    case_decisions,
    counter,
    employers,
    home,
    mandates,
    measures,
    medical,
    overpayments,
    persons,
    queue,
    runs,
)
from frontends.kit.frontend import Frontend, Link
from frontends.kit.person import claims, new_claim, papers

STAFF = ("staff",)

BACKOFFICE = Frontend(
    name="backoffice",
    title="Back office",
    folder=Path(__file__).parent,
    home="home.index",
    pages=[
        home.pages,
        queue.pages,
        case.pages,
        case_decisions.pages,
        medical.pages,
        persons.pages,
        employers.pages,
        awards.pages,
        overpayments.pages,
        runs.pages,
        bank.pages,
        measures.pages,
        mandates.pages,
        counter.pages,
    ],
    person_pages=[claims.pages, new_claim.pages, papers.pages],
    person_home="counter.index",
    person_path="/counter",
    is_counter=True,
    navigation=[
        Link(endpoint="queue.index", text="Queues", actors=STAFF, scopes=("claims:decide", "claims:medical")),
        Link(endpoint="persons.search", text="Search", actors=STAFF, scopes=("register:read",)),
        Link(endpoint="counter.index", text="Counter", actors=STAFF, scopes=("counter:act",)),
        Link(endpoint="awards.index", text="Awards", actors=STAFF, scopes=("awards:manage",)),
        Link(endpoint="runs.index", text="Runs", actors=STAFF, scopes=("runs:read",)),
        Link(endpoint="bank.index", text="Bank", actors=STAFF, scopes=("ledger:read",)),
    ],
    scopes=(
        "account:manage",
        "awards:manage",
        "awards:read",
        "bank:settle",
        "cards:read",
        "careers:read",
        "claims:decide",
        "claims:medical",
        "claims:read",
        "claims:supervise",
        "collections:read",
        "counter:act",
        "declarations:read",
        "ledger:read",
        "papers:read",
        "payouts:order",
        "register:read",
        "rights:read",
        "runs:approve",
        "runs:make",
        "runs:read",
        "uploads:read",
    ),
)
