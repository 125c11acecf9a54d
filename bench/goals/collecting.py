"""P6: a file of direct debits gathered block by block, written and checked, its mandates looked at once more, a bank's
status report on it applied, its notice of booked debits matched and booked. Beside each, the same XML written or read
alone. Each debit has an amount of its own: many documents that change alike would be written by one command for all."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from io import BytesIO
from typing import Any

from lxml import etree

from bench.ground import FUND, Ground
from bench.results import Row, at_most
from services.payments.banking.bank import BankOutcomeUnknown
from services.payments.banking.bank_calls import BANK, book
from services.payments.banking.banks.iso_http import IsoHttpBank
from services.payments.banking.debiting import DebitFiles, DebitSender
from services.payments.banking.iso20022 import camt, pain002
from services.payments.collections import actions as collections
from services.payments.collections import debt_changes, requesting
from services.payments.debits import store as files
from services.payments.debits.debit_file import DebitBlock, DebitFile
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
from shared.telemetry.failpoints import watch

DEBITS = 400
LINES = 34_000
"""Of the goal: a fund whose employers are all debited on one day."""
SIGNED_AT_ONCE = 20
"""More in one transaction is slow on the embedded engine, out of proportion."""
REFUSED_EACH = 50
"""One in fifty is refused by the bank."""
AMOUNT_MINOR = 315_025
NOBODY = IsoHttpBank(url="http://127.0.0.1:1", api_key="", timeout_s=1.0)
"""A bank that takes nothing: what is measured is the writing, the reading and the booking."""
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
    sender = DebitSender(lambda _: NOBODY)
    gathered = _took(ground, lambda: _until_none(partial(sender.gather, context, FUND)))
    (file,) = files.files.find_all(context.reading(FUND, by=BANK))
    passed = _watched(ground)
    began = _now(ground)
    _send(context, sender, file)
    let_go = _between(began, passed["debit.let-go"])
    written = _between(passed["debit.let-go"], passed["debit.stored"])
    built = Took(clock_s=gathered.clock_s + written.clock_s, cpu_s=gathered.cpu_s + written.cpu_s)
    (file,) = files.files.find_all(context.reading(FUND, by=BANK))
    blocks = files.blocks_of(context.reading(FUND, by=BANK), file)
    body = _body(context, file)
    alone_s = _took_s(lambda: _written_again(body))
    report = _status_report(file, blocks)
    applied = _took(ground, lambda: _apply(context, file, report))
    read_s = _took_s(lambda: etree.fromstring(report))
    debited = [each for block in blocks for each in _expected(context, block)]
    number = context.funds[FUND].payments.collections.number
    notice = _notice(debited, account=number)
    booked = _took(ground, lambda: book(context, FUND, "bench", camt.read(notice)))
    parsed_s = _took_s(lambda: etree.fromstring(notice))
    long = _notice([(f"{line}", AMOUNT_MINOR) for line in range(LINES)], account=number)
    long_s = _took_s(lambda: camt.read(long))
    steps = [
        ("a file of debits gathered, written, checked and stored", built, alone_s, (60.0, 20.0)),
        ("a status report applied", applied, read_s, (120.0, 60.0)),
        ("a notice of booked debits matched and booked", booked, parsed_s, (120.0, 60.0)),
    ]
    return [
        *(_row(what, ours, bare_s, aims) for what, ours, bare_s, aims in steps),
        Row(
            "P6",
            f"the blocks of a file let go, their mandates looked at once more: {DEBITS:,} debits, and {LINES:,} at "
            "that rate",
            str(let_go),
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
    began = _now(ground)
    step()
    return _between(began, _now(ground))


def _now(ground: Ground) -> Took:
    return Took(clock_s=time.perf_counter(), cpu_s=ground.cpu_s())


def _between(began: Took, ended: Took) -> Took:
    return Took(clock_s=ended.clock_s - began.clock_s, cpu_s=ended.cpu_s - began.cpu_s)


def _watched(ground: Ground) -> dict[str, Took]:
    """When each failpoint was passed last, from now on."""
    passed: dict[str, Took] = {}
    watch(lambda step: passed.update({step: _now(ground)}))
    return passed


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


def _send(context: ServiceContext, sender: DebitSender, file: DebitFile) -> None:
    """Let it go, write it, and try to send it: nobody is there to take it."""
    with suppress(BankOutcomeUnknown):
        sender.run(context, FUND, file.batch_id)


# --- What a bank writes -----------------------------------------------------------------------------------------------


def _end_to_end_ids(block: DebitBlock) -> list[str]:
    return [order_files.end_to_end_id(each) for each in block.collection_ids]


def _expected(context: ServiceContext, block: DebitBlock) -> Iterator[tuple[str, int]]:
    """What the bank books of a block: EndToEndId and amount in minor units."""
    found = collections.find_many(context.reading(FUND, by=BANK), block.collection_ids)
    amounts = [found[each].amount_minor for each in block.collection_ids]
    every = enumerate(zip(_end_to_end_ids(block), amounts, strict=True))
    return (each for number, each in every if number % REFUSED_EACH)


def _status_report(file: DebitFile, blocks: Sequence[DebitBlock]) -> bytes:
    """A verdict on every debit of a file, as banks give it that say each by itself."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.12"><CstmrPmtStsRpt>
<GrpHdr><MsgId>STS-{file.batch_id[:20]}</MsgId><CreDtTm>2026-02-02T10:00:00+01:00</CreDtTm></GrpHdr>
<OrgnlGrpInfAndSts><OrgnlMsgId>{file.batch_id}</OrgnlMsgId><OrgnlMsgNmId>pain.008.001.08</OrgnlMsgNmId>
<GrpSts>PART</GrpSts></OrgnlGrpInfAndSts>
{"".join(map(_statuses, blocks))}</CstmrPmtStsRpt></Document>""".encode()


def _statuses(block: DebitBlock) -> str:
    lines = "".join(
        f"<TxInfAndSts><OrgnlEndToEndId>{each}</OrgnlEndToEndId>"
        + (
            "<TxSts>ACSC</TxSts>"
            if number % REFUSED_EACH
            else "<TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>AC04</Cd></Rsn></StsRsnInf>"
        )
        + "</TxInfAndSts>"
        for number, each in enumerate(_end_to_end_ids(block))
    )
    return f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>{block.block_id}</OrgnlPmtInfId>{lines}</OrgnlPmtInfAndSts>"


def _apply(context: ServiceContext, file: DebitFile, body: bytes) -> None:
    blocks = DebitFiles().blocks(context.reading(FUND, by=BANK), file)
    ids = {block.block_id: [order_files.end_to_end_id(each) for each in block.order_ids] for block in blocks}
    refused = pain002.read(body).refusals(ids)
    for block in blocks:
        refuse = partial(DebitFiles().refuse, block=block, refused=refused[block.block_id])
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
