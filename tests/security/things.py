"""One thing of each kind in each service, whose it is, and what nobody else may see of it."""

import itertools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

from joserfc.jwk import ECKey
from werkzeug.test import TestResponse

from services.claims.benefits.sources import Sources
from services.claims.crosschecks import rules as rules_of_crosschecks
from services.claims.overpayments.overpayment import Overpayment, OverpaymentDispute
from services.claims.overpayments.overpayment import Status as OverpaymentStatus
from services.claims.overpayments.store import overpayments
from services.claims.reassessments import rules as reassessment_rules
from services.claims.reassessments.store import reassessments
from services.claims.runs.jobs import RunCalculator
from services.claims.wiring import service as claims
from services.documents.wiring import service as documents
from services.identity.accounts.account import COUNTER_SCOPES, Account, Status
from services.identity.accounts.store import accounts
from services.identity.bank_accounts.change import BankAccountChange
from services.identity.bank_accounts.change import Status as ChangeStatus
from services.identity.bank_accounts.store import changes
from services.identity.settings import Settings as IdentitySettings
from services.identity.signin.session import Session
from services.identity.signin.store import sessions
from services.identity.wiring import service as identity
from services.notifications.wiring import service as notifications
from services.payments.assessment_orders.jobs import following as following_orders
from services.payments.wiring import service as payments
from shared.bus import dead_letters
from shared.bus.dead_letters import ReceivedRecord
from shared.funds.arrears import MeasureProof
from shared.jobs import queue
from shared.jobs.runner import Runner
from shared.kernel.outcome import Outcome
from shared.process.service import Service
from shared.storage.repository import as_document
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork
from tests.claims import builders as of_claims
from tests.claims.awards.builders import ALLOWANCE, opened, with_benefits
from tests.claims.claims.test_routes import filing
from tests.claims.crosschecks.builders import crosscheck, kept
from tests.claims.runs.builders import Tariff
from tests.documents import builders as of_documents
from tests.documents.paper_printing import obtained, printed
from tests.documents.papers.test_employers import granted
from tests.documents.uploads.builders import a_pdf
from tests.identity import builders as of_identity
from tests.kit.callers import ISSUER, Caller, Office
from tests.kit.clock import AT
from tests.kit.contexts import DZ, handle, someone
from tests.kit.people import AMIRA, FIRM
from tests.kit.roles import Role
from tests.notifications import builders as of_notifications
from tests.notifications.message_campaigns import builders as of_campaigns
from tests.payments import bank
from tests.payments import builders as of_payments
from tests.payments.declarations.builders import DZ_EMPLOYER, das_b
from tests.payments.declarations.harness import DeclarationsHarness, register
from tests.payments.measures.builders import fund_with, measure
from tests.payments.provisional_assessments.builders import das_of
from tests.payments.self_payers import builders as of_self_payers
from tests.payments.settlements.builders import scheme
from tests.security.matrix import Operation

OTHER_FIRM = "1600000002"
NOBODY = "pnobodyaaaaaaaaaaaaaaaaa"
PARKED = ("claims.claim-paid.v1", "thing.never")
"""Of what type the dead letter is that each service holds, and why it was parked."""


def account_name(role: Role, *, is_owner: bool) -> str:
    return f"{role.value}-{'owner' if is_owner else 'other'}"


@dataclass
class Holding:
    """What a service of the matrix holds in dz-cnas. `marks` are words that stand in nothing that others may read."""

    office: Office
    parts: dict[str, str] = field(default_factory=dict)
    marks: set[str] = field(default_factory=set)
    asks: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What to send with an operation so that nothing but whose thing it is can be wrong with it, by its name."""
    owner: str = AMIRA
    firm: str = DZ_EMPLOYER

    def __post_init__(self) -> None:
        """A dead letter and a job of this fund too: every service's operators may have them."""
        context, event_id, key = self.office.context, f"parked-{self.office.service.name}", f"{DZ}:parked"
        headers = [("ce_type", b"claims.claim-paid.v1"), ("ce_fund", DZ.encode())]
        dead_letters.park(
            context, ReceivedRecord(event_id, "claims", 0, 0, key, headers, b"{}"), why="thing.never", tries=1
        )
        job_id = f"parked-{self.office.service.name}"
        context.run(DZ, by=someone(), cause="test", action=lambda uow: queue.schedule(uow, "job", job_id))
        self.parts |= {"event_id": event_id, "key": key, "fingerprint": dead_letters.fingerprint(*PARKED)}
        self.parts |= {"job_id": f"job:{job_id}"}
        self.marks |= {event_id}
        self.asks |= {
            "operations.discard_letter": {"json": {"reason": "of no use"}},
            "operations.give_up_job": {"json": {"reason": "of no use"}},
            "operations.republish": {"json": {"since": "2026-01-01T00:00:00Z"}},
        }

    def caller(self, role: Role, *, is_owner: bool, scopes: frozenset[str] | None = None) -> Caller:
        """Somebody of this role with its real scopes, or with those given: the owner of everything, or another."""
        name = account_name(role, is_owner=is_owner)
        claims: dict[str, Any] = {"actor": role.actor.value, "sub": name, "sid": f"session-of-{name}"}
        if role is Role.PERSON:
            claims["person_ref"] = self.owner if is_owner else NOBODY
        if role is Role.EMPLOYER:
            claims["employers"] = [self.firm if is_owner else OTHER_FIRM]
        client, service = self.office.app.test_client(), self.office.service
        return Caller(client, service, DZ, role.scopes if scopes is None else scopes, **claims)

    def at_counter(self) -> Caller:
        """An agent who acts for the owner, who is present."""
        claims = {"actor": "person", "sub": self.owner, "person_ref": self.owner, "act": {"sub": "agent-1"}}
        client, service = self.office.app.test_client(), self.office.service
        return Caller(client, service, DZ, COUNTER_SCOPES, visit="visit-1", **claims)

    def ask(self, operation: Operation, bearer: str | None, *, fund: str = DZ, **more: Any) -> TestResponse:
        """The operation on the thing that is here."""
        given = dict(self.asks.get(operation.name, {}))
        make: Callable[[], dict[str, Any]] | None = given.pop("make", None)
        given |= make() if make else {}
        usual = {"Idempotency-Key": f"k-{uuid4()}", "Accept-Language": "fr", **given.pop("headers", {})}
        headers = {**usual, **more.pop("headers", {})}
        if bearer is not None:
            headers["Authorization"] = f"Bearer {bearer}"
        client = self.office.app.test_client()
        url = more.pop("url", None) or operation.url(fund, self.parts)
        return client.open(url, method=more.pop("method", operation.method), headers=headers, **{**given, **more})


def _claims(context: ServiceContext, folder: Path) -> Holding:
    context = with_benefits(context)
    office = Office(claims, context)
    handle(context, claims, of_claims.wages(AMIRA), *(of_claims.upload(each) for each in ("u1", "u2", "u3")))
    filed = office.person(AMIRA).post("/claims", filing())
    assert filed.status_code == 201, filed.text
    path, agent = f"/claims/{filed.json['claim_id']}", office.staff()
    for asked in (f"{path}/medical-request", f"/medical-queue{path}/answer", f"{path}/release"):
        done = agent.post(asked, {"answer": "yes", "reason": "justified"} if asked.endswith("answer") else None)
        assert done.status_code == 200, done.text
    check = kept(context, crosscheck("cross-check-1", claim_id=filed.json["claim_id"]))
    answered = context.database["crosschecks"].find_one({}) or {}
    kept(context, rules_of_crosschecks.dispute(check, statement="it was sold", upload_id="u1", at=AT).thing)
    disputed = context.database["crosschecks"].find_one({}) or {}
    numbers = itertools.count()
    award = opened(context, claim_id="granted")
    overpaid = Overpayment(
        award_id=award.award_id,
        reference=award.reference,
        person_ref=AMIRA,
        claim_type=ALLOWANCE,
        last_on=award.from_on,
        payments=(),
        amount_minor=20_000,
        currency="DZD",
        status=OverpaymentStatus.OPEN,
        steps=(),
        found_at=context.clock(),
    )
    # One that is settled by whoever may, and one that stays in the list of what is to be recovered.
    for each in (overpaid, replace(overpaid, award_id=f"{award.award_id}-2")):
        save = partial(overpayments.save, outcome=Outcome(each))
        context.run(DZ, by=someone(), cause=f"test:{each.award_id}", action=save)
    again = reassessment_rules.follow(
        award,
        conditions=(),
        deceased_ref=None,
        definition=context.funds[DZ].claim_types[ALLOWANCE],
        sources=Sources(fund=context.funds[DZ]),
        fund=context.funds[DZ],
        at=context.clock(),
    )
    save_again = partial(reassessments.save, outcome=Outcome(again))
    context.run(DZ, by=someone(), cause="test:reassessment", action=save_again)
    run = office.staff("maker").post("/runs", {"claim_type": ALLOWANCE, "period": "2026-Q1"})
    assert run.status_code == 201, run.text
    Runner(context, [RunCalculator(Tariff().judge).job]).run_due()

    def new_filing() -> dict[str, Any]:
        """A claim with papers that stand in no other."""
        kinds = {kind: f"{kind}-{next(numbers)}" for kind in ("care-sheet", "prescription")}
        handle(context, claims, *(of_claims.upload(each) for each in kinds.values()))
        return {"json": filing(papers=[{"kind": kind, "upload_id": each} for kind, each in kinds.items()])}

    begun = office.person(of_claims.AMIRA).post("/drafts", new_filing()["json"])
    assert begun.status_code == 201, begun.text
    draft = context.database["drafts"].find_one({}) or {}

    def the_draft(**body: Any) -> Callable[[], dict[str, Any]]:
        """The same draft, also after its owner deleted or filed it."""

        def make() -> dict[str, Any]:
            context.database["drafts"].replace_one({"_id": draft["_id"]}, draft, upsert=True)
            return body

        return make

    def the_check(row: Mapping[str, Any], **body: Any) -> Callable[[], dict[str, Any]]:
        """The same cross-check, answered or disputed, also after somebody changed it."""

        def make() -> dict[str, Any]:
            context.database["crosschecks"].replace_one({"_id": row["_id"]}, row, upsert=True)
            return body

        return make

    def the_overpayment(is_disputed: bool, **body: Any) -> Callable[[], dict[str, Any]]:
        """The same overpayment, disputed or not, also after somebody settled it."""
        made = OverpaymentDispute(statement="I told the fund in May", at=context.clock())
        row = as_document(
            replace(overpaid, disputes=(made,) if is_disputed else (), is_disputed=is_disputed, version=1)
        )

        def make() -> dict[str, Any]:
            context.database["overpayments"].update_one({"award_id": award.award_id}, {"$set": row})
            return body

        return make

    def new_paper() -> dict[str, Any]:
        """A paper that stands in no claim."""
        upload_id = f"invoice-{next(numbers)}"
        handle(context, claims, of_claims.upload(upload_id))
        return {"json": {"kind": "invoice", "upload_id": upload_id}}

    return Holding(
        office,
        parts={
            "claim_id": filed.json["claim_id"],
            "draft_id": begun.json["draft_id"],
            "award_id": award.award_id,
            "run_id": run.json["run_id"],
            "check_id": check.check_id,
            "person_ref": AMIRA,
        },
        marks={filed.json["claim_id"], filed.json["reference"], award.award_id, award.reference, AMIRA, check.check_id},
        asks={
            "crosschecks.dispute": {"make": the_check(answered, json={"statement": "sold", "upload_id": "u1"})},
            "crosschecks.decide": {
                "make": the_check(disputed, json={"value": "no", "upload_id": "u1", "reason": "deed of sale"})
            },
            "crosschecks.ask_anew": {"make": the_check(answered)},
            "crosschecks.list_disputed": {"make": the_check(disputed)},
            "claims.submit": {"make": new_filing},
            "claims.add_paper": {"make": new_paper},
            "claims.ask_paper": {"json": {"kind": "invoice", "reason": "missing"}},
            "claims.approve": {"json": {}},
            "claims.refuse": {"json": {"reason": "not-covered"}},
            "drafts.begin": {"json": {}},
            "drafts.edit": {"make": the_draft(json={"claim_type": "care-reimbursement"})},
            **{f"drafts.{verb}": {"make": the_draft()} for verb in ("read", "check", "submit", "delete")},
            "appeals.appeal": {"json": {"statement": "it was prescribed"}},
            "notes.write": {"json": {"text": "called the doctor"}},
            "notes.write_medical": {"json": {"text": "called the doctor"}},
            "claims.release_payment": {"json": {"reason": "the heirs were heard"}},
            "claims.decide_anew": {"json": {"reason": "the heirs were heard"}},
            "claims.send_back": {"json": {"reason": "the bill is not legible"}},
            "reviews.answer": {"json": {"answer": "yes", "reason": "justified"}},
            "reviews.ask_paper": {"json": {"kind": "invoice", "reason": "missing"}},
            "claims.reassign": {"json": {"to": "agent-2", "reason": "on leave"}},
            "claims.separate": {"json": {"claim_id": filed.json["claim_id"]}},
            "awards.list_for_agent": {"query_string": {"person_ref": of_claims.AMIRA}},
            "benefits.estimate": {"json": {"claim_type": ALLOWANCE}},
            "simulations.read_known": {"query_string": {"claim_type": ALLOWANCE}},
            "runs.make": {"json": {"claim_type": ALLOWANCE, "period": "2026-Q1"}},
            "runs.reject": {"json": {"reason": "the rate is wrong"}},
            "awards.suspend": {"json": {"reason": "under-control"}},
            "awards.end": {"json": {"reason": "renounced", "last_on": "2026-01-31"}},
            "awards.take_life_certificate": {"json": {"given_on": "2026-01-31"}},
            "overpayments.decide_waiver": {"json": {"agrees": True, "reason": "hardship"}},
            "overpayments.decide_dispute": {
                "make": the_overpayment(True, json={"stands": True, "reason": "told in May"})
            },
            "overpayments.dispute": {"make": the_overpayment(False, json={"statement": "I told the fund in May"})},
            "overpayments.settle": {"json": {"to": "recovered", "reason": "receipt 12"}},
            "awards.check_cover_code": {"json": {"code": "00000000"}},
            "claims.search": {"json": {"number": filed.json["reference"], "purpose": "handling"}},
        },
    )


def _documents(context: ServiceContext, folder: Path) -> Holding:
    office = Office(documents, context, of_documents.settings_in(folder))
    amira = AMIRA
    handle(context, documents, of_documents.registered(amira), of_documents.employers(), of_documents.declared())
    owner = office.person(amira)
    number = obtained(owner, context)
    handle(context, documents, granted())
    assert printed(context) == 1
    (of_employer,) = office.employer(FIRM).get(f"/employers/{FIRM}/papers").json["items"]
    file = {"make": lambda: {"data": {"file": (BytesIO(a_pdf()), "a.pdf", "application/pdf")}}}
    given = owner.post("/uploads", content_type="multipart/form-data", **file["make"]())
    assert given.status_code == 201, given.text
    return Holding(
        office,
        parts={
            "number": number,
            "upload_id": given.json["upload_id"],
            "person_ref": amira,
            "employer_id": FIRM,
            "paper": of_employer["number"],
        },
        firm=FIRM,
        marks={
            *(number, of_employer["number"], given.json["upload_id"], given.json["sha256"]),
            *(amira, "BENABDALLAH", "SARL El Amel"),
        },
        asks={
            "papers.ask": {"json": {"kind": "salary-certificate", "language": "fr"}},
            "uploads.add": file,
            "verification.check_file": file,
        },
    )


def _signed_in(context: ServiceContext) -> str:
    """Accounts of both callers of each role, each in a session; and one more session of the owner, whose id it is."""
    lent = "another-session-of-the-owner"

    def act(uow: UnitOfWork) -> None:
        for role in Role:
            for is_owner in (True, False):
                name = account_name(role, is_owner=is_owner)
                account = Account(
                    account_id=name,
                    known_by=name,
                    role=role,
                    status=Status.ACTIVE,
                    password_hash="none",
                    second_factor="none" if role.has_second_factor else None,
                )
                accounts.save(uow, Outcome(account))
                sessions.save(uow, Outcome(_session(uow, f"session-of-{name}", name)))
        sessions.save(uow, Outcome(_session(uow, lent, account_name(Role.PERSON, is_owner=True))))

    context.run(DZ, by=someone(), cause="test:signed-in", action=act)
    return lent


def _session(uow: UnitOfWork, session_id: str, account_id: str) -> Session:
    return Session(
        session_id=session_id,
        account_id=account_id,
        client_id="portal",
        redirect_uri="https://portal.test/callback",
        scope=("openid",),
        challenge="none",
        nonce=None,
        methods=("pwd",),
        signed_in_at=uow.at,
        code_hash=f"code-of-{session_id}",
        code_used_at=uow.at,
    )


def _identity(context: ServiceContext, folder: Path) -> Holding:
    of_identity.known_people(context, folder)
    keys, clients = folder / "keys.json", folder / "clients.yaml"
    keys.write_text(json.dumps({"keys": [ECKey.generate_key("P-256", {"kid": "own"}).as_dict(private=True)]}))
    clients.write_text("{}")
    own = IdentitySettings(
        issuer=ISSUER, portal_url="https://portal.test", clients_file=clients, signing_keys_file=keys
    )
    office, ref = Office(identity, context, own), of_identity.ref()
    card = office.person(ref).get("/card").json
    present = {"number": of_identity.AMIRA_NSS, "proof": "id-card", "proof_ending": "4821", "place": "Guichet 3"}
    claims = {"actor": "staff", "sub": account_name(Role.AGENT, is_owner=True), "sid": "session-1"}
    agent = Caller(office.app.test_client(), identity, DZ, office.scopes, **claims)
    visit_id = agent.post("/counter/visits", present).json["visit"]["visit_id"]
    offered = {"employer_id": DZ_EMPLOYER, "name": "Cabinet Amrani", "powers": [], "ends_on": "2027-01-31"}
    boss = {"actor": "employer", "sub": account_name(Role.EMPLOYER, is_owner=True), "employers": [DZ_EMPLOYER]}
    firm = Caller(office.app.test_client(), identity, DZ, Role.EMPLOYER.scopes, **boss)
    given = firm.post("/delegations", offered).json
    context.run(DZ, by=someone(), cause="test:change", action=lambda uow: changes.save(uow, Outcome(_change(ref))))
    died = office.staff().post(f"/deaths/{ref}", {"died_on": "2026-01-30", "paper": "2026/11"})
    assert died.status_code == 200, died.text
    return Holding(
        office,
        parts={"person_ref": ref, "session_id": _signed_in(context), "visit_id": visit_id}
        | {"delegation_id": given["delegation"]["delegation_id"], "change_id": "c1"},
        marks={
            ref,
            given["delegation"]["reference"],
            card["card_number"],
            "BA260000000132",
            "00700100000000000141",
            "Benali",
            of_identity.AMIRA_NIN,
            of_identity.AMIRA_NSS,
        },
        asks={
            "accounts.open": {"json": of_identity.application()},
            "register.find_person": {"json": {"number": of_identity.AMIRA_NSS, "purpose": "handling"}},
            "register.record_death": {"json": {"died_on": "2026-01-31", "paper": "2026/12"}},
            "register.take_death_back": {"json": {"reason": "a namesake"}},
            "counter.begin": {"json": present},
            "delegations.give": {"json": offered},
            "delegations.list_given": {"query_string": {"employer_id": DZ_EMPLOYER}},
            "delegations.take": {"json": {"code": given["code"]}},
            "bank_accounts.ask": {"json": {"account": "00700100000000000141", "password": of_identity.PASSWORD}},
            "bank_accounts.refuse": {"json": {"reason": "other"}},
            "counter.correct_contact": {"json": {"email": None, "mobile": None}},
            "accounts.find_staff": {"json": {"login": "nadia", "scope": "claims:decide"}},
            "accounts.list_staff_names": {"query_string": {"account_ids": "agent-1"}},
            "accounts.activate": {"json": {"token": "x" * 43, "password": of_identity.PASSWORD}},
        },
        owner=ref,
    )


def _change(person_ref: str) -> BankAccountChange:
    return BankAccountChange(
        change_id="c1",
        reference="BA260000000132",
        person_ref=person_ref,
        account="00700100000000000141",
        former=None,
        status=ChangeStatus.ASKED,
        asked_at=AT,
        effective_at=AT,
    )


def _notifications(context: ServiceContext, folder: Path) -> Holding:
    office, made = Office(notifications, context), of_notifications
    handle(context, notifications, made.persons(made.person()), made.employers(made.employer()))
    handle(context, notifications, made.claim_submitted())
    handle(context, notifications, made.declaration_accepted())
    campaign = office.staff("agent-1").post("/message-campaigns", of_campaigns.BODY).json
    return Holding(
        office,
        parts={"campaign_id": campaign["campaign_id"]},
        marks={"CL260000000197", "310\u00a0500,00"},
        firm=FIRM,
        asks={
            "message_campaigns.write": {"json": of_campaigns.BODY},
            "message_campaigns.rewrite": {"json": of_campaigns.BODY},
            "message_campaigns.stop": {"json": {"reason": "a wrong date"}},
            "message_campaigns.cancel": {"json": {"reason": "a wrong date"}},
            "preferences.unsubscribe": {"json": {"token": "k1.x"}},
            "preferences.choose": {
                "json": {"choices": [{"purpose": "campaign", "channel": "sms", "is_wanted": False}]}
            },
        },
    )


def _payments(context: ServiceContext, folder: Path) -> Holding:
    always = {"ask_from_on": date.min, "ask_until_on": date.max, "form": "das", "periods": ("2025",)}
    deferral = measure(proof=MeasureProof.CHECKED, **always)
    own = fund_with(fund_id=DZ, settlements={"instalments": scheme()}, deferral=deferral)
    shipped = context.funds[DZ].arrears
    arrears = replace(own.arrears, provisional=shipped.provisional, disputes=shipped.disputes)
    own = replace(own, sections=replace(own.sections, arrears=arrears))
    context = replace(context, funds={**context.funds, DZ: of_self_payers.admitting(own)})
    office = bank.office(context)
    wanted = {"employer_id": DZ_EMPLOYER, "is_declared": True}
    measure_asked = office.employer(DZ_EMPLOYER).post("/measures/deferral/requests", wanted).json
    handle(context, payments, register(DZ_EMPLOYER), of_payments.persons({AMIRA: of_payments.RIB}))
    handle(context, payments, of_payments.approved())
    plan = _settlement_plan(office)
    month = _self_payer(office, context)
    assessed = _assessed(office, context)
    order = office.staff("maker").post("/assessment-orders", ORDER_WANTED)
    assert order.status_code == 201, order.text
    Runner(context, [following_orders()]).run_due()
    at_counter = _card_terminal(office)
    dispute = _dispute(office)
    harness = DeclarationsHarness(context)
    harness.office, harness.caller = office, office.employer(DZ_EMPLOYER)
    declaration_id = harness.declare(das_b())["declaration_id"]
    asked = office.employer(DZ_EMPLOYER).post(f"/declarations/{declaration_id}/collections", {"rail": "transfer"})
    assert asked.status_code == 201, asked.text
    _pay(office, declaration_id, asked.json)
    payout = context.database["payouts"].find_one({}) or {}
    endpoint = {"url": "https://bank.example/hook", "kinds": ["payment.debited"]}
    endpoint_id = office.machine().post("/endpoints", endpoint).json["endpoint_id"]

    clearance = {"employer_id": DZ_EMPLOYER, "purpose": "tax", "language": "fr"}
    clearance_id = office.employer(DZ_EMPLOYER).post("/clearances", clearance).json["clearance_id"]
    share = {"target": "declaration", "target_id": declaration_id, "amount": "77.00"}

    worker = {"insurance_number": "900000000001", "family_name": "BENALI"}
    typed = {"employer_id": DZ_EMPLOYER, "form": "das", "period": "2024", "lines": [worker]}

    def wage_files() -> dict[str, Any]:
        files = [(BytesIO(content), name) for name, content in das_b().by_name.items()]
        form = {"employer_id": DZ_EMPLOYER, "form": "das", "period": "2025", "files": files}
        return {"data": form, "content_type": "multipart/form-data"}

    mandate = _mandate(office)

    def signed_form() -> dict[str, Any]:
        return {"data": {"file": (BytesIO(b"%PDF-1.7 signed"), "form.pdf")}, "content_type": "multipart/form-data"}

    return Holding(
        office,
        parts={
            "declaration_id": declaration_id,
            "file_number": "1",
            "form": "das",
            "period": "2024",
            "collection_id": asked.json["collection_id"],
            "reference": asked.json["reference"],
            "payout_id": str(payout["_id"]).partition(":")[2],
            "code": f"receivable:{DZ_EMPLOYER}:2025",
            "measure": "deferral",
            "request_id": measure_asked["request_id"],
            "plan_id": plan["plan_id"],
            "dispute_id": dispute["dispute_id"],
            "assessment_id": assessed["assessment_id"],
            "order_id": order.json["order_id"],
            "endpoint_id": endpoint_id,
            "mandate_id": mandate["mandate_id"],
            "mandate_reference": mandate["reference"],
            "clearance_id": clearance_id,
            "person_ref": AMIRA,
            **_bank_parts(office),
            **at_counter,  # what was paid by card has a receipt
        },
        marks={
            declaration_id,
            endpoint_id,
            asked.json["collection_id"],
            at_counter["collection_id"],
            asked.json["reference"],
            month["reference"],
            "MANSOURI",
            "248441.40",
        },
        asks={
            "declarations.file": {"make": wage_files},
            "declarations.declare_nothing": {"json": {"employer_id": DZ_EMPLOYER, "form": "das", "period": "2024"}},
            "declarations.declare_typed": {"json": typed},
            "declarations.check_typed": {"json": typed},
            "declarations.begin_typing": {"query_string": {"employer_id": DZ_EMPLOYER}},
            "declarations.read_prefilled": {"query_string": {"employer_id": DZ_EMPLOYER}},
            "declarations.see_draft": {"query_string": {"employer_id": DZ_EMPLOYER}},
            "declarations.read_draft": {"query_string": {"employer_id": DZ_EMPLOYER}},
            "declarations.list_of_employer": {"query_string": {"employer_id": DZ_EMPLOYER}},
            "declarations.lines": {"query_string": {"page": "1"}},
            "collections.request": {"json": {"rail": "card"}},
            "mandates.issue": {"json": {"employer_id": DZ_EMPLOYER, **MANDATE_TERMS}},
            "mandates.list_mandates": {"query_string": {"employer_id": DZ_EMPLOYER}},
            "mandates.amend": {"json": {**MANDATE_TERMS, "amount_max": "2.00"}},
            "mandates.upload": {"make": signed_form},
            "mandates.decide": {"json": {"decision": "suspend", "note": "asked by telephone"}},
            "partners.register": {"json": endpoint},
            "partners.change": {"json": endpoint},
            "partners.replay": {"json": {"since": "2026-01-01T00:00:00Z", "until": "2026-02-01T00:00:00Z"}},
            "ledger.entries": {"query_string": {"cause": f"collection:{asked.json['collection_id']}"}},
            "account_statements.read": {"query_string": {"employer_id": DZ_EMPLOYER}},
            "account_statements.download": {"query_string": {"employer_id": DZ_EMPLOYER}},
            "account_statements.draw": {"json": {"employer_id": DZ_EMPLOYER, "language": "fr"}},
            "clearances.ask": {"json": clearance},
            "clearances.standing": {"query_string": {"employer_id": DZ_EMPLOYER}},
            "clearances.list_clearances": {"query_string": {"employer_id": DZ_EMPLOYER}},
            "disputes.file": {"json": DISPUTED},
            "disputes.list_of_employer": {"query_string": {"employer_id": DZ_EMPLOYER}},
            "disputes.decide": {"json": {"version": 1, "reason": "Invented."}},
            **{f"disputes.{verb}": {"json": {"version": 1}} for verb in ("confirm", "reject")},
            "measures.list_offered": {"query_string": {"employer_id": DZ_EMPLOYER}},
            "settlements.simulate": {
                "query_string": {"employer_id": DZ_EMPLOYER, "scheme": "instalments", "months": "12"}
            },
            "settlements.ask": {"json": PLAN_WANTED},
            "settlements.list_plans": {"query_string": {"employer_id": DZ_EMPLOYER}},
            "settlements.decide": {"json": {"is_agreed": True, "reason": "Invented."}},
            "settlements.pay": {"json": {"rail": "transfer"}},
            "settlements.choose_debit": {"json": {"is_debited": False}},
            "provisional_assessments.simulate": {
                "query_string": {"employer_id": DZ_EMPLOYER, "form": "das", "period": "2018"}
            },
            "provisional_assessments.assess": {"json": {"employer_id": DZ_EMPLOYER, "form": "das", "period": "2020"}},
            "provisional_assessments.list_of_employer": {"query_string": {"employer_id": DZ_EMPLOYER}},
            "provisional_assessments.withdraw": {"json": {"version": 1, "reason": "Invented."}},
            "assessment_orders.make": {"json": {**ORDER_WANTED, "period": "2020"}},
            "assessment_orders.cancel": {"json": {"reason": "Invented."}},
            "measures.ask": {"json": wanted},
            "measures.decide": {"json": {"version": 1, "is_granted": True, "reason": "Invented."}},
            "arrears.of_employer": {"query_string": {"employer_id": DZ_EMPLOYER}},
            "collections.list_credits": {"query_string": {"employer_id": DZ_EMPLOYER}},
            "collections.refund_credit": {"json": {"version": 1, "amount": "0.01", "counterparty": of_payments.RIB}},
            "bank.allocate": {"json": {"version": 1, "shares": [share]}},
            "bank.try_allocation": {"json": {"version": 1, "shares": [share]}},
            "bank.try_statement": {"data": b"", "content_type": "application/xml"},
            **{f"bank.{verb}": {"json": {"version": 1, "ground": "other"}} for verb in ("send_back", "write_off")},
            **{f"bank.{verb}": {"json": {"version": 1}} for verb in ("confirm", "reject", "cancel_refund")},
            "bank.reassign_case": {"json": {"to": "agent-2", "reason": "Invented."}},
            "refunds.confirm": {"json": {"version": 1}},
            "self_payers.admit": {"json": {**of_self_payers.ADMISSION, "person_ref": NOBODY}},
            "self_payers.change_base": {"json": {"from_month": "2999-M01", "base": "1.00", "note": "slip"}},
            "self_payers.end": {"json": {"last_month": "2999-M01", "reason": "back at work"}},
            "card_terminals.begin": {"json": {"declaration_id": "at-counter"}},
            **{f"card_terminals.{verb}": {"json": TICKET} for verb in ("take", "take_late")},
            **{f"card_terminals.{verb}": {"json": CLOSE} for verb in ("close", "correct")},
            "operator_days.close": {"json": {"reason": "refunded", "note": "Invented."}},
            "operator_days.reassign": {"json": {"to": "agent-2", "reason": "Invented."}},
            "mobile_money.begin": {"json": MOBILE_TERMS},
            "mobile_money.take": {"json": {**MOBILE_TERMS, "taken_at": "2026-02-10T09:00:00Z"}},
            "mobile_money.reverse": {"json": {"reason": "CUST"}},
            "card_terminals.compare_file": {"data": b"", "content_type": "text/csv"},
            "mobile_money.take_file": {"data": b"", "content_type": "text/csv"},
            "govstack.inquire": {"headers": GOVSTACK_HEADERS},
            "govstack.mark": {
                "json": {"billId": MOBILE_TERMS["reference"], "PaymentReferenceID": "p1"},
                "headers": GOVSTACK_HEADERS,
            },
        },
    )


GOVSTACK_HEADERS = {"X-CorrelationID": "c-1", "X-Platform-TenantId": DZ, "X-PayerFI-Id": "JASMIN"}
MOBILE_TERMS = {"reference": "CT000000000000000000", "amount": "1.00"}
MANDATE_TERMS = {
    "account": "00200300000056789073",
    "account_rule": "rib-dz",
    "holder": "SARL Atelier Inventé",
    "bank": "Banque inventée",
}


TICKET = {"batch": "1", "ticket": "1", "amount": "1.00", "taken_at": "2026-02-10T09:00:00Z"}
CLOSE = {"batch": "1", "closed_at": "2026-02-10T17:00:00Z", "count": 2, "total": "2.00"}


def _card_terminal(office: Office) -> Mapping[str, str]:
    """A payment at a card terminal, by an employer's own reference, and a close with which it does not agree."""
    long_ago = {"period": "2018", "due_on": date(2019, 1, 31), "declared_on": date(2019, 1, 20)}
    of_payments.open_obligation(office.context, "at-counter", employer_id=DZ_EMPLOYER, **long_ago)
    agent, terminal = office.staff(), next(iter(office.context.funds[DZ].bindings.acquirers.values())).terminals
    at = f"/card-terminals/{next(iter(terminal))}"
    asked = agent.post(f"{at}/payments", {"declaration_id": "at-counter"})
    assert asked.status_code == 201, asked.text
    begun = asked.json
    now = office.context.clock().isoformat()
    ticket = {**TICKET, "amount": begun["amount"], "taken_at": now}
    paid = agent.post(f"/terminal-payments/{begun['payment_id']}/ticket", ticket)
    assert paid.status_code == 200, paid.text
    day = agent.post(f"{at}/closes", {**CLOSE, "closed_at": now}).json
    return {
        "terminal_id": next(iter(terminal)),
        "payment_id": begun["payment_id"],
        "collection_id": begun["collection_id"],
        "day_id": day["day_id"],
        "difference_id": day["differences"][0]["difference_id"],
    }


ORDER_WANTED = {"form": "das", "period": "2018"}
PLAN_WANTED = {"employer_id": DZ_EMPLOYER, "scheme": "instalments", "months": 12}


def _settlement_plan(office: Office) -> Mapping[str, str]:
    """A plan that is asked for, for a debt of years ago."""
    long_ago = {"period": "2019", "due_on": date(2020, 1, 31), "declared_on": date(2020, 1, 20)}
    of_payments.open_obligation(office.context, "long-ago", employer_id=DZ_EMPLOYER, **long_ago)
    asked = office.employer(DZ_EMPLOYER).post("/settlement-plans", PLAN_WANTED)
    assert asked.status_code == 201, asked.text
    found: Mapping[str, str] = asked.json
    return found


DISPUTED = {"amount": "1.00", "ground": "amount", "explanation": "Invented."}


def _dispute(office: Office) -> Mapping[str, str]:
    """A dispute about a debt of years ago that was declared today."""
    long_ago = {"period": "2015", "due_on": date(2016, 1, 31), "declared_on": date(2016, 1, 20)}
    of_payments.open_obligation(office.context, "disputed", employer_id=DZ_EMPLOYER, **long_ago)
    filed = office.employer(DZ_EMPLOYER).post("/declarations/disputed/disputes", DISPUTED)
    assert filed.status_code == 201, filed.text
    found: Mapping[str, str] = filed.json
    return found


def _assessed(office: Office, context: ServiceContext) -> Mapping[str, str]:
    """What the firm was assessed to for 2017, of which it declared nothing; 2016 it had declared."""
    harness = DeclarationsHarness(context)
    harness.office, harness.caller = office, office.employer(DZ_EMPLOYER)
    assert harness.declare(das_of(2016), period="2016")["status"] == "accepted"
    wanted = {"employer_id": DZ_EMPLOYER, "form": "das", "period": "2017"}
    made = office.staff().post("/provisional-assessments", wanted)
    assert made.status_code == 201, made.text
    found: Mapping[str, str] = made.json["items"][0]
    return found


def _self_payer(office: Office, context: ServiceContext) -> Mapping[str, str]:
    """A person who pays the contributions of this month alone."""
    this_month = f"{context.clock():%Y-M%m}"
    admission = {**of_self_payers.ADMISSION, "person_ref": AMIRA, "from_month": this_month}
    assert office.staff().post("/self-payers", admission).status_code == 201
    of_self_payers.call(context)
    found: Mapping[str, str] = office.person(AMIRA).get("/self-payments").json["items"][0]
    return found


def _mandate(office: Office) -> Mapping[str, str]:
    """A mandate in force, with its signed form."""
    firm = office.employer(DZ_EMPLOYER)
    given = firm.post("/mandates", {"employer_id": DZ_EMPLOYER, **MANDATE_TERMS})
    assert given.status_code == 201, given.text
    form = {"file": (BytesIO(b"%PDF-1.7 signed"), "form.pdf")}
    assert firm.post(f"/mandates/{given.json['mandate_id']}/signed-form", data=form).status_code == 200
    found: Mapping[str, str] = given.json
    return found


def _pay(office: Office, declaration_id: str, asked: Mapping[str, str]) -> None:
    """Too much, so that there is a credit; and money of which nobody knows what it is for, some of it sent back."""
    bank.post_signed(office, bank.credited(asked["reference"], "999999.00"))
    for number in (2, 3):
        message = bank.credited("?", "77.00", entry=f"ent_{number}")
        assert bank.post_signed(office, message, message_id=f"evt_{number}").status_code == 200
    entry = office.staff().get("/bank/entries").json["items"][0]
    body = {"version": entry["version"], "ground": "other"}
    assert office.staff().post(f"/bank/entries/{entry['entry_id']}/refund", body).status_code == 200


def _bank_parts(office: Office) -> dict[str, str]:
    waiting = office.staff().get("/bank/entries").json["items"][0]["entry_id"]
    return {
        "entry_id": waiting,
        "case_id": waiting,
        "refund_id": office.staff().get("/refunds").json["items"][0]["refund_id"],
        "credit_id": office.staff().get("/credits").json["items"][0]["credit_id"],
    }


MAKERS: Mapping[str, tuple[Service[Any], Callable[[ServiceContext, Path], Holding]]] = {
    "claims": (claims, _claims),
    "documents": (documents, _documents),
    "identity": (identity, _identity),
    "notifications": (notifications, _notifications),
    "payments": (payments, _payments),
}
