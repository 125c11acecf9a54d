"""What the bank booked: camt.052 (report of a day that goes on), camt.053 (statement), camt.054 (notification).

One reader for all of their versions. Where these differ, the tables of paths name every place of a fact. The account
moved by what an entry says; how it is shared among the payments of the entry is believed where it adds up.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from lxml import etree

from services.payments.banking.bank_file import (
    NOT_PROVIDED,
    BankNotice,
    BookedEntry,
    ClosingBalance,
    Direction,
)
from services.payments.banking.iso20022.documents import (
    AmountNotReadable,
    AmountTooLarge,
    CurrencyUnknown,
    DecimalsTooMany,
    SchemaBroken,
    amount,
    elements,
    line_of,
    number,
    opened,
    same_count,
    same_sum,
    text,
    texts,
)
from shared.kernel.errors import Invalid
from shared.kernel.money import AMOUNT_MINOR_MAX, Currency, Money

VERSION_MAX = 14
_ACCOUNTS = {"camt.052": "Rpt", "camt.053": "Stmt", "camt.054": "Ntfctn"}
MESSAGES = frozenset(f"{message}.001.{version:02d}" for message in _ACCOUNTS for version in range(1, VERSION_MAX + 1))

ID_CHARACTERS_MAX = 100
TEXT_CHARACTERS_MAX = 500
TEXTS_MAX = 20
CHARGES_MAX = 20

_DIRECTIONS = {"CRDT": Direction.CREDIT, "DBIT": Direction.DEBIT}
_REASON_NOT_GIVEN = "MS03"
_RETURNED = "RRTN"
"""ExternalBankTransactionSubFamily1Code: a payment that came back."""
_CLOSING = ("CLBD", "ITBD")

# Where a fact stands. More than one place: versions differ, or the schema leaves it to the bank.
_ACCOUNT = ("Id/Othr/Id", "Id/IBAN", "Id/PrtryAcct/Id", "Id/BBAN", "Id/UPIC")
_STATUS = ("Sts/Cd", "Sts")
_DAY = ("BookgDt/Dt", "BookgDt/DtTm", "ValDt/Dt", "ValDt/DtTm")
_NAME = ("Nm", "Pty/Nm", "Agt/FinInstnId/Nm")
_REASON = ("RtrInf/Rsn/Cd", "RtrInf/Rsn/Prtry", "RtrInf/RtrRsn/Cd", "RtrInf/RtrRsn/Prtry")
_CREDITOR_REFERENCE = ("RmtInf/Strd/CdtrRefInf/Ref", "RmtInf/Strd/CdtrRefInf/CdtrRef")
_AMOUNTS = ("Amt", "AmtDtls/TxAmt/Amt", "AmtDtls/InstdAmt/Amt", "AmtDtls/CntrValAmt/Amt", "Btch/TtlAmt")
_CHARGES = ("Chrgs/Rcrd", "Chrgs")
_TEXTS = (
    *_CREDITOR_REFERENCE,
    "RmtInf/Ustrd",
    "RmtInf/Strd/AddtlRmtInf",
    "RmtInf/Strd/RfrdDocInf/Nb",
    "Refs/EndToEndId",
    "Refs/InstrId",
    "AddtlTxInf",
)


class DirectionMissing(Invalid):
    """An entry that does not say whether money came or left."""

    code = "bank-file.direction-missing"


@dataclass(frozen=True)
class _Listed:
    """One payment of an entry, or several that the bank does not list: its element, and the batch that it stands in."""

    element: etree._Element
    batch: etree._Element
    count: int


@dataclass(frozen=True)
class _Share:
    """What one payment has of an entry's amount."""

    amount: Money
    direction: Direction
    charges: tuple[Money, ...] = ()

    @property
    def moved_minor(self) -> int:
        """What the account moved by, below zero where money left it."""
        sign = 1 if self.direction is Direction.CREDIT else -1
        return sign * self.amount.amount_minor - sum(charge.amount_minor for charge in self.charges)


def read(body: bytes) -> BankNotice:
    """Every booked payment of every account in the file; entries that are only announced are passed over, as is what
    moves no money. An entry of which something cannot be read, or that is in a currency of no fund, is handed on for a
    person (`BookedEntry.stated`); where not even that is possible, and where an account's entries are not those that
    the file counted, a fault says so and all else is read.

    Raises what `documents.opened` raises.
    """
    message, report = opened(body, messages=MESSAGES, expected=f"camt.052, .053, .054, .01 to .{VERSION_MAX}")
    accounts = list(elements(report, _ACCOUNTS[message[:8]]))
    if not accounts:
        raise SchemaBroken(message=message, line=line_of(report))
    entries: list[BookedEntry] = []
    balances: list[ClosingBalance] = []
    faults: list[Invalid] = []
    for statement in accounts:
        account = _account(statement, "Acct")
        try:
            _adds_up(statement)
        except Invalid as fault:
            faults.append(fault)
            continue
        for entry in elements(statement, "Ntry"):
            if text(entry, *_STATUS) == "BOOK":
                try:
                    entries.extend(one for one in _of_entry(entry, account, statement) if one.amount.amount_minor)
                except Invalid as fault:
                    faults.append(fault)
        balances.extend(_balances(statement, account))
    return BankNotice(
        message_id=(text(report, "GrpHdr/MsgId") or "")[:ID_CHARACTERS_MAX],
        entries=tuple(entries),
        balances=tuple(balances),
        faults=tuple(faults),
    )


# --- Entries ----------------------------------------------------------------------------------------------------------


def _of_entry(entry: etree._Element, account: str, statement: etree._Element) -> Iterator[BookedEntry]:
    whole, stated = _amount(entry)
    direction = _direction(entry)
    day = _day(entry)
    if day is None:
        whole, stated, day = replace(whole, currency=Currency.OTHER), _stated(entry), _day_of(statement)
    listed = _listed(entry)
    shares = [] if stated else _shares(entry, listed, _Share(whole, direction))
    if shares:
        for place, (one, share) in enumerate(zip(listed, shares, strict=True)):
            yield _booked(entry, one, account, share, day, place=place, count=max(one.count, len(listed)))
        return
    # How much each payment was is not known, so nothing that names only one of several may be taken for all.
    only = listed[0] if len(listed) == 1 else _Listed(entry, entry, sum(one.count for one in listed))
    ids = {_batch_id(one) for one in listed}
    booked = _booked(entry, only, account, _Share(whole, direction), day, count=only.count)
    yield replace(booked, stated=stated, payment_information_id=ids.pop() if len(ids) == 1 else None)


def _listed(entry: etree._Element) -> list[_Listed]:
    listed: list[_Listed] = []
    for batch in (entry, *elements(entry, "NtryDtls")):
        given = number(text(batch, "Btch/NbOfTxs"))
        payments = list(elements(batch, "TxDtls"))
        if len(payments) == 1 and given and given > 1:
            listed.append(_Listed(batch, batch, int(given)))  # the bank lists one as an example of many
        elif payments:
            listed.extend(_Listed(payment, batch, 1) for payment in payments)
        elif next(elements(batch, "Btch"), None) is not None:
            listed.append(_Listed(batch, batch, max(int(given or 1), 1)))
    return listed or [_Listed(entry, entry, 1)]


def _shares(entry: etree._Element, listed: Sequence[_Listed], whole: _Share) -> list[_Share]:
    """How the amount of an entry is shared among its payments: the first reading that adds up to what the account
    moved by, or none. Banks put a payment's amount into one of several places, charges within or beside it, and some
    write the direction as the other side sees it."""
    if len(listed) == 1 and not any(_money_at(listed[0].element, path, whole) for path in _AMOUNTS):
        return [whole]
    own = [_charges(one.element, whole) if one.element is not entry else () for one in listed]
    of_entry = _charges(entry, whole)
    none: list[tuple[Money, ...]] = [()] * len(listed)
    beside: list[tuple[Money, ...]] = [of_entry, *none[1:]]
    both = [(*theirs, *(of_entry if place == 0 else ())) for place, theirs in enumerate(own)]
    for start in range(len(_AMOUNTS)):
        places = (*_AMOUNTS[start:], *_AMOUNTS[:start])
        found = [_first_money(one.element, places, whole) for one in listed]
        amounts = [money for money in found if money is not None]
        if len(amounts) != len(listed):
            return []
        for directions in ([_direction(one.element, entry) for one in listed], [whole.direction] * len(listed)):
            for charges in (none, own, beside, both):
                shares = [_Share(*share) for share in zip(amounts, directions, charges, strict=True)]
                if sum(share.moved_minor for share in shares) == whole.moved_minor:
                    return shares
    return []


def _booked(
    entry: etree._Element,
    listed: _Listed,
    account: str,
    share: _Share,
    day: date,
    *,
    count: int,
    place: int = 0,
) -> BookedEntry:
    """One payment: what its own details say, and where they say nothing, what the entry says."""
    detail = listed.element
    own_id = text(detail, "Refs/AcctSvcrRef")
    entry_id = text(entry, "AcctSvcrRef") or None
    if own_id is None and etree.QName(detail).localname != "TxDtls":
        own_id = entry_id
    return BookedEntry(
        entry_id=(own_id or entry_id or text(entry, "NtryRef") or "")[:ID_CHARACTERS_MAX],
        account=account,
        direction=share.direction,
        amount=share.amount,
        booked_on=day,
        end_to_end_id=_reference(detail, "EndToEndId"),
        remittance=_remittance(detail),
        return_reason=_return_reason(entry, detail),
        payment_information_id=_batch_id(listed),
        instruction_id=_reference(detail, "InstrId"),
        transaction_id=_reference(detail, "TxId"),
        mandate_id=_reference(detail, "MndtId"),
        texts=tuple(_texts(entry, detail, is_alone=place == 0 and (count == 1 or count == listed.count))),
        is_reversal=text(entry, "RvslInd") in ("true", "1"),
        charges=share.charges,
        place=place,
        count=count,
        counterparty=_counterparty(detail, share.direction, own=account)[:TEXT_CHARACTERS_MAX],
        entry_reference=(text(entry, "NtryRef") or "")[:ID_CHARACTERS_MAX],
        reference_is_own=own_id is not None,
    )


# --- Amounts and days -------------------------------------------------------------------------------------------------


def _amount(entry: etree._Element) -> tuple[Money, str]:
    """The amount of an entry; with what the bank wrote, where that is none that a rule may book."""
    element = next(elements(entry, "Amt"), None)
    if element is None:
        raise AmountNotReadable()
    try:
        return amount(element), ""
    except (CurrencyUnknown, DecimalsTooMany, AmountTooLarge):
        minor = (number((element.text or "").strip()) or Decimal(0)).scaleb(Currency.OTHER.decimals)
        return Money(min(max(int(minor), 1 if minor else 0), AMOUNT_MINOR_MAX), Currency.OTHER), _stated(entry)


def _stated(entry: etree._Element) -> str:
    element = next(elements(entry, "Amt"))
    return f"{(element.text or '').strip()} {element.get('Ccy', '')}"[:40]


def _money_at(detail: etree._Element, path: str, whole: _Share) -> Money | None:
    """An amount in the currency of the account. One in another currency does not say what the account moved by."""
    if path == "Amt" and etree.QName(detail).localname == "Ntry":
        return whole.amount
    for element in elements(detail, path):
        try:
            money = amount(element)
        except Invalid:
            continue
        if money.currency is whole.amount.currency:
            return money
    return None


def _first_money(detail: etree._Element, places: Sequence[str], whole: _Share) -> Money | None:
    """The first amount at these places; nought, which some banks write where they have no amount, only if no other."""
    found = [money for place in places if (money := _money_at(detail, place, whole)) is not None]
    return next((money for money in found if money.amount_minor), found[0] if found else None)


def _charges(element: etree._Element, whole: _Share) -> tuple[Money, ...]:
    """What the bank charged, in the currency of the account. What it gave back of charges is left out."""
    for path in _CHARGES:
        records = [one for one in elements(element, path) if text(one, "CdtDbtInd") != "CRDT"][:CHARGES_MAX]
        own = [money for one in records if (money := _money_at(one, "Amt", whole)) is not None and money.amount_minor]
        if own:
            return tuple(own)
    total = _money_at(element, "Chrgs/TtlChrgsAndTaxAmt", whole)
    return (total,) if total is not None and total.amount_minor else ()


def _direction(element: etree._Element, entry: etree._Element | None = None) -> Direction:
    own = text(element, "CdtDbtInd") or (None if entry is None else text(entry, "CdtDbtInd"))
    if own not in _DIRECTIONS:
        raise DirectionMissing(entry=(text(element, "NtryRef") or "")[:ID_CHARACTERS_MAX])
    return _DIRECTIONS[own]


def _day(entry: etree._Element) -> date | None:
    return _as_day(text(entry, *_DAY))


def _day_of(statement: etree._Element) -> date:
    """The day of the file, for what a person has to look at."""
    report = statement.getparent()
    of_file = None if report is None else text(report, "GrpHdr/CreDtTm")
    return _as_day(text(statement, "CreDtTm", "FrToDt/ToDtTm")) or _as_day(of_file) or date.min


def _as_day(written: str | None) -> date | None:
    # Both kinds begin with the day as the bank counts it; a zone may follow, which Python does not read on a date.
    try:
        return date.fromisoformat((written or "")[:10])
    except ValueError:  # XML's days go before the year 1 and beyond 9999
        return None


def _adds_up(statement: etree._Element) -> None:
    """The entries are as many, and come to as much, as the file says: else part of it is missing. Some banks count all
    entries, some the booked ones; of a page, none says anything."""
    if any(text(page, "PgNb") not in (None, "1") or text(page, "LastPgInd") == "false" for page in _pages(statement)):
        return
    everything = list(elements(statement, "Ntry"))
    booked = [entry for entry in everything if text(entry, *_STATUS) == "BOOK"]
    for direction, total in (("CRDT", "TtlCdtNtries"), ("DBIT", "TtlDbtNtries")):
        try:
            _agrees(statement, total, [entry for entry in booked if text(entry, "CdtDbtInd") == direction])
        except Invalid:
            _agrees(statement, total, [entry for entry in everything if text(entry, "CdtDbtInd") == direction])


def _agrees(statement: etree._Element, total: str, entries: Sequence[etree._Element]) -> None:
    same_count(text(statement, f"TxsSummry/{total}/NbOfNtries"), counted=len(entries))
    amounts = [number(text(entry, "Amt")) for entry in entries]
    computed = sum((each for each in amounts if each is not None), Decimal(0))
    same_sum(text(statement, f"TxsSummry/{total}/Sum"), computed=computed)


def _pages(statement: etree._Element) -> Iterator[etree._Element]:
    for name in ("RptPgntn", "StmtPgntn", "NtfctnPgntn"):
        yield from elements(statement, name)
    parent = statement.getparent()
    if parent is not None:
        yield from elements(parent, "GrpHdr/MsgPgntn")


def _balances(statement: etree._Element, account: str) -> Iterator[ClosingBalance]:
    for balance in elements(statement, "Bal"):
        on = _as_day(text(balance, "Dt/Dt", "Dt/DtTm"))
        element = next(elements(balance, "Amt"), None)
        if text(balance, "Tp/CdOrPrtry/Cd", "Tp/Cd") in _CLOSING and on is not None and element is not None:
            try:
                money = amount(element)
            except Invalid:
                continue
            is_below = text(balance, "CdtDbtInd") == "DBIT"
            yield ClosingBalance(account, replace(money, amount_minor=-money.amount_minor) if is_below else money, on)


# --- Texts ------------------------------------------------------------------------------------------------------------


def _reference(detail: etree._Element, name: str) -> str | None:
    found = text(detail, f"Refs/{name}")
    return None if found in (None, "", NOT_PROVIDED) or len(found) > ID_CHARACTERS_MAX else found


def _batch_id(listed: _Listed) -> str | None:
    """Our file, by the id that we gave its only payment block, which is that of the file as well."""
    own = _reference(listed.element, "PmtInfId")
    return own or (text(listed.batch, "Btch/PmtInfId", "Btch/MsgId") or "")[:ID_CHARACTERS_MAX] or None


def _remittance(detail: etree._Element) -> str | None:
    written = text(detail, *_CREDITOR_REFERENCE) or " ".join(texts(detail, "RmtInf/Ustrd")).strip()
    return written[:TEXT_CHARACTERS_MAX] or None


def _texts(entry: etree._Element, detail: etree._Element, *, is_alone: bool) -> Iterator[str]:
    """Every text in which a payer or the fund may have written a reference, the likeliest first, each once. What the
    entry says is said of all of its payments, so it is read only where there is one."""
    places = [found for path in _TEXTS for found in texts(detail, path)]
    given = list(texts(entry, "AddtlNtryInf")) if is_alone else []
    found = [written[:TEXT_CHARACTERS_MAX] for written in (*places, *given)]
    yield from [written for written in dict.fromkeys(found) if written not in ("", NOT_PROVIDED)][:TEXTS_MAX]


def _return_reason(entry: etree._Element, detail: etree._Element) -> str | None:
    if next(elements(detail, "RtrInf"), None) is not None:
        return (text(detail, *_REASON) or _REASON_NOT_GIVEN)[:ID_CHARACTERS_MAX]
    kinds = [text(element, "BkTxCd/Domn/Fmly/SubFmlyCd") for element in (detail, entry)]
    return _REASON_NOT_GIVEN if _RETURNED in kinds else None


def _counterparty(detail: etree._Element, direction: Direction, *, own: str) -> str:
    """The other side's account, or its name. A return names the parties of the payment that comes back."""
    sides = ("Dbtr", "Cdtr") if direction is Direction.CREDIT else ("Cdtr", "Dbtr")
    for side in sides:
        found = _account(detail, f"RltdPties/{side}Acct")
        if found not in ("", own):
            return found
    parties = (sides[0], f"Ultmt{sides[0]}")
    return text(detail, *(f"RltdPties/{party}/{name}" for party in parties for name in _NAME)) or ""


def _account(element: etree._Element, path: str) -> str:
    return (text(element, *(f"{path}/{place}" for place in _ACCOUNT)) or "")[:ID_CHARACTERS_MAX]
