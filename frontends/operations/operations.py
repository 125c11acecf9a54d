"""Operations: pages for the people who keep a fund's services running and its money reconciled."""

from pathlib import Path

from frontends.kit.frontend import Frontend, Link
from frontends.operations import (
    accounts,
    acts,
    campaign,
    cases,
    dead_letters,
    figures,
    jobs,
    lanes,
    outbox,
    overview,
    partners,
    reconciliation,
    waves,
)
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
        lanes.pages,
        dead_letters.pages,
        cases.pages,
        outbox.pages,
        waves.pages,
        campaign.pages,
        reconciliation.pages,
        accounts.pages,
        partners.pages,
        figures.pages,
        acts.pages,
    ],
    navigation=[
        Link(endpoint="overview.index", text="Overview", actors=STAFF, scopes=(READ,)),
        Link(endpoint="jobs.index", text="Failed work", group="Work", actors=STAFF, scopes=(READ,)),
        Link(endpoint="lanes.index", text="Banks and providers", group="Work", actors=STAFF, scopes=(READ,)),
        Link(endpoint="dead_letters.index", text="Dead letters", group="Work", actors=STAFF, scopes=(READ,)),
        Link(endpoint="cases.find", text="A case through the services", group="Work", actors=STAFF, scopes=(READ,)),
        Link(endpoint="outbox.index", text="Publishing", group="Work", actors=STAFF, scopes=(READ,)),
        Link(endpoint="waves.index", text="Waves of messages", group="Campaigns", actors=STAFF, scopes=(READ,)),
        Link(
            endpoint="campaign.index", text="Campaign of declarations", group="Campaigns", actors=STAFF, scopes=(READ,)
        ),
        Link(endpoint="figures.index", text="Claim figures", group="Campaigns", actors=STAFF, scopes=(READ,)),
        Link(endpoint="reconciliation.index", text="Reconciliation", group="Money", actors=STAFF, scopes=(LEDGER,)),
        Link(endpoint="accounts.index", text="Ledger", group="Money", actors=STAFF, scopes=(LEDGER,)),
        Link(endpoint="partners.index", text="Partners", group="Money", actors=STAFF, scopes=(LEDGER,)),
        Link(endpoint="acts.index", text="What operators did", actors=STAFF, scopes=(READ,)),
    ],
    scopes=("account:manage", "ledger:read", "operations:act", "operations:read"),
)
