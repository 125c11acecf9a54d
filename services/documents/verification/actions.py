"""What documents answers to anybody who holds a paper: little for its number, all for its control code or its file."""

import hashlib
from dataclasses import replace
from datetime import date
from typing import IO

from services.documents.papers.paper import Paper, Status
from services.documents.papers.store import PDF_BYTES_MAX, of_award, of_file, papers
from services.documents.verification import rules
from services.documents.verification.verification import Certified, PublicRecord, Verification
from shared.kernel import normalize
from shared.storage.unit_of_work import UnitOfWork

NUMBER_LENGTH_MAX = 40
CHUNK_BYTES = 1 << 16


def check(uow: UnitOfWork, number_typed: str) -> Verification:
    """Whether the paper of a number holds today; by the number of an award, its certificate. A number that cannot be
    one is answered as one never issued."""
    return _answer(uow, number_typed)[0]


def check_code(uow: UnitOfWork, number_typed: str, *, code_typed: str) -> Verification:
    """The same, and what the paper certifies for whoever typed the code that is printed on it."""
    verification, paper = _answer(uow, number_typed, code_typed=code_typed)
    certified = paper and Certified(holder_name=paper.said.holder.full_name, body=paper.said.body)
    return rules.with_code(
        verification, text=code_typed, code=paper.said.code if paper else "", certified=certified or None
    )


def check_file(uow: UnitOfWork, sha256: str) -> Verification | None:
    """The paper whose signed file has this hash; None where the fund issued no such file."""
    paper = of_file(uow, sha256)
    return replace(_answer(uow, paper.number)[0], is_file_genuine=True) if paper else None


def hash_of(file: IO[bytes]) -> str:
    """The SHA-256 (hex) of a file that somebody shows; of one longer than any paper, of its beginning."""
    digest, left = hashlib.sha256(), PDF_BYTES_MAX + 1
    while left > 0 and (chunk := file.read(min(CHUNK_BYTES, left))):
        digest.update(chunk)
        left -= len(chunk)
    return digest.hexdigest()


def _answer(uow: UnitOfWork, number_typed: str, *, code_typed: str = "") -> tuple[Verification, Paper | None]:
    """The answer for a number, and the issued paper that it is about."""
    today = uow.today
    number = rules.number_in(number_typed)
    if number is None:
        return rules.verify(None, number=normalize.text(number_typed)[:NUMBER_LENGTH_MAX], on=today), None
    paper = papers.find(uow, number) or rules.certificate(of_award(uow, number), code_typed=code_typed)
    record = _record(paper, fund_id=uow.fund.fund_id) if paper else None
    return rules.verify(record, number=number, on=today), paper if record else None


def _record(paper: Paper, *, fund_id: str) -> PublicRecord | None:
    """What anybody may learn of a paper; for one that was never issued, nothing."""
    if paper.issue is None:
        return None
    return PublicRecord(
        fund_id=fund_id,
        number=paper.number,
        kind=paper.kind,
        initials=rules.initials(paper.said.holder.full_name),
        issued_on=paper.issue.issued_on,
        valid_until_on=paper.issue.valid_until_on,
        superseded_on=_withdrawn_on(paper, Status.SUPERSEDED),
        revoked_on=None if rules.is_ended(paper) else _withdrawn_on(paper, Status.REVOKED),
        ended_on=_withdrawn_on(paper, Status.REVOKED) if rules.is_ended(paper) else None,
        has_code=bool(paper.said.code),
    )


def _withdrawn_on(paper: Paper, status: Status) -> date | None:
    return paper.withdrawal.withdrawn_on if paper.withdrawal and paper.status is status else None
