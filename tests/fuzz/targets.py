"""Everything that reads bytes from outside, and what may leave it: its own declared refusals, and nothing else.

A target takes any bytes. Whatever it raises beyond `refuses` is a fault of ours, and so is a hang or a flood of memory.
`test_targets.py` tries a few hundred inputs of each with hypothesis; `make fuzz` goes on for as long as it is told.
"""

import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, partial
from io import BytesIO
from pathlib import Path
from typing import Any

from flask import Flask, g, request
from joserfc import jws
from lxml import etree
from marshmallow import Schema, fields
from werkzeug.exceptions import HTTPException

from services.claims.claims.schemas import FilingBody
from services.claims.crosschecks.register import RegisterRequest
from services.claims.crosschecks.registers.fixed_columns import layout as columns
from services.claims.crosschecks.registers.signed_http import SignedHttpRegister
from services.documents.uploads import inspection
from services.documents.verification.rules import number_in
from services.identity.register import fixed_rows, rows
from services.identity.register.rules import (
    EMPLOYER_COLUMNS,
    PERSON_COLUMNS,
    LineRefused,
    read_employer,
    read_person,
)
from services.notifications.channels import http_api
from services.payments.banking import messages
from services.payments.banking.bank_file import Totals
from services.payments.banking.banks import choice
from services.payments.banking.iso20022 import camt, mandates, pain001, pain002
from services.payments.card_terminals import acquirer_file
from services.payments.declarations import archives
from services.payments.declarations.findings import FileRole
from shared.bus import envelope
from shared.bus.envelope import Envelope
from shared.events import catalogue
from shared.funds.fund import IdentifierKind
from shared.funds.identifiers import AccountRule, is_account, read_account
from shared.funds.period import Period
from shared.funds.register_layouts import RegisterEncoding, RegisterLayout
from shared.http import bodies
from shared.http.callers import Unauthenticated, Verifier
from shared.http.files import Files, UploadedFile
from shared.http.limits import network
from shared.kernel import normalize, partial_date
from shared.kernel.errors import Failure, Forbidden, Invalid
from shared.kernel.references import has_valid_check_digits
from shared.languages.texts import best_language
from shared.storage.service_context import now
from shared.webhooks import Secret, sign, verify
from tests.documents.uploads.builders import a_pdf, a_picture
from tests.funds.invented import MONO, more_funds
from tests.identity.builders import employer_row, person_row
from tests.identity.register.test_fixed_rows import layout_of, line
from tests.kit.callers import ISSUER, FixedKeys, signing_key, token
from tests.kit.contexts import DZ, TN, funds, today
from tests.payments.banking import files as bank_files
from tests.payments.banking.iso20022.test_mandates import WHOLE, accepted, pain_012
from tests.payments.banking.test_fixed_files import HEAD, TAIL, movement
from tests.payments.declarations.answers import EXAMPLE, checked, written
from tests.payments.declarations.builders import Files as WageFiles
from tests.payments.declarations.builders import das_a, das_b, examined, facts, tn_122, zipped
from tests.security.tokens import claims_of

BETWEEN_FILES = b"\n==== the next file ====\n"
INPUT_BYTES_MAX = 1 << 16


@dataclass(frozen=True)
class Target:
    """`read` takes what came from outside; `seeds` are good inputs, from which chance goes on."""

    name: str
    read: Callable[[bytes], object]
    seeds: Sequence[bytes]
    refuses: tuple[type[BaseException], ...] = ()
    examples: int = 60

    def attempt(self, sent: bytes) -> object:
        """What the target makes of it, None where it refuses it. Raises whatever else leaves it."""
        try:
            return self.read(sent)
        except self.refuses:
            return None


# --- payments: wage files, bank files, bank messages


def _wages(build: Callable[[], WageFiles], fund_id: str) -> Callable[[bytes], object]:
    names, known = list(build().by_name), facts(fund_id)

    def read(sent: bytes) -> object:
        parts = sent.split(BETWEEN_FILES)[:3]
        report, people = examined(
            WageFiles(dict(zip([*names, "third"], parts, strict=False))), known, chunk=1 + len(sent) // 3
        )
        assert report.is_accepted == (report.errors == 0)
        line_ends = sum(sent.count(end) for end in (b"\n", b"\r", b"\f"))
        assert report.lines <= line_ends + len(parts) and len(people) <= report.lines
        return report

    return read


def _archive(sent: bytes) -> object:
    """What comes out of an archive is never more than it may be, and has names that can be shown."""
    read = [(file.name, b"".join(file.chunks)) for file in archives.files_in(BytesIO(sent), bytes_max=1 << 20)]
    assert read and sum(len(content) for _name, content in read) <= 1 << 20
    assert all(name.isprintable() and "/" not in name for name, _content in read)
    return read


def _answer(sent: bytes) -> object:
    """A file of several kinds of lines: what is read of it is written back byte for byte where nothing is wrong. One
    that ends lines by a carriage return alone is read with more of them than are counted here."""
    newline = b"\r\n" if b"\r\n" in sent else b"\n"
    lines = sent.split(newline)
    examined = checked(lines[:-1] if lines[-1:] == [b""] else lines)
    report, layout = examined.report, examined.layout
    assert report.is_accepted == (report.errors == 0) and len(examined.workers) <= report.workers
    if (
        report.is_accepted
        and not report.warnings
        and layout is not None
        and b"\x1a" not in sent
        and b"\x0c" not in sent
        and b"\r" not in sent.replace(b"\r\n", b"")
    ):
        for line in (line for line in lines if line.strip()):
            kind = layout.kind(FileRole.DETAIL, line)
            values, faults = kind.read(line)
            assert not faults and kind.write(values).rstrip() == line.rstrip().upper()
    return report


def _wage_seeds(*builds: WageFiles) -> list[bytes]:
    return [BETWEEN_FILES.join(build.by_name.values()) for build in builds]


def _camt(sent: bytes) -> object:
    notice = camt.read(sent)
    assert all(entry.amount.amount_minor >= 0 for entry in notice.entries)
    return notice


def _fixed_statement(sent: bytes) -> object:
    """A statement of a bank that writes its own layout, as an agent sends it to be tried."""
    notice = choice.read_statement(more_funds()[MONO], sent)
    assert all(entry.amount.amount_minor >= 0 for entry in notice.entries)
    return notice


def _pain001(sent: bytes) -> object:
    """Names and purposes as the register and people write them, to the bank and back: no letter is lost or changed."""
    name, _, rest = sent.decode("utf-8", "replace").partition("\n")
    purpose, _, digits = rest.partition("\n")
    minor = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 16 else 100
    made = bank_files.transfer(minor=minor, name=name)
    made = replace(made, purpose=purpose or made.purpose)
    written = BytesIO()
    pain001.write(bank_files.heading([made]), [made], into=written)
    root = etree.fromstring(written.getvalue())
    read = [root.findtext(f".//{{*}}{path}") for path in ("Cdtr/{*}Nm", "RmtInf/{*}Ustrd")]
    assert read == [made.creditor_name, made.purpose]
    assert root.findtext(".//{*}InstdAmt") == str(made.amount.decimal())
    assert Totals.of([made]).count == 1
    return read


# --- HTTP: bodies, files, tokens, headers


class _Form(Schema):
    employer_id = fields.String(required=True)
    period = fields.String()


def _kept(_: object, __: str, sent: UploadedFile) -> tuple[str, int]:
    assert len(sent.name) <= 120 and not any(each < " " or each in "/\\" for each in sent.name)
    return sent.name, len(sent.stream.read())


MULTIPART = Files(fields=_Form, part="files", count_max=3, size_max=1 << 16, save=_kept)
BOUNDARY = "----fuzz"


@cache
def _app() -> Flask:
    return Flask("fuzz")


def _in_request(act: Callable[[], object], **how: Any) -> object:
    with _app().test_request_context("/", method="POST", **how):
        g.fund = funds()[DZ]
        return act()


def _multipart(sent: bytes) -> object:
    context: Any = None

    def act() -> object:
        request.max_content_length = MULTIPART.size_max
        return MULTIPART.read(context, DZ)

    return _in_request(act, data=sent, content_type=f"multipart/form-data; boundary={BOUNDARY}")


def _json_body(sent: bytes) -> object:
    return _in_request(lambda: bodies.body(FilingBody), data=sent, content_type="application/json")


def _part(name: str, content: bytes, file_name: str = "") -> bytes:
    named = f'; filename="{file_name}"' if file_name else ""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{named}\r\n\r\n'
    return head.encode() + content + b"\r\n"


def _token(**claims: Any) -> str:
    """One that is good for longer than any run of the tests takes."""
    return token(audience="claims", exp=int(now().timestamp()) + 24 * 3600, **claims)


def _tokens(sent: bytes) -> object:
    verifier = Verifier(FixedKeys(), issuer=ISSUER, audience="claims")
    return verifier.actor(sent.decode("latin-1"), fund_id=DZ, at=now())


def _signed_claims(sent: bytes) -> object:
    """Claims that identity itself signed, whatever they say."""
    shown = jws.serialize_compact({"alg": "ES256", "typ": "at+jwt", "kid": "test"}, sent, signing_key())
    return _tokens(f"Bearer {shown}".encode())


DELEGATED = {"scope": "declarations:read", "until": "2026-06-30", "payment_max": 500, "employers": ["1600000001"]}

SECRET = Secret(bytes(range(32)))
LOADED_AT = now()  # signed and read at one time, however long after loading the test runs


def _register_answer(sent: bytes) -> object:
    """Any bytes, signed as the register would: what it says is still to be read."""
    secret, at = Secret(b"s" * 32), now()
    register = SignedHttpRegister(url="", client_id="", secrets=(secret,), timeout_s=1)
    question = RegisterRequest(question_id="q1", fund_id=TN, national_id="1", asks="is-taxed", law="Art. 1")
    return register._read(sent, sign(sent, message_id="q1", at=at, secrets=[secret]), question, at=at)


def _register_file() -> bytes:
    """A file of one answer."""
    lines = ["11tax", "12" + "q1".ljust(36) + "O".ljust(40) + "20260210", "1900000001"]
    return "".join(f"{line:<120}\r\n" for line in lines).encode()


def _acquirer_file(sent: bytes) -> object:
    acquirer = funds()[DZ].bindings.acquirers["banque-atlas"]
    if acquirer.day_file is None:
        raise AssertionError("the acquirer of these tests sends files")
    return acquirer_file.read(
        sent, acquirer=acquirer, layout=acquirer.day_file, day=date(2026, 1, 28), fund=funds()[DZ]
    )


def _webhook(sent: bytes) -> object:
    *head, body = sent.split(b"\n", 3)
    headers = {
        name: value.decode("latin-1")
        for name, value in zip(("webhook-id", "webhook-timestamp", "webhook-signature"), head, strict=False)
    }
    return verify(body, headers=headers, secrets=[SECRET], at=LOADED_AT)


def _webhook_seed() -> bytes:
    body = b'{"type": "x", "data": {}}'
    signed = sign(body, message_id="e1", at=LOADED_AT, secrets=[SECRET])
    return b"\n".join([*(each.encode() for each in signed.values()), body])


def _sms_receipts(sent: bytes) -> object:
    form = http_api.api("infobip").receipts
    assert form is not None
    return http_api.read_receipts(form, bodies.read_json(sent))


def _sms_receipts_seed() -> bytes:
    result = {"callbackData": "3f0c.sms", "status": {"groupName": "DELIVERED"}}
    return json.dumps({"results": [result, {**result, "status": {"groupName": "EXPIRED"}}]}).encode()


def _sms_answer(sent: bytes) -> object:
    """A provider's answer, by a status and its body, as each page reads it."""
    status, _, body = sent.partition(b" ")
    code = int(status) if status.isdigit() and len(status) == 3 else 200
    return [http_api.read_answer(http_api.api(name), code, body) for name in ("infobip", "twilio", "kannel")]


# --- events


def _envelope(sent: bytes) -> object:
    pairs = [line.partition(b": ") for line in sent.split(b"\n")]
    opened = envelope.parsed([(name.decode("latin-1"), value) for name, _, value in pairs])
    assert opened.event_id and opened.fund_id and opened.key and opened.version >= 0
    return opened


ENVELOPE = (
    b"ce_id: 1\nce_type: claims.claim-submitted.v1\nce_fund: dz-cnas\nce_partitionkey: dz-cnas:c1\n"
    b"ce_sequence: 3\ntraceparent: 00-aa-bb-01"
)


@cache
def _types() -> list[tuple[str, int]]:
    return sorted(catalogue.declared())


def _event(sent: bytes) -> object:
    """The first byte chooses the event's type; the rest is its body."""
    type_name, version = _types()[(sent[0] if sent else 0) % len(_types())]
    opened = Envelope("1", type_name, version, DZ, "k", 1, "")
    published = envelope.event(opened, sent[1:])
    assert envelope.event(opened, catalogue.encode(published)) == published
    return published


def _event_seeds() -> list[bytes]:
    folder = Path(__file__).parents[1] / "contracts" / "events"
    found = []
    for index, (type_name, version) in enumerate(_types()):
        for path in folder.rglob(f"{type_name}.v{version}*.json"):
            example = json.loads(path.read_text(encoding="utf-8")).get("example")
            if example is not None:
                found.append(bytes([index]) + json.dumps(example).encode())
    return found or [b"\x00{}"]


# --- uploads, the register, short texts


def _upload(media_type: str, ending: str) -> Callable[[bytes], object]:
    def read(sent: bytes) -> object:
        clean = inspection.inspect(sent, media_type=media_type, file_name=f"a{ending}")
        assert clean.content and clean.pages >= 1
        return clean

    return read


@cache
def _folder() -> Path:
    """One for a whole process, made once something is to be put there."""
    return Path(tempfile.mkdtemp(prefix="himaya-fuzz-"))


def _register(
    columns: Sequence[str], read_row: Callable[..., object], *, layout: RegisterLayout | None = None
) -> Callable[[bytes], object]:
    def read(sent: bytes) -> object:
        path = _folder() / "register.csv"
        path.write_bytes(sent)
        taken = 0
        read_rows = rows.read if layout is None else partial(fixed_rows.read, layout=layout)
        for _, row in read_rows(path, columns=columns):
            if isinstance(row, LineRefused):
                continue
            try:
                read_row(row, fund=funds()[DZ], on=today())
                taken += 1
            except LineRefused:
                continue
        return taken

    return read


def _csv(row: dict[str, str]) -> bytes:
    return "\n".join([",".join(row), ",".join(row.values()), ",".join(row.values())]).encode()


def _short_texts(sent: bytes) -> object:
    """What stands in paths, queries and headers: each is answered for, whatever it is."""
    text = sent.decode("utf-8", "surrogateescape")
    for rule in AccountRule:
        is_account(text, rule=rule)
        read_account(text, rule=rule)
    for read_typed in (
        normalize.text,
        normalize.name,
        normalize.email,
        normalize.token,
        normalize.folded,
        normalize.initials,
        normalize.length,
    ):
        read_typed(text)
    partial_date.read(normalize.plain(text))
    for fund in funds().values():
        for kind in IdentifierKind:
            fund.read_identifier(kind, text)
        fund.phone.e164(text)
    number_in(text)
    has_valid_check_digits(text)
    network(text)
    best_language(text, ("ar", "fr"))
    return Period.read(text)


def targets() -> list[Target]:
    booked = bank_files.notice(
        bank_files.entry(details=bank_files.detail(more="<RmtInf><Ustrd>PR2601123</Ustrd></RmtInf>"))
    )
    status = "<TxInfAndSts><OrgnlEndToEndId>PAY-1</OrgnlEndToEndId><TxSts>RJCT</TxSts></TxInfAndSts>"
    payment = f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>MSG-1</OrgnlPmtInfId>{status}</OrgnlPmtInfAndSts>"
    pdf, jpeg, png = a_pdf(pages=2), a_picture(), a_picture("PNG")
    multipart = _part("employer_id", b"16") + _part("files", b"bytes", "a.txt") + f"--{BOUNDARY}--\r\n".encode()
    filing = {"claim_type": "c", "care_on": "2026-01-01", "lines": [{"act": "a", "quantity": 1, "paid": "1.00"}]}
    debited = {"fund": DZ, "payment_id": "c1", "amount": "1.00", "currency": "DZD", "bank_reference": "e"}
    agreed = {"fund": DZ, "reference": "MD260000000112", "account": "1", "holder": "h", "currency": "DZD"}
    old_report = bank_files.status_report(payment, version="pain.002.001.03")
    return [
        Target("wages-das-b", _wages(das_b, DZ), _wage_seeds(das_b())),
        Target("wages-das-a", _wages(das_a, DZ), _wage_seeds(das_a())),
        Target("wages-tn-122", _wages(tn_122, TN), _wage_seeds(tn_122())),
        Target("wages-archive", _archive, [zipped(das_b().by_name), zipped(tn_122().by_name)], (Invalid,)),
        Target("wages-e-bds", _answer, [written(EXAMPLE), written(EXAMPLE, newline=b"\n")]),
        Target("camt.054", _camt, [booked], (Invalid,)),
        Target("camt-without-schema", _camt, [booked.replace(b"camt.054.001.08", b"camt.054.001.06")], (Invalid,)),
        Target("bank-statement-fixed", _fixed_statement, ["\r\n".join([HEAD, movement(), TAIL]).encode()], (Invalid,)),
        Target("pain.002", pain002.read, [bank_files.status_report(payment)], (Invalid,)),
        Target("pain.002-without-schema", pain002.read, [old_report], (Invalid,)),
        Target("pain.012", mandates.read, [pain_012(WHOLE, version="05")], (Invalid,)),
        Target("pain.012-without-schema", mandates.read, [pain_012(WHOLE, accepted())], (Invalid,)),
        Target("pain.001", _pain001, ["أمينة بن سالم\nRemboursement & <soins>\n15000".encode()], (Invalid,)),
        Target(
            "bank-message",
            lambda sent: messages.read(sent, fund=funds()[DZ]),
            [
                json.dumps({"type": "payment.debited", "data": debited}).encode(),
                json.dumps({"type": "mandate.agreed", "data": {**agreed, "amount_max": "1.00"}}).encode(),
            ],
            (messages.MessageInvalid,),
        ),
        Target(
            "register answer",
            _register_answer,
            [b'{"question_id":"q1","answer":"yes","as_of":"2026-02-10"}'],
            (Invalid,),
        ),
        Target("register file", columns("columns-120").read, [_register_file()], (Invalid,)),
        Target(
            "acquirer file",
            _acquirer_file,
            [
                "N° terminal;N° remise;N° ticket;N° autorisation;Date;Opération;Montant brut;Commission\n"
                "16000101;1;1;A1;28/01/2026;ACHAT;1,00;0,01\n".encode("windows-1252")
            ],
            (acquirer_file.AcquirerFileInvalid, acquirer_file.HeadsMissing),
        ),
        Target("sms-receipts", _sms_receipts, [_sms_receipts_seed()], (ValueError, Failure)),
        Target("sms-answer", _sms_answer, [b'201 {"sid": "SM90", "status": "queued"}', b"202 0: Accepted"], ()),
        Target("webhook", _webhook, [_webhook_seed()], (Forbidden,)),
        Target("multipart", _multipart, [multipart], (Failure, HTTPException)),
        Target("json-body", _json_body, [json.dumps({**filing, "papers": []}).encode()], (Failure, HTTPException)),
        Target("token", _tokens, [f"Bearer {_token()}".encode()], (Unauthenticated, Forbidden)),
        Target("claims-of-a-token", _signed_claims, [_claims()], (Unauthenticated, Forbidden)),
        Target("envelope", _envelope, [ENVELOPE], (envelope.EnvelopeMalformed,)),
        Target("event", _event, _event_seeds(), (envelope.EventTypeUnknown, envelope.EventBodyMalformed)),
        Target("upload-pdf", _upload("application/pdf", ".pdf"), [pdf], (Invalid,), examples=6),
        Target("upload-jpeg", _upload("image/jpeg", ".jpg"), [jpeg], (Invalid,)),
        Target("upload-png", _upload("image/png", ".png"), [png], (Invalid,)),
        Target("register-persons", _register(PERSON_COLUMNS, read_person), [_csv(person_row())], (Invalid,)),
        Target(
            "register-persons-fixed",
            _register(PERSON_COLUMNS, read_person, layout=layout_of(RegisterEncoding.WINDOWS_1256)),
            [line(person_row()).encode("cp1256")],
            (Invalid,),
        ),
        Target("register-employers", _register(EMPLOYER_COLUMNS, read_employer), [_csv(employer_row())], (Invalid,)),
        Target("short-texts", _short_texts, [b"2026-Q1"], (Invalid,)),
    ]


def _claims() -> bytes:
    return json.dumps(claims_of(_token(employers=["1"], delegations=[DELEGATED]))).encode()
