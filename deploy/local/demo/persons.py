"""The chapters of a worker: an account, papers, a care claim, an allowance."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import requests

from deploy.local.demo import papers
from deploy.local.demo.people import CANARY_DIAGNOSIS, Worker
from deploy.local.demo.reporter import StepFailed
from deploy.local.demo.scene import PERSON_SCOPE, Scene, today
from shared.funds.benefits import ClaimType, DecidedBy, Family, QuestionKind
from shared.funds.effects import EffectKind
from shared.funds.fund import Fund
from shared.funds.law import in_force
from shared.kernel.money import Money

CARE_DAYS_AGO = 2
PAID_WITHIN_S = 120.0
USUAL_AMOUNT = 100
UNKNOWN_PAPER = "PR260000000000"
Body = dict[str, Any]


def account(scene: Scene, person: Worker) -> None:
    """A worker opens an account and sees rights, card and career; a stranger learns nothing."""
    reporter = scene.reporter
    reporter.chapter("A worker opens an account")
    asked = {
        "national_id": person.national_id,
        "insurance_number": person.insurance_number,
        "birth_on": person.birth_on.isoformat(),
        "email": person.email,
        "password": scene.password,
    }
    stranger = scene.anyone.post("identity", "/accounts", {**asked, "birth_on": "1950-01-01"}, expect=202)
    known = scene.anyone.post("identity", "/accounts", asked, expect=202)
    reporter.check(stranger == known, "a stranger and an insured person read the same answer")
    mail = reporter.wait(
        "the activation mail", lambda: scene.mailbox.of(person.email, channel="mail", containing="token=")
    )
    token = mail[-1]["text"].split("token=")[1].split()[0].strip("\u2066\u2067\u2068\u2069")
    opening = {"token": token, "password": scene.password}
    scene.anyone.post("identity", "/accounts/activation", opening)
    again = scene.anyone.raw("POST", "identity", "/accounts/activation", json=opening)
    reporter.check(again.status_code >= 400, f"the link works once: {again.json()['detail']}")
    scene.worker.sign_in(person.national_id, scene.password, scope=PERSON_SCOPE)
    _looked_at(scene)


def _looked_at(scene: Scene) -> None:
    reporter = scene.reporter
    if scene.fund.sections.entitlements is not None:

        def right() -> Any:
            answer = scene.worker.raw("GET", "claims", "/rights")
            return answer.json() if answer.status_code == 200 and answer.json()["status"] == "open" else None

        seen = reporter.wait("the right", right)
        reporter.seen(f"right {seen['status']} until {seen['valid_until']}: {seen['text']}")
        if scene.fund.entitlements.card_lifetime:
            card = scene.worker.get("identity", "/card")
            reporter.seen(f"card {card['card_number']} valid until {card['valid_until']}")
    parts = sum(len(scene.form.parts(period)) for period in scene.periods)

    def career() -> Any:
        answer = scene.worker.raw("GET", "documents", "/career")
        lines = answer.json()["lines"] if answer.status_code == 200 else []
        return lines if len(lines) == parts else None

    lines = reporter.wait("the career", career)
    kind = scene.form.wage_kind.value
    reporter.seen(f"career: {len(lines)} × a {kind} declared by {lines[0]['employer_name']}")


def certificates(scene: Scene) -> None:
    """Signed papers of every kind and, among them, in every language, which anybody can check."""
    reporter, fund = scene.reporter, scene.fund
    title = "The worker obtains papers, anybody verifies them"
    if fund.sections.papers is None:
        reporter.skip(title, f"{fund.fund_id} issues no papers")
        return
    reporter.chapter(title)
    for kind, language in _printed_in(scene):
        body: Body = {"kind": kind, "language": language}
        if kind == "salary-certificate":
            body |= {"from_period": str(scene.periods[0]), "to_period": str(scene.periods[-1])}
        number = scene.worker.post("documents", "/papers", body, expect=202)["number"]

        def printed(number: str = number) -> Any:
            answer = scene.worker.raw("GET", "documents", f"/papers/{number}/pdf")
            return answer.content if answer.status_code == 200 else None

        pdf = reporter.wait("the paper", printed)
        reporter.check(
            b"ETSI.CAdES.detached" in pdf, f"{kind} {number} in {language}: {len(pdf) // 1024} kB, signed (PAdES)"
        )
        scene.keep(f"{kind}-{language}.pdf", pdf)
        seen = scene.anyone.get("documents", f"/verifications/{number}")
        reporter.check(
            seen["status"] == "valid", f"verified without an account: {seen['status']}, for {seen['initials']}"
        )
    unknown = scene.anyone.get("documents", f"/verifications/{UNKNOWN_PAPER}")
    reporter.check(unknown["status"] == "unknown", "a number that nobody issued is unknown")
    page = requests.get(f"{scene.world.service('documents', fund.fund_id)}/verify/{number}", timeout=10)
    reporter.check(page.ok and f'lang="{fund.language}"' in page.text, f"its page for phones begins in {fund.language}")


def _printed_in(scene: Scene) -> Iterator[tuple[str, str]]:
    """Each kind of paper in each language in which the fund issues it, but those that certify an award: the worker has
    none yet."""
    for offer in scene.worker.get("documents", "/paper-types")["items"]:
        for language in offer["languages"]:
            if not offer["takes_award"]:
                yield offer["kind"], language


# --- care -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Care:
    """What a worker of a fund files a care claim with."""

    claim_type: str
    needed: tuple[str, ...]
    """The papers without which it cannot be filed."""
    also: tuple[str, ...]
    """Those that an agent may ask for."""


def care_of(fund: Fund) -> Care | None:
    """The fund's first benefit for care that an agent decides; None where it has none."""
    for code, definition in fund.claim_types.items():
        if definition.family is Family.REIMBURSEMENT and not definition.questions:
            requirements = definition.requirements_on(today())
            needed = tuple(kind for kind, each in requirements.items() if each.is_required and each.when is None)
            return Care(code, needed, tuple(kind for kind in requirements if kind not in needed))
    return None


def filing(fund: Fund, uploads: list[str]) -> Body:
    """A care claim of two days ago: the first act of the fund's list, for twice its reference price."""
    care = care_of(fund)
    if care is None:
        raise StepFailed(f"{fund.fund_id} has no benefit for care")
    on = today() - timedelta(days=CARE_DAYS_AGO)
    act, priced = next(iter(fund.claim_types[care.claim_type].acts.items()))
    paid = 2 * in_force(priced.prices, on=on).price.amount_minor
    return {
        "claim_type": care.claim_type,
        "care_on": on.isoformat(),
        "lines": [{"act": act, "quantity": 1, "paid": str(Money(paid, fund.currency).decimal())}],
        "papers": [
            {"kind": kind, "upload_id": upload_id} for kind, upload_id in zip(care.needed, uploads, strict=False)
        ],
    }


def claim(scene: Scene, person: Worker) -> None:
    """A care claim from filing to payment."""
    reporter, agent = scene.reporter, scene.agent
    title = "The worker files a care claim and is paid"
    care = care_of(scene.fund)
    if care is None:
        reporter.skip(title, f"{scene.fund_id} pays for no care")
        return
    reporter.chapter(title)
    own = secrets.token_hex(4)  # the same file in two claims, be it in two runs, is for an agent to judge
    uploads = [_supporting(scene, kind, own) for kind in care.needed]
    uploads.append(
        scene.upload(f"{CANARY_DIAGNOSIS}.pdf", papers.scanned(f"{CANARY_DIAGNOSIS} {own}"), "application/pdf")
    )
    if care.needed:
        uploads.insert(0, uploads.pop())  # the one with a diagnosis in its name is among those of the claim
    body = filing(scene.fund, uploads)
    too_much_shown = scene.worker.raw("POST", "claims", "/claims", json={**body, "why": CANARY_DIAGNOSIS})
    reporter.check(too_much_shown.status_code == 422, "a claim that also says why the person is ill is refused")
    filed = scene.retried("/claims", body, expect=201)
    claim_id, path = filed["claim_id"], f"/claims/{filed['claim_id']}"
    reporter.seen(f"claim {filed['reference']}: {filed['next']['text']} ({filed['next']['who']})")
    queue = agent.get("claims", "/queue/claims")["items"]
    reporter.check(claim_id in {each["claim_id"] for each in queue}, "it stands in the agents' queue")
    agent.post("claims", f"{path}/assignment")
    if care.also:
        _one_paper_more(scene, person, claim_id, care.also[0], own)
    else:
        reporter.seen("its type knows no other paper that an agent could ask for")
    decided = agent.post("claims", f"{path}/approval", {})
    if decided["status"] != "approved":
        reporter.seen(f"{decided['status']}: {decided['next']['text']} ({decided['next']['who']}); the story ends here")
        return
    reporter.seen(f"approved line by line: {decided['approved']} {decided['currency']}")
    done = reporter.wait("the payment", lambda: _paid_claim(scene, path), at_most_s=PAID_WITHIN_S)
    scene.wait_notified(person, "claim-paid", about=claim_id, what="the worker is notified that it is paid")
    for step in done["timeline"]:
        reporter.seen(f"  {step['at'][:19]}  {step['text']} {step['about']}")
    reporter.seen(f"next: {done['next']['text']}")
    traced(scene)


def _one_paper_more(scene: Scene, person: Worker, claim_id: str, kind: str, own: str) -> None:
    """The agent asks for a paper, the worker adds it."""
    path = f"/claims/{claim_id}"
    scene.agent.post("claims", f"{path}/paper-requests", {"kind": kind, "reason": "missing"})
    scene.wait_notified(person, "paper-requested", about=claim_id, what="the worker is asked for one paper more")
    scene.retried(f"{path}/papers", {"kind": kind, "upload_id": _supporting(scene, kind, own)})


def _supporting(scene: Scene, kind: str, own: str) -> str:
    """A photograph of a paper, uploaded; its id."""
    return scene.upload(f"{kind}.jpg", papers.photographed(f"{kind.upper()} (exemple) {own}"), "image/jpeg")


def _paid_claim(scene: Scene, path: str) -> Body | None:
    found: Body = scene.worker.get("claims", path)
    return found if found["status"] == "paid" else None


# --- an allowance -----------------------------------------------------------------------------------------------------


def allowance(scene: Scene, person: Worker) -> None:
    """An allowance that is paid again and again: what would come out, and what the rules grant, the sum explained."""
    reporter, fund = scene.reporter, scene.fund
    title = "The worker asks for an allowance, and rules decide"
    offered = [code for code, each in fund.claim_types.items() if _is_allowance(each)]
    if not offered:
        reporter.skip(title, f"{fund.fund_id} has no allowance that rules decide")
        return
    reporter.chapter(title)
    asked = _granted(scene, offered)
    definition = fund.claim_types[asked["claim_type"]]
    reporter.seen(f"{definition.names[scene.worker.language]}, estimated before anything is filed: {asked.pop('sum')}")
    requirements = {kind: each for kind, each in definition.requirements_on(today()).items() if each.is_required}
    own = secrets.token_hex(4)
    given = [
        {"kind": kind, "upload_id": _supporting(scene, kind, own)}
        for kind, each in requirements.items()
        if each.when is None
    ]
    filed = scene.retried("/claims", {**asked, "papers": given}, expect=201)
    reporter.check(filed["decision"] is not None, f"claim {filed['reference']} is decided by rules: {filed['status']}")
    for line in filed["decision"]["explained"]["lines"]:
        reporter.seen(f"  {line['name']}: {line['amount']} ({line['article']})")
    award = scene.worker.get("claims", "/awards")["items"][0]
    payment = definition.effect.payment_on(today())
    every = payment.every.value if payment else ""
    reporter.seen(
        f"award {award['reference']}: {award['sum']['amount']} {award['sum']['currency']} every {every} "
        f"from {award['from_on']}"
    )
    _answer_missing(scene, asked)
    scene.wait_notified(person, "award-opened", about=award["award_id"], what="the worker is notified")


def _is_allowance(definition: ClaimType) -> bool:
    return (
        definition.family is Family.ALLOWANCE
        and definition.decided_by is DecidedBy.RULES
        and definition.effect.kind is EffectKind.PAY_PERIODICALLY
    )


def _granted(scene: Scene, offered: list[str]) -> Body:
    """The first of these benefits, with answers, that rules would grant to the worker, and its sum."""
    said = ""
    for code in offered:
        for is_yes in (False, True):
            usual = dict(_answers(scene.fund, code, is_yes=is_yes))
            said_so = [each.code for each in scene.fund.claim_types[code].questions if each.when is None]
            asked = _asked(code, usual, said_so)
            answer = scene.worker.raw("POST", "claims", "/estimates", json=asked)
            if answer.status_code == 422 and (more := _missing(answer.json())):
                asked = _asked(code, usual, [*said_so, *more])
                answer = scene.worker.raw("POST", "claims", "/estimates", json=asked)
            if answer.status_code == 200 and answer.json()["judgement"]["outcome"] == "granted":
                return {**asked, "sum": answer.json()["judgement"]["sum"]["amount"]}
            said = answer.text[:300]
    raise StepFailed(f"none of {', '.join(offered)} is granted to the worker: {said}")


def _asked(code: str, usual: Body, questions: list[str]) -> Body:
    """An estimate with the usual answers to these questions."""
    return {
        "claim_type": code,
        "answers": [{"code": each, "value": usual[each]} for each in questions if each in usual],
    }


def _missing(problem: Body) -> list[str]:
    """The questions that are asked too, after what was answered."""
    fields = [each["field"] for each in problem.get("errors", [])]
    return [each.removeprefix("answers.") for each in fields if each.startswith("answers.")]


def _answers(fund: Fund, code: str, *, is_yes: bool) -> Iterator[tuple[str, object]]:
    """A usual answer to each question."""
    for question in fund.claim_types[code].questions:
        usual: dict[QuestionKind, object] = {
            QuestionKind.YES_NO: is_yes,
            QuestionKind.DATE: (today() - timedelta(days=CARE_DAYS_AGO)).isoformat(),
            QuestionKind.NUMBER: question.at_least if question.at_least is not None else 1,
            QuestionKind.AMOUNT: str(Money(USUAL_AMOUNT * 10**fund.currency.decimals, fund.currency).decimal()),
            QuestionKind.CHOICE: next(iter(question.choices or {}), None),
            QuestionKind.TEXT: "exemple",
        }
        if question.kind in usual:
            yield question.code, usual[question.kind]


def _answer_missing(scene: Scene, asked: Body) -> None:
    """A question that is left out is named."""
    if not asked["answers"]:
        return
    incomplete = scene.worker.raw("POST", "claims", "/estimates", json={**asked, "answers": []})
    named = incomplete.json()["errors"][0]["field"] if incomplete.status_code == 422 else incomplete.text
    code = asked["answers"][0]["code"]
    scene.reporter.check(named == f"answers.{code}", f"an answer that is missing is named: {named}")


def traced(scene: Scene) -> None:
    """One trace holds the claim from the first request to the last message, where Zipkin runs."""
    reporter, world = scene.reporter, scene.world
    try:
        requests.get(f"{world.zipkin}/health", timeout=2)
    except requests.RequestException:
        reporter.seen("traces are off here")
        return

    def whole() -> Any:
        spans = requests.get(f"{world.zipkin}/api/v2/trace/{reporter.trace_id}", timeout=10)
        if spans.status_code != 200:
            return None
        names = {span["localEndpoint"]["serviceName"].removesuffix("-worker") for span in spans.json()}
        return (len(spans.json()), names) if names >= {"claims", "payments", "documents", "notifications"} else None

    count, names = reporter.wait("the trace", whole)
    reporter.seen(f"one trace, {count} spans, over {', '.join(sorted(names))}")
    reporter.seen(f"{world.zipkin}/zipkin/traces/{reporter.trace_id}")
