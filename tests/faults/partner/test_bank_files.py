"""F23: what the bank says of a file of payouts comes twice, in halves, out of order, or is about nothing of ours.

Each order is played with a payout of its own, each step twice, against the running bank. Whatever the order, the
payout ends in the same state, the ledger says the same, and no invariant is offended.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path

import pytest
import requests

from services.payments.banking import store as banking
from services.payments.banking.banks.iso_http import IsoHttpBank
from services.payments.banking.fetching import StatementFetcher
from services.payments.banking.paying import PayoutSender
from services.payments.order_files import rules
from services.payments.order_files.order_file import FileStatus
from services.payments.payouts import store
from services.payments.payouts.batch import PayoutBatch
from services.payments.payouts.payout import Payout
from services.payments.wiring import service
from shared.kernel.errors import Failure
from shared.kernel.personal import DataClass
from shared.storage import blobs
from shared.storage.service_context import ServiceContext
from tests.faults.partner.asking import offences
from tests.kit.callers import Office
from tests.kit.clock import RunningClock
from tests.kit.contexts import DZ, funds, handle, parked, published, reading
from tests.kit.people import AMIRA, KARIM
from tests.payments.bank import API_KEY, Bank, office, own_settings, running_bank
from tests.payments.banking.files import detail, entry, notice, status_report
from tests.payments.builders import REFUSED_RIB, RETURNED_RIB, RIB, approved, persons

AMOUNT = "320.00"
SALIM = "psalimaaaaaaaaaaaaaaaaaaa"
ACCOUNTS = {AMIRA: RETURNED_RIB, KARIM: RIB, SALIM: REFUSED_RIB}
BOOKED = {AMIRA: 2, KARIM: 1, SALIM: 0}
"""How often the bank books a payout of theirs: paid and returned, paid, refused."""

Step = Callable[["File"], None]


@dataclass
class Ground:
    """Payments and its bank. `reported` counts the statements that payments has heard of."""

    context: ServiceContext
    made: Office
    bank: Bank
    clock: RunningClock
    paying: PayoutSender
    fetching: StatementFetcher

    def sent(self, *claims: str, person: str = AMIRA) -> "File":
        """A file of these claims that the bank has, though nobody lived to write that down; what it booked is told."""
        handle(self.context, service, *(approved(claim, person_ref=person) for claim in claims))
        before = self.bank.delivered
        self.paying.gather(self.context, DZ)
        (batch,) = store.batches.find_all(reading(self.context), status=FileStatus.READY)
        encrypted = blobs.Blob(batch.sha256, batch.size, DataClass.BANK)
        body = b"".join(blobs.read(self.context, DZ, encrypted))
        self.paying.sending.change(self.context, DZ, batch, rule=rules.begin_sending)
        self.paying.bank_of(funds()[DZ]).send_file(body, message_id=batch.batch_id)
        self.bank.deliver(self.made, BOOKED[person])
        statements = [each.message["data"]["statement_id"] for each in self.bank.fund.webhooks[before:]]
        return File(self, batch.batch_id, claims, statements)

    def balance(self, code: str) -> tuple[str, str | None]:
        shown = self.made.staff().get(f"/ledger/accounts/{code}").json
        return shown["balance"], shown["side"]

    def cases(self) -> list[str]:
        return sorted(case["case"] for case in self.made.staff().get("/differences").json["items"])

    def offences(self) -> list[str]:
        return offences(self.context, bank_url=self.bank.url) + parked(self.context)


@dataclass
class File:
    """A file of payouts that the bank has, and what may come of it next. `statements`: paid, and then returned."""

    ground: Ground
    batch_id: str
    claims: Sequence[str]
    statements: list[str]

    @property
    def batch(self) -> PayoutBatch:
        return store.batches.load(reading(self.ground.context), self.batch_id)

    def payout(self, number: int = 0) -> Payout:
        (found,) = store.of_claim(reading(self.ground.context), self.claims[number])
        return found

    def look(self) -> str:
        """Payments does with the file what its state asks for, once; the code of the failure that its job keeps."""
        try:
            self.ground.paying.sending.follow(self.ground.context, DZ, self.batch)
        except Failure as failure:
            return failure.code
        return ""

    def take(self, statement_id: str) -> None:
        """Payments fetches a camt.054 and books it."""
        statement = banking.statements.load(reading(self.ground.context), statement_id)
        assert self.ground.fetching.fetch(self.ground.context, DZ, statement)

    def bank_reports(self, change: Callable[[bytes], bytes]) -> None:
        """From now on the bank's pain.002 of the file reads otherwise."""
        url, key = self.ground.bank.url, API_KEY
        headers = {"Authorization": f"Bearer {key}"}
        real = requests.get(f"{url}/files/{self.batch_id}/pain.002", headers=headers, timeout=5).content
        put = requests.put(f"{url}/_files/{self.batch_id}/pain.002", data=change(real), timeout=5)
        assert put.status_code == 200 and change(real) != real

    def bank_books(self, *, entry_id: str, reason: str, end_to_end_id: str = "") -> str:
        """A camt.054 says that money left for the payout (or whatever it calls so) once more; the statement's id."""
        more = f"<RtrInf><Rsn><Cd>{reason}</Cd></Rsn></RtrInf>"
        line = detail(end_to_end_id or self.payout().end_to_end_id, amount=f'<Amt Ccy="DZD">{AMOUNT}</Amt>', more=more)
        account = f"<Othr><Id>{funds()[DZ].payments.payouts.number}</Id></Othr>"
        body = notice(entry(AMOUNT, details=line), account=account).replace(b"BANK-1", entry_id.encode())
        made = requests.post(f"{self.ground.bank.url}/_statements/{DZ}", data=body, timeout=5)
        self.ground.bank.deliver(self.ground.made)
        statement_id: str = made.json()["statement_id"]
        return statement_id

    def until_closed(self) -> None:
        for _ in range(8):
            if self.batch.status is FileStatus.CLOSED:
                return
            self.look()
        raise AssertionError(f"the file stays {self.batch.status}")


@pytest.fixture
def ground(context: ServiceContext, clock: RunningClock, tmp_path: Path) -> Iterator[Ground]:
    with running_bank(tmp_path) as bank:
        made = office(context, own_settings(bank.url))
        client = IsoHttpBank(url=bank.url, api_key=API_KEY, timeout_s=5.0)
        handle(context, service, persons(ACCOUNTS))
        yield Ground(context, made, bank, clock, PayoutSender(lambda _: client), StatementFetcher(lambda _: client))


def look(file: File) -> None:
    file.look()


def paid(file: File) -> None:
    file.take(file.statements[0])


def returned(file: File) -> None:
    file.take(file.statements[1])


def left_again(file: File) -> None:
    file.take(file.statements[2])


def orders(*steps: Step) -> list[tuple[Step, ...]]:
    """Every order of these steps, once each where a step stands in it several times."""
    return list(dict.fromkeys(permutations(steps)))


def play(file: File, order: Sequence[Step]) -> str:
    """Each step of an order twice, and then whatever the file still asks for; the order, in words."""
    for step in order:
        step(file)
        if step is not look:
            step(file)
    file.until_closed()
    return ", ".join(step.__name__ for step in order)


def events_of(ground: Ground, claim: str) -> list[str]:
    rows = ground.context.database["outbox"].find({"events.key": f"{DZ}:{claim}"}).sort("_id", 1)
    return [each["type"].removeprefix("payments.benefit-") for row in rows for each in row["events"]]


def is_published_in_order(ground: Ground, claim: str) -> bool:
    """Returned is told once and last, paid at most once before it."""
    return events_of(ground, claim) in (["ordered", "paid", "returned"], ["ordered", "returned"])


# --- In every order ---------------------------------------------------------------------------------------------------


def test_f23_a_payment_and_its_return_end_the_same_in_every_order(ground: Ground) -> None:
    """The three looks find out that the file went out, that the bank has it, and what its pain.002 says."""
    every = orders(look, look, look, paid, returned)
    assert len(every) == 20
    for number, order in enumerate(every, start=1):
        file = ground.sent(f"c{number}")
        words = play(file, order)
        assert (file.payout().status, is_published_in_order(ground, f"c{number}")) == ("returned", True), words
    assert ground.balance(f"payable:{AMIRA}") == (f"{number * 320}.00", "credit")
    assert ground.balance("bank:payouts") == ("0.00", None)
    assert ground.cases() == [] and ground.offences() == []


def test_f23_a_refusal_that_the_bank_booked_out_and_back_ends_the_same_in_every_order(ground: Ground) -> None:
    """Some banks book what they refuse, and take it back. Where the refusal is known first, a person sees both."""
    for number, order in enumerate(orders(look, paid, returned), start=1):
        file = ground.sent(f"c{number}")
        file.look()
        file.look()
        file.bank_reports(lambda real: real.replace(b"ACSC", b"RJCT"))
        words = play(file, order)
        assert (file.payout().status, is_published_in_order(ground, f"c{number}")) == ("returned", True), words
    assert ground.balance(f"payable:{AMIRA}") == (f"{number * 320}.00", "credit")
    assert ground.balance("bank:payouts") == ("0.00", None)
    assert ground.balance("suspense:unmatched") == ("0.00", None)
    assert set(ground.cases()) == {"left-unmatched", "unmatched"} and ground.offences() == []


def test_f23_a_return_of_a_return_is_never_a_second_payment_in_any_order(ground: Ground) -> None:
    """Money that leaves for a payout once more is booked, for a person to look at, and not as paid."""
    for number, order in enumerate(orders(paid, returned, left_again), start=1):
        file = ground.sent(f"c{number}")
        file.statements.append(file.bank_books(entry_id=f"again-{number}", reason="FOCR"))
        words = play(file, order)
        assert (file.payout().status, is_published_in_order(ground, f"c{number}")) == ("returned", True), words
    total = f"{number * 320}.00"
    assert ground.balance(f"payable:{AMIRA}") == (total, "credit")
    assert ground.balance("suspense:unmatched") == (total, "debit")
    assert ground.balance("bank:payouts") == (total, "credit")
    assert ground.cases() == ["left-unmatched"] * number and ground.offences() == []


# --- Halves, and what is not ours -------------------------------------------------------------------------------------


def test_f23_a_verdict_in_halves_ends_as_the_whole_one(ground: Ground) -> None:
    """First the bank names one payout that it refuses, later the other: both are returned, and told once."""
    file = ground.sent("c1", "c2", person=SALIM)
    file.look()
    file.look()
    first, second = (file.payout(number).end_to_end_id for number in (0, 1))
    whole = _verdict(file, {first: "RJCT", second: "RJCT"})
    file.bank_reports(lambda real: _verdict(file, {first: "RJCT"}))
    file.look()
    assert [file.payout(number).status for number in (0, 1)] == ["returned", "sent"]
    file.bank_reports(lambda real: whole)
    for _ in range(3):
        file.look()
    assert [file.payout(number).status for number in (0, 1)] == ["returned", "returned"]
    assert file.batch.status is FileStatus.CLOSED
    assert published(ground.context).count("payments.benefit-returned") == 2
    assert ground.balance(f"payable:{SALIM}") == ("640.00", "credit") and ground.offences() == []


def test_f23_a_verdict_on_a_payout_that_is_not_in_the_file_refuses_none(ground: Ground) -> None:
    file = ground.sent("c1", person=KARIM)
    file.look()
    file.look()
    real = _verdict(file, {file.payout().end_to_end_id: "RJCT"})
    file.bank_reports(lambda _: real.replace(b"<OrgnlEndToEndId>", b"<OrgnlEndToEndId>X"))
    file.look()
    file.until_closed()
    assert file.payout().status == "paid" and events_of(ground, "c1") == ["ordered", "paid"]
    assert ground.offences() == []


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda real: real[: len(real) // 2], "bank-file.not-readable"),
        (lambda real: real.replace(b"<OrgnlMsgId>", b"<OrgnlMsgId>X"), "payout.not-of-batch"),
        (lambda real: real.replace(b"<OrgnlCtrlSum>", b"<OrgnlCtrlSum>1"), "payout.not-of-batch"),
    ],
    ids=["cut in the middle", "of an unknown file", "of another sum"],
)
def test_f23_a_verdict_that_cannot_be_of_the_file_changes_nothing_until_the_right_one_comes(
    ground: Ground, change: Callable[[bytes], bytes], why: str
) -> None:
    file = ground.sent("c1", person=KARIM)
    file.look()
    file.look()
    real = _verdict(file, {file.payout().end_to_end_id: "ACSC"})
    wrong = change(_verdict(file, {file.payout().end_to_end_id: "RJCT"}))
    file.bank_reports(lambda _: wrong)
    assert [file.look(), file.look()] == [why] * 2
    assert (file.batch.status, file.payout().status) == (FileStatus.SENT, "sent")
    file.bank_reports(lambda _: real)
    paid(file)
    paid(file)
    file.until_closed()
    assert file.payout().status == "paid" and events_of(ground, "c1") == ["ordered", "paid"]
    assert ground.balance("bank:payouts") == (AMOUNT, "credit") and ground.offences() == []


def test_f23_a_statement_of_payouts_that_nobody_ordered_is_money_for_a_person_to_look_at(ground: Ground) -> None:
    file = ground.sent("c1", person=KARIM)
    unknown = file.bank_books(entry_id="strange-1", reason="NARR", end_to_end_id="never-ordered")
    file.take(unknown)
    file.take(unknown)
    paid(file)
    paid(file)
    file.until_closed()
    assert file.payout().status == "paid" and ground.cases() == ["left-unmatched"]
    assert ground.balance("bank:payouts") == ("640.00", "credit") and ground.offences() == []


def _verdict(file: File, statuses: dict[str, str]) -> bytes:
    """A pain.002 of the file that names these of its payouts and says nothing of the others."""
    lines = "".join(
        f"<TxInfAndSts><OrgnlEndToEndId>{end_to_end_id}</OrgnlEndToEndId><TxSts>{status}</TxSts></TxInfAndSts>"
        for end_to_end_id, status in statuses.items()
    )
    block = f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>P-1</OrgnlPmtInfId>{lines}</OrgnlPmtInfAndSts>"
    whole = status_report(block, group="<GrpSts>PART</GrpSts>").decode()
    total = f"{len(file.claims) * 320}.00"
    for of_another, own in (("MSG-1", file.batch_id), (">3<", f">{len(file.claims)}<"), ("4500.00", total)):
        whole = whole.replace(of_another, own)
    return whole.encode()
