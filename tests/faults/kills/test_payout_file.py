"""F22: payments' worker dies while it writes, uploads, and has uploaded a file of payouts (pain.001).

The bank may get the file again, never as another one: it keeps one file a MsgId. Whoever finds a file that somebody
began to send asks the bank about it before anything else.
"""

import json
import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from deploy.local.programs import HOST
from services.payments.banking.banks.iso_http import IsoHttpBank
from services.payments.payouts.store import FOLLOW
from shared.events.identity import PersonsRegistered, RegisteredPerson
from shared.kernel.personal import DataClass
from shared.storage.service_context import now
from tests.faults.kills.conftest import Ground
from tests.faults.kills.invariants import offending_without_broker
from tests.faults.kills.scene import Scene, playing
from tests.kit.contexts import DZ, funds, handle
from tests.kit.people import AMIRA, KARIM
from tests.payments.builders import RIB, approved

SIGKILLED = -9
HEAD_BYTES_MAX = 1 << 16


@pytest.fixture
def scene(ground: Ground) -> Iterator[Scene]:
    """Payments, its bank, and two payouts ordered; the worker is not started yet."""
    with playing(ground.folder, ground.mongodb) as made:
        made.start_simulators("BANK_PORT")
        payments = made.contexts["payments"]
        made.services["payments"].make_indexes(payments)
        claims = [approved("c1"), approved("c2", person_ref=KARIM, reference="CL260000000294")]
        handle(payments, made.services["payments"], _payees(made), *claims)
        yield made


def _payees(scene: Scene) -> PersonsRegistered:
    """Both persons with name and account, encrypted as identity would."""
    keys = scene.contexts["payments"].keys[DZ]
    civil = json.dumps(
        {"insurance_number": "1", "family_name": "Inventée", "first_name": "Amira", "birth_on": "1990-01-01"}
    )
    rows = [
        RegisteredPerson(
            person_ref=ref,
            civil=keys.encrypt(civil, data_class=DataClass.CIVIL, associated_data=ref),
            bank=keys.encrypt(RIB, data_class=DataClass.BANK, associated_data=ref),
            language="fr",
        )
        for ref in (AMIRA, KARIM)
    ]
    return PersonsRegistered(page_id="page", registered_at=datetime(2026, 2, 10, tzinfo=UTC), persons=tuple(rows))


@pytest.mark.parametrize(
    ("step", "left"),
    [("payout.stored", None), (f"periodic-task payouts {DZ}/work.saved", None), ("payout.sending", "sending")],
    ids=["once the file is stored", "while the batch is kept", "before the upload"],
)
def test_f22_killed_while_writing(scene: Scene, step: str, left: str | None) -> None:
    """The bank knows nothing of the file: after it was asked it gets it, once."""
    _dies(scene, step)
    assert _status(scene) == left
    assert _files(scene, "taken") == []
    _assert_paid_once(scene)


def test_f22_killed_while_uploading(scene: Scene) -> None:
    """Half of the file is with the bank when the process dies."""
    with _half_a_wire(scene) as url:
        scene.settings["payments"]["BANK_URL"] = url
        _dies(scene)
    assert _status(scene) == "sending"
    assert _files(scene, "taken") == []
    scene.settings["payments"]["BANK_URL"] = f"http://{HOST}:{scene.ports['BANK_PORT']}"
    _assert_paid_once(scene)


def test_f22_killed_after_uploading(scene: Scene) -> None:
    """The bank has the file and nobody here knows: it is asked, and says so."""
    _dies(scene, "payout.sent")
    assert _status(scene) == "sending"
    assert len(_files(scene, "taken")) == 1
    _assert_paid_once(scene)


def _dies(scene: Scene, step: str = "") -> None:
    """Start the worker, which is killed."""
    scene.arm()
    worker = scene.launch("payments", step=step)
    worker.join(60)
    assert worker.exitcode == SIGKILLED, scene.last_words("payments")


def _status(scene: Scene) -> str | None:
    batch: Any = scene.database("payments")["batches"].find_one()
    return None if batch is None else str(batch["status"])


def _assert_paid_once(scene: Scene) -> None:
    """Time passes; the file is asked about, sent if need be, reported and closed; each payout left the bank once."""
    scene.launch("payments")
    batches, payouts = scene.database("payments")["batches"], scene.database("payments")["payouts"]

    def is_closed() -> bool:
        if batches.count_documents({"status": {"$in": ["sending", "unknown"]}}):
            scene.database("payments")["jobs"].update_many({"kind": FOLLOW}, {"$set": {"due_at": now()}})
        return batches.count_documents({"status": "closed"}) == 1

    scene.until(is_closed, what="the batch to be closed")
    assert payouts.distinct("status") == ["paid"]
    (batch,) = batches.find()
    assert _files(scene, "taken") == [str(batch["batch_id"])]
    assert _files(scene, "duplicate") == [], "it was sent again before the bank was asked"
    booked = [entry.end_to_end_id for entry in _booked(scene)]
    assert sorted(booked) == sorted(str(row["end_to_end_id"]) for row in payouts.find()) and len(booked) == 2
    assert scene.database("payments")["ledger_entries"].count_documents({}) == 4
    assert offending_without_broker(scene, "payments") == {}


def _files(scene: Scene, what: str) -> list[str]:
    """The MsgIds of the files that the bank took, as it wrote them down."""
    lines = requests.get(f"http://{HOST}:{scene.ports['BANK_PORT']}/_log", timeout=10).json()["log"]
    return [line["facts"]["message_id"] for line in lines if line["what"] == f"file-{what}"]


def _booked(scene: Scene) -> list[Any]:
    """Everything that left the fund's account, by the bank's own statement."""
    bank = IsoHttpBank(
        url=f"http://{HOST}:{scene.ports['BANK_PORT']}",
        api_key=scene.settings["payments"]["BANK_API_KEY"],
        timeout_s=10,
    )
    notice = bank.day(funds()[DZ].payments.payouts.number, on=now().date())
    return [] if notice is None else list(notice.entries)


@contextmanager
def _half_a_wire(scene: Scene) -> Iterator[str]:
    """A wire to the bank that takes half of an upload, then kills who sends it and breaks."""
    with closing(socket.create_server((HOST, 0))) as server:

        def publish_waiting() -> None:
            with closing(server.accept()[0]) as sender:
                head, size = _head(sender)
                half = sender.recv(size // 2, socket.MSG_WAITALL)
                os.killpg(scene.workers["payments"].pid or 0, signal.SIGKILL)
                with closing(socket.create_connection((HOST, scene.ports["BANK_PORT"]))) as bank:
                    bank.sendall(head + half)

        threading.Thread(target=publish_waiting, daemon=True).start()
        yield f"http://{HOST}:{server.getsockname()[1]}"


def _head(sender: socket.socket) -> tuple[bytes, int]:
    """The head of a request to its last byte, and the length of the body that follows."""
    head = b""
    while not head.endswith(b"\r\n\r\n") and len(head) < HEAD_BYTES_MAX:
        head += sender.recv(1)
    lengths = [line for line in head.lower().splitlines() if line.startswith(b"content-length:")]
    return head, int(lengths[0].split(b":")[1])
