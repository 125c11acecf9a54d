"""The database passwords of a local run are changed: by deleting one, and without a pause by a second user."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.database import Database
from pymongo.errors import OperationFailure

from deploy.local import addresses
from deploy.local.credentials import Credentials
from deploy.local.engines import chosen, secantusdb
from deploy.local.programs import free_port, running


class Run:
    """The part of a local run that has the database and its users."""

    def __init__(self, var: Path) -> None:
        self.var = var
        self.ports = addresses.ports({"MONGODB_PORT": str(free_port())})
        self.credentials = Credentials(var / "secrets")

    @contextmanager
    def started(self) -> Iterator[dict[str, str]]:
        """Start as `make run` does; by service, how it signs in."""
        (program,) = chosen.documents({}, ports=self.ports, credentials=self.credentials, var=self.var)
        settings = chosen.settings({}, ports=self.ports, credentials=self.credentials)
        with running(program, log=self.var / "log"):
            yield {service: each["MONGODB_URI"] for service, each in settings.items()}


@contextmanager
def signed_in(uri: str, name: str = "himaya_claims") -> Iterator[Database[dict[str, Any]]]:
    with MongoClient[dict[str, Any]](uri) as client:
        yield client[name]


def lets_in(uri: str) -> bool:
    with signed_in(uri) as database:
        try:
            database["cases"].find_one()
        except OperationFailure:
            return False
    return True


def test_a_password_that_was_deleted_is_made_anew_and_the_old_one_opens_nothing(tmp_path: Path) -> None:
    run = Run(tmp_path)
    with run.started() as before:
        with signed_in(before["claims"]) as database:
            database["cases"].insert_one({"_id": 1})
        assert lets_in(before["claims"])
    (tmp_path / "secrets" / "mongodb-claims").unlink()
    with run.started() as after:
        assert before["claims"] != after["claims"] and before["payments"] == after["payments"]
        assert not lets_in(before["claims"])
        with signed_in(after["claims"]) as database:
            assert database["cases"].count_documents({}) == 1
        with signed_in(after["payments"], "himaya_payments") as database:
            assert database["cases"].find_one() is None


def test_with_a_second_user_old_and_new_processes_run_side_by_side(tmp_path: Path) -> None:
    port, storage, log = free_port(), tmp_path / "data", tmp_path / "log"
    users = {"claims": ("himaya_claims", "one"), "claims-2": ("himaya_claims", "two")}
    secantusdb.provision(port=port, storage=storage, log=log, users=users)
    uris = {
        name: secantusdb.uri(port=port, database=database, user=name, password=password)
        for name, (database, password) in users.items()
    }
    with (
        running(secantusdb.program(port=port, storage=storage, options=secantusdb.DURABLE_WITH_USERS), log=log),
        signed_in(uris["claims"]) as before,
        signed_in(uris["claims-2"]) as after,
    ):
        before["cases"].insert_one({"_id": "by the old user"})
        after["cases"].insert_one({"_id": "by the new user"})
        assert before["cases"].count_documents({}) == after["cases"].count_documents({}) == 2
        with pytest.raises(OperationFailure, match="not authorized"):
            after.client["himaya_payments"]["cases"].find_one()
