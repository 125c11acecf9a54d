"""I6: a bank file's count and control sum are those of its lines, each EndToEndId stands in one file, and no claim
or payment of an award is to be paid by two payouts.

Three tellings of each file are held against each other: the batch and its payouts, the file as it is stored encrypted
(opened where the keys are given, and read by the bank's own reader), and the bank's log (where the bank answers).
"""

import functools
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import requests

from deploy.local.verify.answer import Look
from deploy.local.verify.seen import Row, Seen
from services.payments.banking.iso20022.documents import SCHEMAS
from services.payments.payouts.payout import Status
from shared.funds.fund import Fund
from shared.funds.loading import load
from shared.kernel.money import Money
from shared.kernel.personal import DataClass
from shared.storage import blobs
from shared.storage.service_context import ServiceContext
from simulators.bank import exchange, files

BANK_WAIT_S = 10


@dataclass(frozen=True)
class Line:
    """A payout, as a line of a file."""

    payout_id: str
    end_to_end_id: str
    amount_minor: int
    batch_id: str | None


_defined = functools.cache(load)
"""The funds as they are defined, read once: the faults' tests ask again and again."""


def ask(seen: Seen, look: Look) -> None:
    if "payments" not in seen.databases:
        look.cannot("payments is not here")
        return
    lines = _lines(seen, look)
    batches = list(_batches(seen, look, lines))
    if seen.bank_keys:
        funds = seen.funds or _defined(tuple(seen.bank_keys))
        context = ServiceContext(seen.databases["payments"], funds, seen.bank_keys)
        for batch in (each for each in batches if each["fund"] in funds):
            look.at("files opened")
            for offence in _of_file(context, funds[batch["fund"]], batch, lines):
                look.offends(f"file {batch['_id']}: {offence}")
    if seen.bank:
        sent = {batch["batch_id"]: len(batch["payout_ids"]) for batch in batches}
        _of_bank(seen, look, {**sent, **_debit_files(seen, look)})


def _lines(seen: Seen, look: Look) -> Mapping[str, Line]:
    lines: dict[str, Line] = {}
    names: Counter[tuple[str, str]] = Counter()
    living: Counter[tuple[str, str]] = Counter()
    fields = ("fund", "payout_id", "end_to_end_id", "amount_minor", "batch_id", "claim_id", "payment_id", "status")
    for row in seen.rows("payments", "payouts", *fields):
        cause = f"payment {row['payment_id']}" if row.get("payment_id") else f"claim {row['claim_id']}"
        living[row["fund"], cause] += row["status"] != Status.RETURNED
        lines[row["_id"]] = Line(row["payout_id"], row["end_to_end_id"], row["amount_minor"], row.get("batch_id"))
        names[row["fund"], row["end_to_end_id"]] += 1
    look.at("payouts", len(lines))
    for (fund, name), count in names.items():
        if count > 1:
            look.offends(f"{fund} {count} payouts are called {name}")
    for (fund, cause), count in living.items():
        if count > 1:
            look.offends(f"{fund} {count} payouts pay {cause}")
    return lines


def _batches(seen: Seen, look: Look, lines: Mapping[str, Line]) -> Iterator[Row]:
    """Every batch, after its payouts were held against it."""
    in_batches: Counter[str] = Counter()
    fields = ("fund", "batch_id", "payout_ids", "total_minor", "sha256", "size")
    for batch in seen.rows("payments", "batches", *fields):
        look.at("files")
        ids = [f"{batch['fund']}:{payout_id}" for payout_id in batch["payout_ids"]]
        in_batches.update(ids)
        own = [lines[each] for each in ids if each in lines]
        total = sum(line.amount_minor for line in own)
        if len(own) != len(ids):
            look.offends(f"file {batch['_id']}: {len(ids) - len(own)} of its payouts are not there")
        if total != batch["total_minor"]:
            look.offends(f"file {batch['_id']}: its sum is {batch['total_minor']}, that of its payouts {total}")
        for line in own:
            if line.batch_id != batch["batch_id"]:
                look.offends(f"file {batch['_id']}: payout {line.payout_id} says that it is in {line.batch_id}")
        yield batch
    for payout, count in in_batches.items():
        if count > 1:
            look.offends(f"payout {payout} stands in {count} files")
    for payout, line in lines.items():
        if line.batch_id is not None and payout not in in_batches:
            look.offends(f"payout {payout} says that it is in {line.batch_id}, which does not have it")


def _debit_files(seen: Seen, look: Look) -> Mapping[str, int]:
    """The files of direct debits, each with how many it holds. One that is written is the sum of its blocks; one of an
    earlier release has none."""
    counts: Counter[str] = Counter()
    totals: Counter[str] = Counter()
    for block in seen.rows("payments", "debit_blocks", "batch_id", "collection_ids", "total_minor"):
        counts[block["batch_id"]] += len(block["collection_ids"])
        totals[block["batch_id"]] += block["total_minor"]
    found: dict[str, int] = {}
    fields = ("batch_id", "collection_ids", "block_ids", "debit_count", "total_minor", "sha256")
    for row in seen.rows("payments", "debit_files", *fields):
        look.at("debit files")
        batch_id = row["batch_id"]
        found[batch_id] = row.get("debit_count") or len(row["collection_ids"])
        of_blocks = (counts[batch_id], totals[batch_id])
        if row.get("block_ids") and row["sha256"] and of_blocks != (row["debit_count"], row["total_minor"]):
            look.offends(f"debit file {batch_id} is not the sum of its blocks")
    return found


def _of_file(context: ServiceContext, fund: Fund, batch: Row, lines: Mapping[str, Line]) -> Iterator[str]:
    """The differences between the stored file and what it should contain, as the bank would parse it."""
    body = b"".join(blobs.read(context, fund.fund_id, blobs.Blob(batch["sha256"], batch["size"], DataClass.BANK)))
    if sha256(body).hexdigest() != batch["sha256"]:
        yield "its bytes are not those that were named"
        return
    read = files.read(body, schemas=Path(SCHEMAS)) if body.startswith(b"<") else exchange.read(body)
    if fault := files.fault_of(read):
        yield f"its count or control sum is not that of its lines ({fault})"
    if read.message_id != batch["batch_id"]:
        yield f"it is called {read.message_id}"
    due = Counter(
        (line.end_to_end_id, str(Money(line.amount_minor, fund.currency).decimal()))
        for line in (lines.get(f"{fund.fund_id}:{payout_id}") for payout_id in batch["payout_ids"])
        if line is not None
    )
    written = Counter((order.end_to_end_id, order.amount) for order in read.orders)
    for (end_to_end_id, amount), count in ((written - due) + (due - written)).items():
        yield f"the line {end_to_end_id} of {amount} differs from its payout ({count})"


def _of_bank(seen: Seen, look: Look, sent: Mapping[str, int]) -> None:
    """The bank took each file at most once, with as many orders as we say, and none that is unknown here."""
    taken: Counter[str] = Counter()
    for line in _bank_log(seen.bank):
        if line["what"] == "file-taken":
            facts = line["facts"]
            taken[facts["message_id"]] += 1
            if facts["message_id"] not in sent:
                look.offends(f"the bank took {facts['message_id']}, which no batch is called")
            elif facts["orders"] != sent[facts["message_id"]]:
                look.offends(f"the bank took {facts['message_id']} with {facts['orders']} orders")
    look.at("files at the bank", taken.total())
    for message_id, count in taken.items():
        if count > 1:
            look.offends(f"the bank took {message_id} {count} times")


def _bank_log(bank: str) -> Iterator[dict[str, Any]]:
    after = 0
    while lines := requests.get(f"{bank}/_log", params={"after": after}, timeout=BANK_WAIT_S).json()["log"]:
        yield from lines
        after = lines[-1]["number"]
