"""A bank that exchanges files and nothing else: no payment page, no webhook, no requests.

Files lie in a folder that the bank's transfer program (SFTP, a leased line's gateway) fills and empties:

| folder | who writes | what | | --- | --- | --- | | `to-bank/<message id>.txt` | the fund | orders; the program takes
it away, or leaves it there | | `from-bank/report-<message id>.txt` | the bank | what it says of a file of orders | |
`from-bank/statement-<name>.txt` | the bank | what was booked on an account | | `sent/`, `done/` | the fund | copies of
what was handed in; statements that are booked |

A file is written under another name and renamed when it is whole. The folder is one for all processes of the service.
"""

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import NamedTemporaryFile

import structlog

from services.payments.banking.bank import BankAnswerTooLarge, BankOutcomeUnknown, BankPayment, BankRefused
from services.payments.banking.bank_file import (
    NOT_PROVIDED,
    REFUSED_WITHOUT_REASON,
    BankNotice,
    BankStatus,
    BookedEntry,
    ClosingBalance,
    CreditTransfer,
    DebitHeading,
    DebitInstruction,
    Direction,
    Level,
    PayoutHeading,
    StatusReport,
)
from services.payments.banking.banks.fixed_width import FileIncomplete, FixedWidth, Line, LineMalformed
from services.payments.banking.characters import written_for
from services.payments.banking.iso20022.documents import FILE_BYTES_MAX, CountDiffers
from shared.kernel.money import Currency, Money

NAMES_MAX = 1_000
"""Of statements looked at in one look; the next has the others."""
NOT_OFFERED = "not-offered"

_NAME = re.compile(r"statement-([A-Za-z0-9._-]{1,80})\.txt", re.ASCII)

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class FixedFilesBank:
    """One bank (`Bank`) and the folder that is shared with it."""

    layout: FixedWidth
    folder: Path

    def open_checkout(
        self, *, payment_id: str, fund_id: str, amount_minor: int, currency: Currency, return_url: str
    ) -> str:
        """It has no payment page."""
        raise BankRefused(reason=NOT_OFFERED)

    def payment(self, payment_id: str, *, currency: Currency) -> BankPayment | None:
        """It knows of no card payment."""
        return None

    def close_checkout(self, payment_id: str, *, currency: Currency) -> BankPayment | None:
        """There is no page to be closed."""
        return None

    def write(self, heading: PayoutHeading, transfers: Sequence[CreditTransfer]) -> bytes:
        """Names and purposes are written in the bank's letters and cut to what their fields hold; an account or an id
        that does not fit is an error."""
        head = {
            "message_id": heading.message_id,
            "debtor_account": heading.debtor_account,
            "debtor_name": self._cut("header", "debtor_name", heading.debtor_name),
            "created_on": heading.created_at.date(),
            "execute_on": heading.execute_on,
            "currency": heading.currency.value,
        }
        lines = [
            {
                "end_to_end_id": each.end_to_end_id,
                "creditor_account": each.creditor_account,
                "creditor_name": self._cut("transfer", "creditor_name", each.creditor_name),
                "amount": each.amount.amount_minor,
                "purpose": self._cut("transfer", "purpose", each.purpose),
            }
            for each in transfers
        ]
        tail = {"count": len(lines), "total": sum(each.amount.amount_minor for each in transfers)}
        whole: list[tuple[str, Mapping[str, object]]] = [
            ("header", head),
            *(("transfer", line) for line in lines),
            ("trailer", tail),
        ]
        return self.layout.write(self.layout.orders, whole)

    def send_file(self, body: bytes, *, message_id: str) -> None:
        """A file that was handed in stays known by its copy in `sent/`: a second one of its id does nothing."""
        name = f"{message_id}.txt"
        if self.has_file(message_id):
            return
        try:
            # The copy last: where the process ends between the two, the same file is put there once more.
            self._put("to-bank", name, body)
            self._put("sent", name, body)
        except OSError as gone:
            raise BankOutcomeUnknown from gone

    def write_debits(self, heading: DebitHeading, instructions: Iterable[DebitInstruction]) -> bytes:
        """Its files have no debits."""
        raise BankRefused(reason=NOT_OFFERED)

    def send_debits(self, body: bytes, *, message_id: str) -> None:
        """It takes none."""
        raise BankRefused(reason=NOT_OFFERED)

    def has_file(self, message_id: str) -> bool:
        """Whether the file was handed in."""
        try:
            return any((self.folder / place / f"{message_id}.txt").exists() for place in ("sent", "to-bank"))
        except OSError as gone:
            raise BankOutcomeUnknown from gone

    def report(self, message_id: str) -> StatusReport | None:
        """What the bank says of a file; where it has not said anything yet, a report that says nothing."""
        body = self._read("from-bank", f"report-{message_id}.txt")
        if body is None:
            return _silent_on(message_id) if self.has_file(message_id) else None
        lines, faults = self.layout.read(self.layout.report, body)
        if faults:
            raise faults[0]
        head, _ = _ends(lines)
        return StatusReport(
            message_id=head["message_id"],
            original_message_id=head["original_message_id"],
            original_count=None,
            original_sum=None,
            statuses=(
                self._status(Level.GROUP, message_id, head),
                *(self._status(Level.TRANSFER, each["end_to_end_id"], each) for each in _values(lines, "transfer")),
            ),
        )

    def new_statements(self) -> Sequence[str]:
        """The names of those that are whole, as the program renames them, in the order of their names."""
        try:
            names = sorted(each.name for each in (self.folder / "from-bank").iterdir())
        except FileNotFoundError:
            return ()
        except OSError as gone:
            raise BankOutcomeUnknown from gone
        found = [match[1] for name in names if (match := _NAME.fullmatch(name))]
        for name in names:
            if name.startswith("statement-") and name.endswith(".txt") and not _NAME.fullmatch(name):
                log.error("bank-file-name-not-read", name=name[:100])
        return found[:NAMES_MAX]

    def statement(self, statement_id: str) -> BankNotice | None:
        """A file of booked entries. What of it cannot be read is a fault of the notice, and holds up nothing else."""
        body = self._read("from-bank", f"statement-{statement_id}.txt")
        if body is None:
            body = self._read("done", f"statement-{statement_id}.txt")
        if body is None:
            return None
        return read_statement(self.layout, body)

    def is_booked(self, statement_id: str) -> None:
        """The file goes to `done/`."""
        name = f"statement-{statement_id}.txt"
        try:
            (self.folder / "done").mkdir(parents=True, exist_ok=True)
            (self.folder / "from-bank" / name).replace(self.folder / "done" / name)
        except FileNotFoundError:
            return  # another process was faster
        except OSError as gone:
            raise BankOutcomeUnknown from gone

    def day(self, account: str, *, on: date) -> BankNotice | None:
        """It answers no question: what was booked comes with the next statement."""
        return None

    def send_mandate_message(self, body: bytes, *, message: str, message_id: str) -> None:
        """It has no messages about mandates."""
        raise BankRefused(reason=NOT_OFFERED)

    def mandate_report(self, report_id: str) -> bytes | None:
        """It says nothing of mandates in files."""
        return None

    def _cut(self, record: str, field: str, text: str) -> str:
        width = next(each.width for each in self.layout.orders.records[record] if each.name == field)
        written = written_for(text, characters=self.layout.characters, characters_max=width)
        return written or NOT_PROVIDED[:width]

    def _status(self, level: Level, original_id: str, values: dict[str, str]) -> BankStatus:
        reason = values["reason"]
        return BankStatus(
            level=level,
            original_id=original_id,
            status=self.layout.statuses.get(values["status"], values["status"]),
            reasons=(self.layout.reasons.get(reason, REFUSED_WITHOUT_REASON),) if reason else (),
        )

    def _put(self, place: str, name: str, body: bytes) -> None:
        folder = self.folder / place
        folder.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=folder, prefix=".", suffix=".part", delete=False) as part:
            part.write(body)
            part.flush()
            os.fsync(part.fileno())  # renamed before, it may be found empty after a power cut
        Path(part.name).replace(folder / name)

    def _read(self, place: str, name: str) -> bytes | None:
        try:
            with (self.folder / place / name).open("rb") as file:
                body = file.read(FILE_BYTES_MAX + 1)
        except FileNotFoundError:
            return None
        except OSError as gone:
            raise BankOutcomeUnknown from gone
        if len(body) > FILE_BYTES_MAX:
            raise BankAnswerTooLarge
        return body


def read_statement(layout: FixedWidth, body: bytes) -> BankNotice:
    """What a statement in the bank's layout says was booked. Raises `FileIncomplete`, `LineMalformed`."""
    lines, faults = layout.read(layout.statement, body)
    head, tail = _ends(lines)
    try:
        currency = Currency(head["currency"])
    except ValueError:
        raise LineMalformed(line=lines[0].number) from None
    entries = []
    for line in (each for each in lines if each.record == "movement"):
        try:
            entries.append(_entry(layout, line, account=head["account"], currency=currency))
        except (ValueError, KeyError, OverflowError):  # more than any amount of money is
            faults.append(LineMalformed(line=line.number))
    if tail["count"] != len(entries):
        faults.append(CountDiffers(stated=str(tail["count"]), counted=len(entries)))
    balances: list[ClosingBalance] = []
    try:
        balances += _balance(head, tail, currency)
    except OverflowError:
        faults.append(LineMalformed(line=lines[-1].number))
    return BankNotice(head["message_id"], tuple(entries), tuple(balances), tuple(faults))


def _entry(layout: FixedWidth, line: Line, *, account: str, currency: Currency) -> BookedEntry:
    values = line.values
    if not values["bank_reference"] or values["amount"] == 0 or values["booked_on"] is None:
        raise ValueError("no reference, no amount or no day")
    reason = values["return_reason"]
    return BookedEntry(
        entry_id=values["bank_reference"],
        account=account,
        direction=Direction(layout.directions[values["direction"]]),
        amount=Money(values["amount"], currency),
        booked_on=values["booked_on"],
        end_to_end_id=values["end_to_end_id"] or None,
        remittance=values["text"] or None,
        return_reason=layout.reasons.get(reason, REFUSED_WITHOUT_REASON) if reason else None,
        texts=(values["text"],) if values["text"] else (),
        counterparty=values["counterparty"],
        entry_reference=values["bank_reference"],
    )


def _ends(lines: Sequence[Line]) -> tuple[dict[str, str], dict[str, int]]:
    """The values of the first and the last record. `FileIncomplete` where the first is missing."""
    if lines[0].record != "header":
        raise FileIncomplete
    return dict(lines[0].values), dict(lines[-1].values)


def _silent_on(message_id: str) -> StatusReport:
    return StatusReport(
        message_id="", original_message_id=message_id, original_count=None, original_sum=None, statuses=()
    )


def _values(lines: Sequence[Line], record: str) -> Iterator[dict[str, str]]:
    return (dict(line.values) for line in lines if line.record == record)


def _balance(head: dict[str, str], tail: dict[str, int], currency: Currency) -> Iterator[ClosingBalance]:
    on = tail["balance_on"]
    if isinstance(on, date):
        minor = -tail["balance"] if str(tail["balance_sign"]) == "-" else tail["balance"]
        yield ClosingBalance(head["account"], Money(minor, currency), on)
