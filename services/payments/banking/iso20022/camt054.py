"""What the bank booked: camt.054.001.08, the debit and credit notification."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from lxml import etree

from services.payments.banking.bank_file import NOT_PROVIDED, BookedEntry, Direction, Notice
from services.payments.banking.iso20022.documents import (
    amount,
    elements,
    one_currency,
    opened,
    same_count,
    same_sum,
    text,
    texts,
)
from shared.kernel.errors import Invalid
from shared.kernel.money import Money

MESSAGE = "camt.054.001.08"

_DIRECTIONS = {"CRDT": Direction.CREDIT, "DBIT": Direction.DEBIT}
_REASON_NOT_GIVEN = "MS03"


class AmountMissing(Invalid):
    """Several payments were booked as one, and the bank does not say how much each was."""

    code = "bank-file.amount-missing"


class BookingDateMissing(Invalid):
    """A booked entry without the day on which it was booked, or with one that no calendar of ours has."""

    code = "bank-file.booking-date-missing"


def read(body: bytes) -> Notice:
    """Every booked payment of every account in the file; entries that are only announced are passed over.

    Raises what `documents.opened` and `documents.amount` raise, `CountDiffers` and `ControlSumDiffers` where the file
    contradicts itself, `AmountMissing`, `BookingDateMissing`.
    """
    notification = opened(body, message=MESSAGE)
    return Notice(
        message_id=text(notification, "GrpHdr/MsgId") or "",
        entries=tuple(entry for account in elements(notification, "Ntfctn") for entry in _of_account(account)),
    )


def _of_account(notification: etree._Element) -> Iterator[BookedEntry]:
    account = text(notification, "Acct/Id/Othr/Id") or text(notification, "Acct/Id/IBAN") or ""
    entries = list(elements(notification, "Ntry"))
    for direction, total in (("CRDT", "TtlCdtNtries"), ("DBIT", "TtlDbtNtries")):
        amounts = [_amount(entry) for entry in entries if text(entry, "CdtDbtInd") == direction]
        same_count(text(notification, f"TxsSummry/{total}/NbOfNtries"), counted=len(amounts))
        computed = sum((money.decimal() for money in amounts), Decimal(0))
        same_sum(text(notification, f"TxsSummry/{total}/Sum"), computed=computed)
    for entry in entries:
        if text(entry, "Sts/Cd") == "BOOK":
            yield from _of_entry(entry, account)


def _of_entry(entry: etree._Element, account: str) -> Iterator[BookedEntry]:
    details = list(elements(entry, "NtryDtls/TxDtls"))
    if not details:
        yield _booked(entry, entry, account, _amount(entry))
        return
    for count in texts(entry, "NtryDtls/Btch/NbOfTxs"):
        same_count(count, counted=len(details))
    amounts = [_amount_of_detail(entry, detail, is_alone=len(details) == 1) for detail in details]
    one_currency([*amounts, _amount(entry)])
    signed = [
        money.decimal() * (1 if _direction(entry, detail) is _direction(entry, entry) else -1)
        for money, detail in zip(amounts, details, strict=True)
    ]
    same_sum(text(entry, "Amt"), computed=sum(signed, Decimal(0)))
    for money, detail in zip(amounts, details, strict=True):
        yield _booked(entry, detail, account, money)


def _booked(entry: etree._Element, detail: etree._Element, account: str, money: Money) -> BookedEntry:
    """One payment: what its own details say, and where they say nothing, what the entry says."""
    end_to_end_id = text(detail, "Refs/EndToEndId")
    entry_id = text(detail, "Refs/AcctSvcrRef") or text(entry, "AcctSvcrRef") or text(entry, "NtryRef") or ""
    return BookedEntry(
        entry_id=entry_id,
        account=account,
        direction=_direction(entry, detail),
        amount=money,
        booked_on=_booked_on(entry),
        end_to_end_id=None if end_to_end_id == NOT_PROVIDED else end_to_end_id,
        remittance=text(detail, "RmtInf/Strd/CdtrRefInf/Ref") or " ".join(texts(detail, "RmtInf/Ustrd")) or None,
        return_reason=_return_reason(detail),
    )


def _amount(entry: etree._Element) -> Money:
    return amount(next(elements(entry, "Amt")))


def _amount_of_detail(entry: etree._Element, detail: etree._Element, *, is_alone: bool) -> Money:
    own = next(elements(detail, "Amt"), None)
    if own is not None:
        return amount(own)
    if not is_alone:
        raise AmountMissing(entry=text(entry, "NtryRef") or "")
    return _amount(entry)


def _direction(entry: etree._Element, detail: etree._Element) -> Direction:
    return _DIRECTIONS[text(detail, "CdtDbtInd") or text(entry, "CdtDbtInd") or ""]


def _booked_on(entry: etree._Element) -> date:
    # Both kinds begin with the day as the bank counts it; a zone may follow, which Python does not read on a date.
    booked = text(entry, "BookgDt/Dt") or text(entry, "BookgDt/DtTm")
    if booked is None:
        raise BookingDateMissing(entry=text(entry, "NtryRef") or "")
    try:
        return date.fromisoformat(booked[:10])
    except ValueError:  # XML's days go before the year 1 and beyond 9999
        raise BookingDateMissing(entry=text(entry, "NtryRef") or "") from None


def _return_reason(detail: etree._Element) -> str | None:
    if next(elements(detail, "RtrInf"), None) is None:
        return None
    return text(detail, "RtrInf/Rsn/Cd") or text(detail, "RtrInf/Rsn/Prtry") or _REASON_NOT_GIVEN
