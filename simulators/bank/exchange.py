"""Funds that exchange files with the bank and nothing else: lines of 160 characters in a folder for each fund.

Written apart from the payment service's code, from the description of the layout, so that each finds the other's
mistakes. The folders are those of an SFTP server: `to-bank/` is emptied, `from-bank/` is filled.
"""

import logging
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from threading import Event, Thread

from simulators.bank.amounts import to_text
from simulators.bank.book import Book, new_id, note, now
from simulators.bank.files import Order, Payment, PayoutFile
from simulators.bank.payouts import RETURNED_ENDING, number_ends, pay, reason_against

LOOK_S = 0.2
STATEMENT_ENTRIES_MAX = 1_000
OWN_REASONS = {"AC01": "01", "AC04": "02", "AM03": "03", "AM05": "05"}
COUNT_OR_SUM_DIFFERS, UNKNOWN_ACCOUNT = "06", "01"

log = logging.getLogger("bank")


class Exchange(Thread):
    """Takes orders out of the folders, answers each file with a report, and tells what was booked by statements."""

    def __init__(self, book: Book, folders: Mapping[str, Path]) -> None:
        super().__init__(name="exchange", daemon=True)
        self._book, self._folders, self._stopped = book, folders, Event()
        self._published: dict[str, int] = {}

    def stop(self) -> None:
        """Stop the thread, and wait up to 5 s for it."""
        self._stopped.set()
        self.join(5)

    def run(self) -> None:
        """Take orders and write reports for every fund's folder until stopped; a folder that fails is tried again."""
        while not self._stopped.wait(LOOK_S):
            for fund, folder in self._folders.items():
                try:
                    self._take_orders(folder)
                except OSError as error:
                    log.warning("the folder of %s cannot be used: %s", fund, error)
            self.publish_booked()

    def publish_booked(self) -> None:
        """Write what was booked since the last statements."""
        for fund, folder in self._folders.items():
            try:
                self._publish_booked(fund, folder)
            except OSError as error:
                log.warning("the folder of %s cannot be used: %s", fund, error)

    def _take_orders(self, folder: Path) -> None:
        waiting = folder / "to-bank"
        for path in sorted(waiting.glob("*.txt")) if waiting.exists() else []:
            lines = path.read_bytes().decode("ascii").splitlines()
            head = next(line for line in lines if line.startswith("01"))
            message_id = head[2:37].strip()
            with self._book.transaction() as uow:
                report = self._process(uow, message_id, head, lines)
            if report is not None:
                _put(folder / "from-bank", f"report-{message_id}.txt", report)
            path.unlink()

    def _process(self, uow: sqlite3.Connection, message_id: str, head: str, lines: Sequence[str]) -> list[str] | None:
        if uow.execute("select 1 from files where message_id = ?", (message_id,)).fetchone():
            note(uow, "file-duplicate", message_id=message_id)
            return None
        account = uow.execute("select * from accounts where account = ?", (head[37:71].strip(),)).fetchone()
        orders = list(_orders(lines, head[122:125]))
        tail = next((line for line in lines if line.startswith("09")), "0" * 160)
        total = sum(amount for _, amount in orders)
        refusal = "" if (int(tail[2:8]), int(tail[8:26])) == (len(orders), total) else COUNT_OR_SUM_DIFFERS
        refusal = refusal or ("" if account is not None else UNKNOWN_ACCOUNT)
        fund = account["fund"] if account is not None else None
        uow.execute("insert into files values (?, ?, ?, ?)", (message_id, fund, b"", now().isoformat()))
        answers, refused = [], 0
        for order, _ in [] if refusal else orders:
            reason = reason_against(order, account["currency"])
            if reason is None:
                pay(uow, order, account["account"], return_reason=None)
                if number_ends(order.party_account, RETURNED_ENDING):
                    pay(uow, order, account["account"], return_reason="AC04")
            else:
                refused += 1
            own = OWN_REASONS.get(reason, "99") if reason else "  "
            answers.append(f"12{order.end_to_end_id:<35}{'R' if reason else 'E'}{own}".ljust(160))
        note(uow, "file-taken", message_id=message_id, orders=len(orders), refusal=refusal or None, refused=refused)
        status = "R" if refusal or refused == len(orders) else "P" if refused else "A"
        first = f"11{new_id('rep')[:35]:<35}{message_id:<35}{status}{refusal:<2}".ljust(160)
        return [first, *answers, f"19{len(answers):06d}{total:018d}".ljust(160)]

    def _publish_booked(self, fund: str, folder: Path) -> None:
        """One statement of each of the fund's accounts, of what was booked since the last."""
        for account in self._book.all("select * from accounts where fund = ?", fund):
            number = account["account"]
            rows = self._book.all(
                "select rowid, * from entries where account = ? and rowid > ? order by rowid limit ?",
                number,
                self._published_until(folder, number),
                STATEMENT_ENTRIES_MAX,
            )
            if rows:
                last = rows[-1]["rowid"]
                statement_id = f"{_of_account(number)}-{last:08d}"
                lines = _statement(statement_id, number, account["currency"], rows)
                _put(folder / "from-bank", f"statement-{statement_id}.txt", lines)
                self._published[number] = last

    def _published_until(self, folder: Path, number: str) -> int:
        """Up to which entry statements were written, also before the bank was started again."""
        if number not in self._published:
            names = [path.stem for place in ("from-bank", "done") for path in (folder / place).glob("statement-*.txt")]
            prefix = f"statement-{_of_account(number)}-"
            own = [int(name.removeprefix(prefix)) for name in names if name.startswith(prefix)]
            self._published[number] = max(own, default=0)
        return self._published[number]


def read(body: bytes) -> PayoutFile:
    """A file of orders, as the bank reads it: its count and its sum are those that its last line states."""
    lines = body.decode("ascii").splitlines()
    head = next(line for line in lines if line.startswith("01"))
    tail = next(line for line in lines if line.startswith("09"))
    orders = tuple(order for order, _ in _orders(lines, head[122:125]))
    stated = to_text(int(tail[8:26]), head[122:125])
    payment = Payment("", head[37:71].strip(), None, None, orders)
    return PayoutFile(head[2:37].strip(), str(int(tail[2:8])), stated, (payment,))


def _orders(lines: Sequence[str], currency: str) -> Iterator[tuple[Order, int]]:
    for line in lines:
        if line.startswith("02"):
            amount_minor = int(line[106:121])
            order = Order(
                end_to_end_id=line[2:37].strip(),
                party_name=line[71:106].strip(),
                party_account=line[37:71].strip(),
                amount=to_text(amount_minor, currency),
                currency=currency,
                remittance=line[121:156].strip(),
            )
            yield order, amount_minor


def _of_account(number: str) -> str:
    """The end of an account's number, as far as it leaves room for the statement's own in 35 characters."""
    return number[-24:]


def _statement(statement_id: str, account: str, currency: str, rows: Sequence[sqlite3.Row]) -> list[str]:
    lines = [f"21{statement_id:<35}{account:<34}{currency}".ljust(160)]
    for row in rows:
        minor = row["amount_minor"]
        reason = OWN_REASONS.get(row["return_reason"], "99") if row["return_reason"] else ""
        day = row["booked_at"][:10].replace("-", "")
        lines.append(
            f"22{row['entry_id']:<28}{'C' if minor > 0 else 'D'}{abs(minor):015d}{day}{row['end_to_end_id'] or '':<35}"
            f"{row['other_account'][:34]:<34}{_ascii(row['reference'])[:35]:<35}{reason:<2}"
        )
    return [*lines, f"29{len(rows):06d}+{0:018d}{'0' * 8}".ljust(160)]


def _ascii(text: str) -> str:
    return text.encode("ascii", errors="replace").decode("ascii")


def _put(folder: Path, name: str, lines: Sequence[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f".{name}.part"
    part.write_bytes("".join(line + "\r\n" for line in lines).encode("ascii"))
    part.replace(folder / name)
