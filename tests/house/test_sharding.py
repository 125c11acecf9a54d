"""G9: every filter names the fund. Repositories cannot forget it; who asks a collection without one is named here."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pymongo.database import Database

from deploy.docs.data_model import UNSHARDED
from tests.kit.commands import received
from tests.kit.contexts import DZ, context_on, someone

ROOT = Path(__file__).parents[2]
DIRECT = re.compile(r"raw_collection\(|\bcontext\.collection\(|\bdatabase\[|databases\[")

BESIDE_THE_REPOSITORIES: Mapping[str, str] = {
    "services/notifications/messages/store.py": "asks only how many ids the engine takes at once",
    "shared/bus/dead_letters.py": "stays whole; a broken event may name no fund",
    "shared/bus/inbox.py": "by the funds of what came, and none for rows of an older release",
    "shared/bus/relay.py": "carries the events of all funds in order; marks them by fund",
    "shared/jobs/queue.py": "one question for all funds, which it names",
    "shared/process/operations/case_events.py": "by the fund and the case; what became of events by their ids",
    "shared/process/operations/inbox.py": "how the workers of a service are: no fund's",
    "shared/process/operations/dead_letter_actions.py": "stays whole",
    "shared/process/operations/outbox.py": "an operator's status counts what all funds told; errands stay whole",
    "shared/process/operations/summary.py": "counts what the service handled of all funds; requests by fund",
    "shared/process/operations/infrastructure.py": "gives operators' commands their database",
    "shared/process/worker_status.py": "counts what all funds told",
    "shared/storage/indexes.py": "makes indexes",
    "shared/storage/service_context.py": "gives repositories their collections",
    "shared/storage/transaction_check.py": "a row of its own, never kept",
    "shared/storage/reencryption.py": "names the fund",
    "shared/storage/retention.py": "names the fund, but for outbox and inbox, which are purged for all",
    "shared/storage/published_values.py": "names the fund, and none for rows of an older release",
    "shared/storage/sessions.py": "sessions of processes: no fund's",
    "shared/storage/unit_of_work.py": "gives repositories their collections",
}
"""Files that reach a collection by themselves, and why that names the fund or need not."""


def test_g09_only_named_files_reach_a_collection_by_themselves() -> None:
    found = {
        str(path.relative_to(ROOT))
        for folder in ("services", "shared")
        for path in (ROOT / folder).rglob("*.py")
        if DIRECT.search(path.read_text())
    }
    assert found == set(BESIDE_THE_REPOSITORIES)


def test_g09_each_question_of_a_repository_names_the_fund(database: Database[dict[str, Any]], mongodb: str) -> None:
    with received() as sent:
        context = context_on(database, mongodb)

        def everything(uow: Any) -> None:
            tenant_collection = uow.collection("things")
            tenant_collection.insert("a", {"version": 1})
            tenant_collection.insert_many({"b": {"version": 1}, "c": {"version": 1}})
            tenant_collection.find_one("a")
            tenant_collection.find({"version": 1}, limit=1, sort=[("version", 1)])
            tenant_collection.find_keys(["a", "b"])
            tenant_collection.revise("a", {"version": 2}, version=1)
            tenant_collection.replace_many({"b": {"version": 2}, "c": {"version": 2}})
            tenant_collection.update("a", {"$set": {"seen": True}}, version=2)
            tenant_collection.update_keys([tenant_collection.key("a")], {"$set": {"seen": True}})
            tenant_collection.update_all({"version": 2}, {"$set": {"seen": True}})
            tenant_collection.put("d", {"version": 1})
            tenant_collection.count({"version": 2})
            tenant_collection.remove("d")

        context.run(DZ, by=someone(), cause="", action=everything)
    filters = []
    for each in sent.sent:
        if each["name"] == "bulkWrite":
            filters += [written["filter"] for written in each["ops"] if "filter" in written]
        elif each.get(each["name"]) == "things":
            filters += [each["filter"]] if "filter" in each else []
            filters += [step["$match"] for step in each.get("pipeline", []) if "$match" in step]
            filters += [one["q"] for one in [*each.get("updates", []), *each.get("deletes", [])]]
    assert len(filters) >= 11
    assert [wanted for wanted in filters if wanted.get("fund") != DZ] == []


def test_g09_what_stays_whole_is_said_in_the_data_model() -> None:
    page = (ROOT / "docs" / "data-model.md").read_text()
    for line in page.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| `") and cells[3] == "none":
            assert cells[0].strip("`") in UNSHARDED
        elif line.startswith("| `"):
            assert cells[3] in ("fund", "fund, _id"), line
