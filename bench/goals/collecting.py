"""P6: files of direct debits written and checked, begun to be sent, a bank's status reports applied, its notice of
booked debits matched and booked. Beside each, the same XML written or read alone. Each debit has an amount of its own:
many documents that change alike would be written by one command for all of them."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from io import BytesIO
from typing import Any

from lxml import etree

from bench.ground import FUND, Ground
from bench.results import Row, at_most
from services.payments.banking.bank_calls import BANK, book
from services.payments.banking.banks.iso_http import IsoHttpBank
from services.payments.banking.debiting import DebitFiles, DebitSender
from services.payments.banking.iso20022 import camt, pain002
from services.payments.collections import actions as collections
from services.payments.collections import debt_changes, requesting
from services.payments.debits import store as files
from services.payments.debits.debit_file import DebitFile
from services.payments.mandates import store as mandates
from services.payments.mandates.mandate import (
    AnswerChannel,
    BankAgreement,
    Mandate,
    MandateAccount,
    MandateParty,
    MandateStep,
    SignedForm,
)
from services.payments.mandates.mandate import Status as MandateStatus
from services.payments.order_files import rules as order_files
from services.payments.wiring import service
from shared.funds.calendar import Holidays
from shared.funds.identifiers import AccountRule
from shared.kernel.actors import system
from shared.kernel.outcome import Outcome
from shared.kernel.personal import DataClass
from shared.storage import blobs
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork

DEBITS = 400
LINES = 34_000
"""Of the goal: a fund whose employers are all debited on one day."""
SIGNED_AT_ONCE = 20
"""More in one transaction is slow on the embedded engine, out of proportion."""
REFUSED_EACH = 50
"""One in fifty is refused by the bank."""
AMOUNT_MINOR = 315_025
BANK_CLIENT = IsoHttpBank(url="http://127.0.0.1:1", api_key="", timeout_s=1.0)
"""Nothing is sent: what is measured is the writing, the reading and the booking."""
Step = Callable[[], Any]


@dataclass(frozen=True)
class Took:
    """By the clock, and of a processor: of this process and the engine's, which wait for each other. Beside other
    programs on the same machine only the second says something."""

    clock_s: float
    cpu_s: float

    def __str__(self) -> str:
        clock_s, cpu_s = (each * LINES / DEBITS for each in (self.clock_s, self.cpu_s))
        return f"{self.clock_s:.1f} s, and {clock_s:,.0f} s (CPU {self.cpu_s:.2f} s, and {cpu_s:,.0f} s)"


def measure(ground: Ground) -> list[Row]:
    context = _always_open(ground.context(service))
    _request_debits(context)
    sender = DebitSender(lambda _: BANK_CLIENT)
    built = _took(ground, lambda: _until_none(partial(sender.gather, context, FUND)))
    written = _files(context)
    bodies = [_body(context, each) for each in written]
    alone_s = _took_s(lambda: [_written_again(body) for body in bodies])
    reports = [_status_report(each) for each in written]
    sent = _took(ground, lambda: _as_sent(context, sender, written))
    applied = _took(ground, lambda: [_apply(context, *each) for each in zip(written, reports, strict=True)])
    read_s = _took_s(lambda: [etree.fromstring(report) for report in reports])
    debited = [each for file in written for each in _expected(context, file)]
    number = context.funds[FUND].payments.collections.number
    notice = _notice(debited, account=number)
    booked = _took(ground, lambda: book(context, FUND, "bench", camt.read(notice)))
    parsed_s = _took_s(lambda: etree.fromstring(notice))
    long = _notice([(f"{line}", AMOUNT_MINOR) for line in range(LINES)], account=number)
    long_s = _took_s(lambda: camt.read(long))
    steps = [
        ("files of debits written, checked and stored", built, alone_s, (60.0, 20.0)),
        ("status reports applied", applied, read_s, (120.0, 60.0)),
        ("a notice of booked debits matched and booked", booked, parsed_s, (120.0, 60.0)),
    ]
    return [
        *(_row(what, ours, bare_s, aims) for what, ours, bare_s, aims in steps),
        Row(
            "P6",
            f"files begun to be sent, their mandates looked at once more, and taken by the bank: {DEBITS:,} debits, "
            f"and {LINES:,} at that rate",
            str(sent),
        ),
        Row(
            "P6",
            f"a notice of {LINES:,} entries read, {len(long) / 1e6:.0f} MB",
            f"{long_s:.1f} s",
        ),
    ]


def _row(what: str, ours: Took, bare_s: float, aims: tuple[float, float]) -> Row:
    """As measured, and what the lines of the goal would take at that rate."""
    whole_s = ours.clock_s * LINES / DEBITS
    return Row(
        "P6",
        f"{what}: {DEBITS:,} debits, and {LINES:,} at that rate",
        str(ours),
        f"the XML alone: {bare_s:.2f} s",
        f"**{ours.clock_s / bare_s:,.0f}** times",
        f"{aims[0]:g} / {aims[1]:g} s",
        at_most(whole_s, floor=aims[0], target=aims[1]),
    )


def _took_s(step: Step) -> float:
    began_s = time.perf_counter()
    step()
    return time.perf_counter() - began_s


def _took(ground: Ground, step: Step) -> Took:
    cpu_s = ground.cpu_s()
    return Took(clock_s=_took_s(step), cpu_s=ground.cpu_s() - cpu_s)


def _until_none(step: Step) -> None:
    while step():
        pass


# --- Before it is measured --------------------------------------------------------------------------------------------


def _always_open(context: ServiceContext) -> ServiceContext:
    """The fund, and its bank, on every day of the year, without days of notice: the files leave today."""
    own = context.funds[FUND]
    agreed = own.payments.direct_debit
    assert agreed is not None
    payments = replace(own.payments, direct_debit=replace(agreed, notice_days=0))
    bindings = replace(own.bindings, bank=replace(own.bindings.bank, debit_lead_days=0))
    sections = replace(own.sections, payments=payments, bindings=bindings)
    fund = replace(own, weekend=(), holidays=Holidays(is_national=False), sections=sections)
    return replace(context, funds={FUND: fund})


def _request_debits(context: ServiceContext) -> None:
    """Firms with a mandate and a debt each, of which they asked for the debit."""
    for start in range(0, DEBITS, SIGNED_AT_ONCE):

        def request(uow: UnitOfWork, numbers: Sequence[int] = range(start, start + SIGNED_AT_ONCE)) -> None:
            for number in numbers:
                _request_debit(uow, number)

        context.run(FUND, by=system("bench"), cause=f"bench:{start}", action=request)


def _request_debit(uow: UnitOfWork, number: int) -> None:
    employer_id, declaration_id = f"{1_600_000_000 + number}", f"d{number}"
    mandates.mandates.save(uow, Outcome(_mandate(uow, number, employer_id)))
    debt_changes.open_obligation(
        uow,
        declaration_id=declaration_id,
        revision=1,
        employer_id=employer_id,
        form="das",
        period="2025",
        due_on=uow.today,
        declared_on=uow.today - timedelta(days=5),
        branches={"pension": AMOUNT_MINOR + number},
        sides={},
    )
    assert requesting.request_debit(uow, declaration_id=declaration_id) is not None


def _mandate(uow: UnitOfWork, number: int, employer_id: str) -> Mandate:
    bare = f"00200300000{number:07d}"
    account, reference = f"{bare}{97 - int(bare[3:]) * 100 % 97:02d}", uow.new_reference("MD")
    holder = f"SARL Atelier {number}"
    return Mandate(
        mandate_id=uow.new_id(),
        reference=reference,
        employer_id=employer_id,
        account=MandateAccount(number=account, rule=AccountRule.RIB_DZ, holder=holder, bank="Banque inventée"),
        amount_max_minor=10 * AMOUNT_MINOR,
        status=MandateStatus.ACTIVE,
        starts_on=uow.today - timedelta(days=30),
        issued_at=uow.at,
        steps=(MandateStep(status=MandateStatus.ISSUED, at=uow.at, party=MandateParty.EMPLOYER, by="bench"),),
        bank_agreement=BankAgreement(
            at=uow.at,
            channel=AnswerChannel.MESSAGE,
            evidence="pain.012:bench",
            reference=reference,
            account_number=account,
            holder=holder,
            amount_max_minor=10 * AMOUNT_MINOR,
            currency=uow.fund.currency.value,
        ),
        signed_form=SignedForm(sha256="a" * 64, size=3, media_type="application/pdf", at=uow.at),
        accepted_at=uow.at,
    )


def _files(context: ServiceContext) -> list[DebitFile]:
    uow = context.reading(FUND, by=BANK)
    return files.files.find_all(uow, limit=DEBITS)


def _as_sent(context: ServiceContext, sender: DebitSender, written: Sequence[DebitFile]) -> None:
    """The bank has every file."""
    for file in written:
        begin = partial(DebitFiles().begin_sending, batch_id=file.batch_id)
        sending = context.run(FUND, by=BANK, cause=f"bench:{file.batch_id}", action=begin)
        sender.sending.change(context, FUND, sending, rule=order_files.taken)


# --- What a bank writes -----------------------------------------------------------------------------------------------


def _end_to_end_ids(file: DebitFile) -> list[str]:
    return [each.replace("-", "") for each in file.order_ids]


def _expected(context: ServiceContext, file: DebitFile) -> Iterator[tuple[str, int]]:
    """What the bank books of a file: EndToEndId and amount in minor units."""
    found = collections.find_many(context.reading(FUND, by=BANK), file.collection_ids)
    amounts = [found[each].amount_minor for each in file.collection_ids]
    every = enumerate(zip(_end_to_end_ids(file), amounts, strict=True))
    return (each for number, each in every if number % REFUSED_EACH)


def _status_report(file: DebitFile) -> bytes:
    """A verdict on every debit of a file, as banks give it that say each by itself."""
    lines = "".join(
        f"<TxInfAndSts><OrgnlEndToEndId>{each}</OrgnlEndToEndId>"
        + (
            "<TxSts>ACSC</TxSts>"
            if number % REFUSED_EACH
            else "<TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>AC04</Cd></Rsn></StsRsnInf>"
        )
        + "</TxInfAndSts>"
        for number, each in enumerate(_end_to_end_ids(file))
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.12"><CstmrPmtStsRpt>
<GrpHdr><MsgId>STS-{file.batch_id[:20]}</MsgId><CreDtTm>2026-02-02T10:00:00+01:00</CreDtTm></GrpHdr>
<OrgnlGrpInfAndSts><OrgnlMsgId>{file.batch_id}</OrgnlMsgId><OrgnlMsgNmId>pain.008.001.08</OrgnlMsgNmId>
<GrpSts>PART</GrpSts></OrgnlGrpInfAndSts>
<OrgnlPmtInfAndSts><OrgnlPmtInfId>{file.batch_id}</OrgnlPmtInfId>{lines}</OrgnlPmtInfAndSts>
</CstmrPmtStsRpt></Document>""".encode()


def _apply(context: ServiceContext, file: DebitFile, body: bytes) -> None:
    refused = pain002.read(body).refusals(payment_id=file.batch_id, end_to_end_ids=_end_to_end_ids(file))
    refuse = partial(DebitFiles().refuse, batch_id=file.batch_id, refused=refused)
    context.run(FUND, by=BANK, cause=f"bench:{file.batch_id}:report", action=refuse)


def _notice(debits: Sequence[tuple[str, int]], *, account: str) -> bytes:
    """One credit for each debit, by EndToEndId and amount in minor units."""
    entries = "".join(
        f"""<Ntry><NtryRef>{number}</NtryRef><Amt Ccy="DZD">{minor / 100:.2f}</Amt><CdtDbtInd>CRDT</CdtDbtInd>
<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-02-03</Dt></BookgDt><ValDt><Dt>2026-02-03</Dt></ValDt><AcctSvcrRef>BK-{number:08d}</AcctSvcrRef>
<BkTxCd><Prtry><Cd>DEBIT</Cd></Prtry></BkTxCd><NtryDtls><TxDtls><Refs><EndToEndId>{each}</EndToEndId></Refs>
<Amt Ccy="DZD">{minor / 100:.2f}</Amt></TxDtls></NtryDtls></Ntry>"""
        for number, (each, minor) in enumerate(debits)
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.08"><BkToCstmrDbtCdtNtfctn>
<GrpHdr><MsgId>CAMT-1</MsgId><CreDtTm>2026-02-03T18:00:00+01:00</CreDtTm></GrpHdr>
<Ntfctn><Id>CAMT-1</Id><Acct><Id><Othr><Id>{account}</Id></Othr></Id></Acct>{entries}</Ntfctn>
</BkToCstmrDbtCdtNtfctn></Document>""".encode()


def _body(context: ServiceContext, file: DebitFile) -> bytes:
    return b"".join(blobs.read(context, FUND, blobs.Blob(file.sha256, file.size, DataClass.BANK)))


def _written_again(body: bytes) -> int:
    """The same XML, written as a stream and nothing else."""
    root, out = etree.fromstring(body), BytesIO()
    with etree.xmlfile(out, encoding="UTF-8") as file:
        file.write(root)
    return len(out.getvalue())
