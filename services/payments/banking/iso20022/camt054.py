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
    account = _account_number(notification, "Acct")
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
    details = [(detail, batch) for batch in elements(entry, "NtryDtls") for detail in elements(batch, "TxDtls")]
    counts = [int(count) for count in texts(entry, "NtryDtls/Btch/NbOfTxs")]
    if not details:
        batch = next(elements(entry, "NtryDtls"), entry)
        yield _booked(entry, entry, batch, account, _amount(entry), count=max(sum(counts), 1))
        return
    for count in counts:
        same_count(str(count), counted=len(details))
    amounts = [_amount_of_detail(entry, detail, is_alone=len(details) == 1) for detail, _ in details]
    one_currency([*amounts, _amount(entry)])
    signed = [
        money.decimal() * (1 if _direction(entry, detail) is _direction(entry, entry) else -1)
        for money, (detail, _) in zip(amounts, details, strict=True)
    ]
    same_sum(text(entry, "Amt"), computed=sum(signed, Decimal(0)))
    for place, (money, (detail, batch)) in enumerate(zip(amounts, details, strict=True)):
        yield _booked(entry, detail, batch, account, money, place=place, count=len(details))


def _booked(
    entry: etree._Element,
    detail: etree._Element,
    batch: etree._Element,
    account: str,
    money: Money,
    *,
    count: int,
    place: int = 0,
) -> BookedEntry:
    """One payment: what its own details say, and where they say nothing, what the entry says."""
    end_to_end_id = _reference(detail, "EndToEndId")
    own_id = text(detail, "Refs/AcctSvcrRef") or (text(entry, "AcctSvcrRef") if detail is entry else None)
    direction = _direction(entry, detail)
    return BookedEntry(
        entry_id=own_id or text(entry, "AcctSvcrRef") or text(entry, "NtryRef") or "",
        account=account,
        direction=direction,
        amount=money,
        booked_on=_booked_on(entry),
        end_to_end_id=end_to_end_id,
        remittance=text(detail, "RmtInf/Strd/CdtrRefInf/Ref") or " ".join(texts(detail, "RmtInf/Ustrd")) or None,
        return_reason=_return_reason(detail),
        payment_information_id=_reference(detail, "PmtInfId") or text(batch, "Btch/PmtInfId"),
        instruction_id=_reference(detail, "InstrId"),
        transaction_id=_reference(detail, "TxId"),
        mandate_id=_reference(detail, "MndtId"),
        texts=tuple(_references(entry, detail)),
        is_reversal=text(entry, "RvslInd") in ("true", "1"),
        place=place,
        count=count,
        counterparty=_counterparty(detail, direction, own=account),
        entry_reference=text(entry, "NtryRef") or "",
        reference_is_own=own_id is not None,
    )


def _reference(detail: etree._Element, name: str) -> str | None:
    found = text(detail, f"Refs/{name}")
    return None if found in (None, "", NOT_PROVIDED) else found


def _references(entry: etree._Element, detail: etree._Element) -> Iterator[str]:
    """Every text in which a payer or the fund may have written a reference, the likeliest first, each once."""
    seen = {"", NOT_PROVIDED}
    for path in _TEXTS:
        for found in texts(detail, path):
            if found not in seen:
                seen.add(found)
                yield found
    told = text(entry, "AddtlNtryInf") or ""
    if told not in seen:
        yield told


_TEXTS = ("RmtInf/Strd/CdtrRefInf/Ref", "RmtInf/Ustrd", "Refs/EndToEndId", "Refs/InstrId", "AddtlTxInf")


def _counterparty(detail: etree._Element, direction: Direction, *, own: str) -> str:
    """The other side's account, or its name. A return names the parties of the payment that comes back."""
    sides = ("Dbtr", "Cdtr") if direction is Direction.CREDIT else ("Cdtr", "Dbtr")
    for side in sides:
        number = _account_number(detail, f"RltdPties/{side}Acct")
        if number not in ("", own):
            return number
    names = (text(detail, f"RltdPties/{side}/{path}") for side in sides[:1] for path in ("Nm", "Pty/Nm"))
    return next((name for name in names if name), "")


def _account_number(element: etree._Element, path: str) -> str:
    return text(element, f"{path}/Id/Othr/Id") or text(element, f"{path}/Id/IBAN") or ""


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
