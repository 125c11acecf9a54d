"""Operations: pages for the people who keep a fund's services running and its money reconciled."""

from pathlib import Path

from frontends.kit.frontend import Frontend, Link
from frontends.operations import accounts, figures, jobs, letters, outbox, overview, partners, reconciliation
from frontends.operations.guard import LEDGER, READ

STAFF = ("staff",)

OPERATIONS = Frontend(
    name="operations",
    title="Operations",
    folder=Path(__file__).parent,
    home="overview.index",
    body_max=1024 * 1024,
    pages=[
        overview.pages,
        jobs.pages,
        letters.pages,
        outbox.pages,
        reconciliation.pages,
        accounts.pages,
        partners.pages,
        figures.pages,
    ],
    navigation=[
        Link(endpoint="overview.index", text="Overview", actors=STAFF, scopes=(READ,)),
        Link(endpoint="jobs.index", text="Failed work", actors=STAFF, scopes=(READ,)),
        Link(endpoint="letters.index", text="Dead letters", actors=STAFF, scopes=(READ,)),
        Link(endpoint="outbox.index", text="Publishing", actors=STAFF, scopes=(READ,)),
        Link(endpoint="reconciliation.index", text="Reconciliation", actors=STAFF, scopes=(LEDGER,)),
        Link(endpoint="accounts.index", text="Ledger", actors=STAFF, scopes=(LEDGER,)),
        Link(endpoint="partners.index", text="Partners", actors=STAFF, scopes=(LEDGER,)),
        Link(endpoint="figures.index", text="Claim figures", actors=STAFF, scopes=(READ,)),
    ],
    scopes=("account:manage", "ledger:read", "operations:act", "operations:read"),
)
