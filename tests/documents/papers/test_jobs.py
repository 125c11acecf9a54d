"""The press of a worker: what it finds half done it does again, and nobody gets two papers of one number."""

from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from services.documents.papers import rules, store
from services.documents.papers.actions import PRINT
from services.documents.papers.content import PaperContent
from services.documents.papers.demo_chain import make_signing_chain
from services.documents.papers.jobs import PaperPrinting, printing
from services.documents.papers.paper import Status
from services.documents.papers.printing.printer import Printer
from services.documents.settings import SignerFiles
from services.documents.wiring import service
from shared.funds.bindings import Bindings, SignerBinding, SiteBinding
from shared.jobs.runner import Runner
from shared.process.backfills import backfill_all
from shared.storage.service_context import ServiceContext
from tests.documents.builders import CHAIN, PUBLIC_URL, declared, employers, registered, settings_in, wage
from tests.documents.paper_printing import asked, code_on, paper_printing, printed
from tests.kit.callers import Office
from tests.kit.clock import AT, RunningClock
from tests.kit.contexts import DZ, TN, context_on, handle, published, reading
from tests.kit.people import AMIRA


@pytest.fixture
def number(context: ServiceContext) -> str:
    """A paper that waits for the press."""
    office = Office(service, context)
    handle(context, service, registered(AMIRA), employers(), declared(wage(AMIRA)))
    asked_for: str = office.person(AMIRA).post("/papers", asked()).json["number"]
    return asked_for


def test_a_worker_has_one_press_with_the_funds_key(context: ServiceContext, number: str, tmp_path: Path) -> None:
    (kind,) = service.jobs(settings_in(tmp_path))
    assert kind.name == PRINT
    assert Runner(context, [kind]).run_due() == 1
    assert Runner(context, [kind]).run_due() == 0
    assert store.papers.load(reading(context), number).status is Status.VALID


def test_each_fund_signs_with_the_key_and_names_the_address_that_it_is_bound_to(
    context: ServiceContext, number: str, tmp_path: Path
) -> None:
    other = make_signing_chain("Another", at=AT)
    key, certificates = tmp_path / "other.key.pem", tmp_path / "other.certificate.pem"
    key.write_bytes(other.key_pem)
    certificates.write_bytes(other.certificate_pem + other.issuers_pem)
    usual = settings_in(tmp_path)
    settings = replace(
        usual,
        signers={**usual.signers, "OTHER": SignerFiles(signing_key=key, certificate=certificates)},
        sites={"IPM": "https://ipm.example/documents"},
    )
    fund = context.funds[DZ]
    bindings = Bindings(signer=SignerBinding(settings="OTHER"), site=SiteBinding(settings="IPM"))
    bound = replace(fund, sections=replace(fund.sections, bindings=bindings))
    made = replace(context, funds={**context.funds, DZ: bound})
    Runner(made, [printing(settings)]).run_due()
    pdf = Office(service, made).person(AMIRA).get(f"/papers/{number}/pdf").data
    signature = PdfFileReader(BytesIO(pdf)).embedded_signatures[0]
    assert "Another" in signature.signer_cert.issuer.human_friendly
    assert code_on(pdf) == f"https://ipm.example/documents/v1/{DZ}/verify/{number}"


def test_a_press_killed_after_putting_the_pdf_away_prints_again(context: ServiceContext, number: str) -> None:
    paper = store.papers.load(reading(context), number)
    content = rules.content(paper, fund=context.funds[DZ], public_url=PUBLIC_URL, at=context.clock())
    store.save_pdf(context, DZ, paper_printing().printer.print(content), kind=content.kind)
    assert store.papers.load(reading(context), number).status is Status.ASKED
    assert printed(context) == 1
    assert published(context) == ["documents.paper-issued"]


def test_of_two_presses_the_first_issues(context: ServiceContext, number: str) -> None:
    paper = store.papers.load(reading(context), number)
    for _ in range(2):
        paper_printing().print(context, DZ, paper)
    kept = store.papers.load(reading(context), number)
    assert (kept.status, kept.version) == (Status.VALID, 2)
    assert published(context) == ["documents.paper-issued"]


def test_a_paper_withdrawn_while_it_was_printed_stays_withdrawn(context: ServiceContext, number: str) -> None:
    paper = store.papers.load(reading(context), number)
    handle(context, service, declared(wage(AMIRA, wage_minor=5), revision=2))
    paper_printing().print(context, DZ, paper)
    assert store.papers.load(reading(context), number).status is Status.REVOKED
    assert published(context) == ["documents.paper-revoked"]


def test_a_key_that_is_not_the_certificates_stops_the_worker(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    settings.signers["PAPER"].signing_key.write_bytes(make_signing_chain("CNAS", at=AT).key_pem)
    with pytest.raises(ValueError, match="does not belong"):
        printing(settings)


def test_the_actor_of_a_print_is_the_press(context: ServiceContext, number: str) -> None:
    printed(context)
    (audited,) = context.database["audit"].find({"entries.actor": "system:press"})
    assert audited["entries"][0]["cause"] == f"job:papers.print:{number}"


# --- Papers that fail -------------------------------------------------------------------------------------------------


class Jammed(Printer):
    """A press that breaks over the papers of some numbers."""

    def __init__(self, *numbers: str) -> None:
        super().__init__()
        self.numbers = numbers

    def print(self, content: PaperContent) -> bytes:
        if content.number in self.numbers:
            raise RuntimeError("jammed")
        return super().print(content)


def run_jammed(context: ServiceContext, *numbers: str) -> None:
    Runner(context, [PaperPrinting(Jammed(*numbers), lambda fund: CHAIN, lambda fund: PUBLIC_URL).job]).run_due()


def on_day(context: ServiceContext, mongodb: str, day: int) -> ServiceContext:
    return context_on(context.database, mongodb, clock=RunningClock(timedelta(days=day)))


def ask_many(context: ServiceContext, count: int, **civil: str) -> list[str]:
    """The numbers of papers of so many persons, asked for one after the other."""
    office = Office(service, context)
    persons = [f"p{place:024d}" for place in range(count)]
    handle(context, service, registered(*persons, at=AT + timedelta(days=1), **civil))
    handle(context, service, declared(*(wage(each) for each in persons), year=2024))
    return [office.person(each).post("/papers", asked()).json["number"] for each in persons]


def status_of(context: ServiceContext, number: str) -> Status:
    return store.papers.load(reading(context), number).status


def test_r2_papers_that_fail_are_not_in_the_way_of_others(context: ServiceContext) -> None:
    handle(context, service, employers())
    failing = ask_many(context, 25)
    (good,) = ask_many(context, 1)
    run_jammed(context, *failing)
    assert status_of(context, good) is Status.VALID
    waiting = Office(service, context).staff().get("/operations/jobs?status=waiting").json["items"]
    assert {(each["thing_id"], each["last_error"]) for each in waiting} == {
        (number, "RuntimeError") for number in failing
    }


def test_r2_what_fails_again_and_again_is_seen_and_an_operator_has_it_tried_again(
    context: ServiceContext, number: str, mongodb: str
) -> None:
    for day in range(paper_printing().job.attempts_max):
        run_jammed(on_day(context, mongodb, day), number)
    operator = Office(service, context).staff()
    (seen,) = operator.get("/operations/jobs").json["items"]
    assert (seen["thing_id"], seen["status"]) == (number, "failed")
    assert operator.post(f"/operations/jobs/{seen['job_id']}/retry").status_code == 202
    assert printed(context) == 1
    assert status_of(context, number) is Status.VALID


def test_r2_a_paper_that_an_operator_gives_up_ends_and_is_told(
    context: ServiceContext, number: str, mongodb: str
) -> None:
    for day in range(paper_printing().job.attempts_max):
        run_jammed(on_day(context, mongodb, day), number)
    operator = Office(service, context).staff()
    given_up = operator.post(f"/operations/jobs/papers.print:{number}/giving-up", {"reason": "the press is sold"})
    assert given_up.status_code == 202, given_up.text
    assert printed(context) == 0
    assert status_of(context, number) is Status.FAILED
    assert published(context) == ["documents.paper-failed"]
    assert operator.get("/operations/jobs").json["items"] == []


def adopted(context: ServiceContext, fund_id: str) -> int:
    return backfill_all(context, fund_id, backfills=service.backfills)


def test_r2_papers_that_an_earlier_release_left_waiting_are_printed(context: ServiceContext, number: str) -> None:
    context.database["papers"].update_one({}, {"$unset": {"is_scheduled": ""}})
    context.database["jobs"].delete_many({})
    assert (adopted(context, TN), adopted(context, DZ), adopted(context, DZ)) == (0, 1, 0)
    assert printed(context) == 1
    assert status_of(context, number) is Status.VALID


def test_r2_a_paper_withdrawn_before_it_was_printed_leaves_no_job(context: ServiceContext, number: str) -> None:
    handle(context, service, declared(wage(AMIRA, wage_minor=5), revision=2))
    assert context.database["jobs"].count_documents({}) == 0


def test_d01_letters_that_no_font_has_are_told_and_the_holder_may_ask_again(context: ServiceContext) -> None:
    handle(context, service, employers())
    numbers = ask_many(context, 3, family_name="中文")
    assert printed(context) == 0
    assert published(context) == ["documents.paper-failed"] * len(numbers)
    assert context.database["jobs"].count_documents({}) == 0
    holder = Office(service, context).person(f"p{0:024d}")
    seen = holder.get(f"/papers/{numbers[0]}").json
    assert (seen["status"], seen["failure"]["reason"]) == ("failed", "letters-not-printable")
    assert "agence" in seen["failure"]["text"]
    refused = holder.get(f"/papers/{numbers[0]}/pdf")
    assert (refused.status_code, refused.json["code"]) == (409, "paper.printing-failed")
    assert holder.post("/papers", asked()).status_code == 202
    checked = Office(service, context).nobody().get(f"/v1/{DZ}/verifications/{numbers[0]}")
    assert checked.json["status"] == "unknown"
