"""One story through all five services, told by their own commands: a register, papers, wages, a claim, its money.

What each service holds at its end is written here, and is the same whatever was killed, sent twice or came late.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from io import BytesIO
from typing import Any

from werkzeug.test import TestResponse

from shared.kernel.partial_date import PartialDate
from shared.storage.service_context import now
from tests.documents.uploads.builders import a_pdf
from tests.faults.kills.scene import Scene
from tests.identity.builders import AMIRA_NSS, csv_file, employer_row, imported, karim, person_row
from tests.kit.contexts import DZ
from tests.payments.declarations.builders import DZ_EMPLOYER, Worker, das_b
from tests.payments.declarations.harness import USUAL

KARIM_NSS = "900000000002"


def workers_of_the_register() -> list[Worker]:
    """Those whom the register knows by these numbers, under their names: what differs would have to be confirmed."""
    rows = [person_row(), karim(insurance_number=KARIM_NSS)]
    return [
        Worker(
            number,
            {
                "insurance_number": row["insurance_number"],
                "family_name": row["family_name"],
                "first_name": row["first_name"],
                "birth_on": PartialDate(row["birth_on"]),
            },
        )
        for number, row in enumerate(rows, start=1)
    ]


PUBLISHED: Mapping[str, Mapping[str, int]] = {
    "identity": {
        "identity.persons-registered": 1,
        "identity.employers-registered": 1,
        "identity.cards-refreshed": 1,
    },
    "documents": {"documents.upload-stored": 2},
    "claims": {
        "claims.rights-decided": 1,
        "claims.claim-submitted": 1,
        "claims.claim-approved": 1,
        "claims.claim-paid": 1,
    },
    "payments": {
        "payments.declaration-received": 1,
        "payments.declaration-accepted": 1,
        "payments.wages-declared": 2,
        "payments.benefit-ordered": 1,
        "payments.benefit-paid": 1,
    },
    "notifications": {"notifications.message-sent": 8},
}
"""What each service has told at the end, by type."""

KEPT: Mapping[str, Mapping[str, int]] = {
    "identity": {"persons": 2, "employers": 1, "cards": 2},
    "documents": {"persons": 2, "employers": 1, "uploads": 2, "blobs": 2, "careers": 2, "declared_pages": 1},
    "claims": {"uploads": 2, "entitlements": 2, "claims": 1},
    "payments": {
        "employers": 1,
        "payees": 2,
        "declarations": 1,
        "declaration_wages": 1,
        "declaration_cards": 1,
        "obligations": 1,
        "payouts": 1,
        "batches": 1,
        "ledger_entries": 3,
    },
    "notifications": {"contacts": 3, "messages": 9},
}
"""What each service keeps at the end, by collection."""

COUNTED: Mapping[str, Mapping[str, object]] = {"ledger_entries": {"cause": {"$regex": "^(declaration|payout)"}}}
"""What of a collection is counted, where not all is: whether the wages come late, and cost a penalty, is the day's."""

STATES: Mapping[str, Mapping[str, str]] = {
    "claims": {"claims": "paid"},
    "payments": {"declarations": "accepted", "payouts": "paid"},
    "notifications": {"messages": "sent"},
}
"""The state in which all things of a collection are at the end."""


class Story:
    """The people of the story at their desks."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        keys = scene.contexts["identity"].keys[DZ]
        self.amira = scene.offices["documents"].person(keys.person_ref(AMIRA_NSS))
        self.claimant = scene.offices["claims"].person(keys.person_ref(AMIRA_NSS))
        self.agent = scene.offices["claims"].staff()
        self.firm = scene.offices["payments"].employer(DZ_EMPLOYER)

    def begin(self) -> None:
        """The fund imports its register, and every service hears of it."""
        identity, home = self.scene.contexts["identity"], self.scene.home
        rows = [person_row(), karim(insurance_number=KARIM_NSS)]
        files = {
            "--persons": csv_file(home / "persons.csv", rows),
            "--employers": csv_file(home / "firms.csv", [employer_row()]),
        }
        status, said = imported(identity, *(part for pair in files.items() for part in pair))
        assert status == 0, said
        self.scene.settle()

    def go_on(self) -> None:
        """An employer declares wages; a person gives papers and files a claim; an agent approves it."""
        papers = [self._gives(page) for page in (1, 2)]
        wages = [(BytesIO(content), name) for name, content in das_b(workers_of_the_register()).by_name.items()]
        form = {**USUAL[DZ], "files": wages}
        filed = self.firm.post("/declarations", data=form, content_type="multipart/form-data")
        self._acknowledged("payments", "declarations", _taken(filed)["declaration_id"])
        self.claim_id = self._files(papers)
        rights = self.scene.database("claims")["entitlements"]
        self.scene.until(lambda: rights.count_documents({}) == 2, what="rights")
        _taken(self.agent.post(f"/claims/{self.claim_id}/approval", {}))

    def is_over(self) -> bool:
        """Whether all was told that the story tells."""
        return all(published(self.scene, service) == wanted for service, wanted in PUBLISHED.items())

    def _gives(self, pages: int) -> str:
        parts = {"file": (BytesIO(a_pdf(pages=pages)), "paper.pdf", "application/pdf")}
        answer = self.amira.post("/uploads", data=parts, content_type="multipart/form-data")
        return self._acknowledged("documents", "uploads", _taken(answer)["upload_id"])

    def _files(self, papers: list[str]) -> str:
        """Claims may not have heard of the papers yet: then it says so, and is asked again."""
        body = filing(*papers)
        answers: list[TestResponse] = []

        def asked() -> bool:
            answers.append(self.claimant.post("/claims", body))
            return answers[-1].status_code != 409

        self.scene.until(asked, what="the papers to be known")
        return self._acknowledged("claims", "claims", _taken(answers[-1])["claim_id"])

    def _acknowledged(self, service: str, collection: str, thing_id: str) -> str:
        """Write down what a service said it had done: from now on it has to be there."""
        self.scene.acknowledged.append((service, collection, f"{DZ}:{thing_id}"))
        return thing_id


def filing(sheet: str, prescription: str) -> dict[str, Any]:
    """A visit to a general practitioner."""
    return {
        "claim_type": "care-reimbursement",
        "care_on": (now() - timedelta(days=3)).date().isoformat(),
        "lines": [{"act": "general-practitioner", "quantity": 1, "paid": "500.00"}],
        "papers": [{"kind": "care-sheet", "upload_id": sheet}, {"kind": "prescription", "upload_id": prescription}],
    }


def kept(scene: Scene, service: str) -> dict[str, int]:
    """How many things a service keeps, of the collections that the story knows."""
    return {name: scene.database(service)[name].count_documents(COUNTED.get(name, {})) for name in KEPT[service]}


def states(scene: Scene, service: str) -> dict[str, str]:
    """The states, joined, of all things of the collections of which the story says it."""
    found = {name: scene.database(service)[name].distinct("status") for name in STATES.get(service, {})}
    return {name: " ".join(sorted(map(str, each))) for name, each in found.items()}


def assert_is_at_its_end(scene: Scene, service: str) -> None:
    """A service told, keeps and shows what it does where nothing went wrong, each once."""
    found = (published(scene, service), kept(scene, service), states(scene, service))
    wanted = (PUBLISHED[service], KEPT[service], STATES.get(service, {}))
    assert found == wanted, f"{service} holds {found} instead of {wanted}"


def published(scene: Scene, service: str) -> dict[str, int]:
    """How many events of each type a service has told, but for those of its audit."""
    return dict(Counter(event["type"] for event in scene.published(service) if event["topic"] == service))


def _taken(answer: TestResponse) -> Any:
    assert answer.status_code < 300, answer.text
    return answer.json
