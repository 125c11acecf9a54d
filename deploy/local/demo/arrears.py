"""The chapters of an employer that cannot pay in time: it asks to pay later, and pays what is late in instalments."""

from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from deploy.local.demo import employers, expected, users
from deploy.local.demo.reporter import StepFailed
from deploy.local.demo.scene import Scene
from deploy.local.demo.visitors import Visitor
from shared.funds.arrears import Arrears, Measure, MeasureKind, PlanBreach, SettlementScheme
from shared.funds.declarations import DeclarationForm
from shared.funds.fund import Fund
from shared.funds.period import Period

MONTHS = 2
"""Of the plan: so many instalments, a month apart."""
REASON = "Exemple."
Body = dict[str, Any]


def deferral(scene: Scene) -> None:
    """The employer asks for a measure of its fund; the fund decides, and the day moves."""
    reporter, title = scene.reporter, "The employer asks to pay later"
    known = _section(scene).measures
    deferrals = {
        code: each for code, each in known.items() if each.kind is MeasureKind.DEFER and each.form == scene.form_code
    }
    if not deferrals:
        reporter.skip(title, f"{scene.fund_id} lets nobody pay later")
        return
    firm = scene.characters.employer.number
    offered = scene.employer.get("payments", f"/measures?employer_id={firm}")["items"]
    code = next((each["code"] for each in offered if each["is_open"] and each["code"] in deferrals), None)
    if code is None:
        body = {"employer_id": firm, "is_declared": True}
        path = f"/measures/{list(deferrals)[-1]}/requests"
        reporter.skip(title, _refusal(scene.employer.raw("POST", "payments", path, json=body)))
        return
    period = deferred_period(deferrals[code], declared=_declared(scene), today=scene.today)
    if period is None:
        reporter.skip(title, f"{code} is for no other period than those that were declared before")
        return
    declaration = _declared_late(scene, period)
    reporter.chapter(f"{title}: {declaration['period']}, {deferrals[code].names[scene.employer.language]}")
    _put_off(scene, code, deferrals[code], declaration)


def deferred_period(measure: Measure, *, declared: Collection[Period], today: date) -> Period | None:
    """The last period that a measure is for, that has ended and was not declared."""
    known = (Period.read(each) for each in measure.periods)
    ended = [each for each in known if each.last_on < today and each not in declared]
    return max(ended, key=lambda each: each.last_on, default=None)


def _put_off(scene: Scene, code: str, measure: Measure, declaration: Body) -> None:
    reporter, path = scene.reporter, f"/declarations/{declaration['declaration_id']}/penalties"
    before, currency = scene.employer.get("payments", path), declaration["currency"]
    reporter.seen(f"due on {before['due_on']}: {before['left']} and {before['penalties_left']} {currency} for lateness")
    body = {"employer_id": scene.characters.employer.number, "is_declared": True}
    request = scene.employer.post("payments", f"/measures/{code}/requests", body, expect=201)
    reporter.seen(f"asked for: {request['text']}")
    if request["status"] == "asked":
        decision = {"version": request["version"], "is_granted": True, "reason": REASON}
        decided = f"/measure-requests/{request['request_id']}/decision"
        request = _settler(scene).post("payments", decided, decision)
        reporter.check(request["status"] == "granted", f"an agent decides: {request['text']}")

    def put_off() -> Any:
        found = scene.employer.get("payments", path)
        return found if found["deferred_until_on"] else None

    after = reporter.wait("the day to move", put_off)
    is_spared = Decimal(after["penalties_left"]) <= Decimal(before["penalties_left"])
    reporter.check(
        is_spared and after["deferred_until_on"] == str(measure.new_due_on),
        f"{after['deferred']} {currency} may be paid until {after['deferred_until_on']}: "
        f"{before['penalties_left']} for lateness has become {after['penalties_left']}",
    )


def broken(scene: Scene) -> None:
    """A plan under a scheme that wants later debts paid, and the employer leaves one of them unpaid: that breaks it on
    the day. Missed instalments do so too, only after months, which no story waits for."""
    reporter, title = scene.reporter, "A plan of instalments breaks"
    known = _section(scene).settlements
    code = strict_scheme(known, today=scene.today)
    if code is None:
        reporter.skip(title, f"no scheme of {scene.fund_id} that is open wants later debts paid: only months break one")
        return
    scheme, declared = known[code], _declared(scene)
    current = expected.forgotten(scene.form, declared=declared, today=scene.today)
    old = old_period(scheme, scene.form, scene.fund, declared=declared, today=scene.today)
    _declared_late(scene, old)
    reporter.chapter(f"{title}: {old}, {scheme.names[scene.employer.language]}")
    plan = _agreed(scene, code)
    later = _declared_late(scene, current)
    reporter.seen(f"{current} is declared late and not paid: {later['due']} {later['currency']}")
    path = f"/settlement-plans/{plan['plan_id']}"
    asked = scene.employer.post("payments", f"{path}/collections", {"rail": "transfer"}, expect=201)
    employers.transferred(scene, asked)

    def ended() -> Any:
        found = scene.employer.get("payments", path)
        return found if found["status"] == "broken" else None

    plan = reporter.wait("the plan to break", ended)
    reporter.check(
        (plan["broken"]["because"], plan["paid"]) == ("current-unpaid", asked["amount"]),
        f"{plan['text']} {plan['broken']['text']} {plan['paid']} {plan['currency']} paid of it",
    )
    employers.reads(scene, "settlement-broken-current")


def strict_scheme(known: Mapping[str, SettlementScheme], *, today: date) -> str | None:
    """The first open scheme for a plan of some months that later debts break; None where there is none."""
    for code, each in known.items():
        is_open = each.ask_from_on <= today <= each.ask_until_on
        if is_open and each.needs_current_paid and each.waived_percent(MONTHS) is not None:
            return code
    return None


def old_period(
    scheme: SettlementScheme, form: DeclarationForm, fund: Fund, *, declared: Collection[Period], today: date
) -> Period:
    """The last period that was not declared and whose debt is one that the scheme is for."""
    passed_over = list(declared)
    found = expected.forgotten(form, declared=passed_over, today=today)
    while form.due_on(found, calendar=fund.calendar) > (scheme.debts_until_on or date.max):
        passed_over.append(found)
        found = expected.forgotten(form, declared=passed_over, today=today)
    return found


def settlement(scene: Scene) -> None:
    """The employer asks for a plan for all that is late; the fund agrees, and what is waived goes with the last
    instalment. No day passes here: both instalments are paid before their days, and what would break it is said."""
    reporter, title = scene.reporter, "The employer pays what is late in instalments"
    known = _section(scene).settlements
    if not known:
        reporter.skip(title, f"{scene.fund_id} makes no plans of instalments")
        return
    offered = {each["code"] for each in scene.employer.get("payments", "/settlement-schemes")["items"]}
    code = best_scheme({code: each for code, each in known.items() if code in offered})
    if code is None:
        path = _simulation(scene, list(known)[-1])
        reporter.skip(title, _refusal(scene.employer.raw("GET", "payments", path)))
        return
    forgotten = expected.forgotten(scene.form, declared=_declared(scene), today=scene.today)
    late = _declared_late(scene, forgotten)
    reporter.chapter(f"{title}: {late['period']}, {known[code].names[scene.employer.language]}")
    plan = _agreed(scene, code)
    _paid_in_instalments(scene, known[code], plan)


def best_scheme(offered: Mapping[str, SettlementScheme]) -> str | None:
    """The scheme for a plan of some months for any debt that waives the most; None where there is none."""
    waived = {code: each.waived_percent(MONTHS) for code, each in offered.items() if each.debts_until_on is None}
    fitting = {code: percent for code, percent in waived.items() if percent is not None}
    return max(fitting, key=lambda code: fitting[code], default=None)


def _agreed(scene: Scene, code: str) -> Body:
    """Simulated, asked for, and agreed to by as many agents as the scheme wants."""
    reporter = scene.reporter
    shown = scene.employer.get("payments", _simulation(scene, code))
    parts = [Decimal(each["amount"]) for each in shown["instalments"]]
    left, penalties, waived, to_pay = (
        Decimal(shown[name]) for name in ("left", "penalties", "penalties_waived", "to_pay")
    )
    reporter.check(
        to_pay == sum(parts) == left + penalties - waived,
        f"simulated: {left} and {penalties} for lateness, {waived} of it waived: {' + '.join(map(str, parts))} "
        f"{shown['currency']}",
    )
    body = {"employer_id": scene.characters.employer.number, "scheme": code, "months": MONTHS}
    plan: Body = scene.employer.post("payments", "/settlement-plans", body, expect=201)
    reporter.seen(f"asked for as plan {plan['reference']}: {plan['text']}")
    path, agreed = f"/settlement-plans/{plan['plan_id']}/decision", {"is_agreed": True, "reason": REASON}
    agent = _settler(scene)
    plan = agent.post("payments", path, agreed)
    if plan["status"] == "proposed":
        refusal = agent.raw("POST", "payments", path, json=agreed)
        reporter.check(refusal.status_code == 403, f"an agent proposes it, and not twice: {refusal.json()['detail']}")
        second = employers.add_staff(scene, f"second-{scene.characters.run}", *users.SETTLER)
        plan = second.post("payments", path, agreed)
    reporter.check(
        (plan["status"], plan["to_pay"]) == ("agreed", shown["to_pay"]),
        f"{plan['text']} The first instalment is due on {plan['instalments'][0]['due_on']}",
    )
    return plan


def _paid_in_instalments(scene: Scene, scheme: SettlementScheme, plan: Body) -> None:
    reporter, path = scene.reporter, f"/settlement-plans/{plan['plan_id']}"
    for instalment in plan["instalments"]:
        asked = scene.employer.post("payments", f"{path}/collections", {"rail": "transfer"}, expect=201)
        reporter.check(asked["amount"] == instalment["amount"], f"instalment {instalment['number']}: {asked['amount']}")
        employers.transferred(scene, asked)

        def came(number: int = instalment["number"]) -> Any:
            found = scene.employer.get("payments", path)
            return found if found["instalments"][number - 1]["status"] == "paid" else None

        plan = reporter.wait("the instalment", came)
        reporter.seen(f"{plan['text']} {plan['paid']} paid, {plan['still_to_pay']} {plan['currency']} still to pay")
        if plan["next_instalment"]:
            reporter.seen(_breaking(scheme, plan))
    reporter.check(
        plan["status"] == "finished" and not Decimal(plan["still_to_pay"]),
        f"{plan['penalties_waived']} of {plan['penalties']} {plan['currency']} for lateness is waived",
    )
    firm = scene.characters.employer.number
    owed = scene.employer.get("payments", f"/arrears?employer_id={firm}")["items"]
    in_plan = {each["declaration_id"] for each in plan["debts"]}
    reporter.check(not in_plan & {each["declaration_id"] for each in owed}, "nothing is owed of its debts any more")
    employers.reads(scene, f"settlement-finished{'' if Decimal(plan['penalties_waived']) else '-unwaived'}")


def _breaking(scheme: SettlementScheme, plan: Body) -> str:
    """What would break a plan that is under way, which takes longer than the story."""
    due_on, last_on = plan["next_instalment"]["due_on"], plan["instalments"][-1]["due_on"]
    missed = f"{scheme.missed_max} instalments missed" if scheme.breach is PlanBreach.MISSED else "a part unpaid"
    return (
        f"what would break it is not waited for: {missed} (the next is due on {due_on}, with {scheme.grace_days} days "
        f"of grace), or anything left after {last_on}"
    )


def silence(scene: Scene) -> None:
    """The employer forgets a period: the fund assesses it from the one before, until its declaration comes."""
    reporter, title = scene.reporter, "The employer declares nothing"
    if not _section(scene).provisional:
        reporter.skip(title, f"{scene.fund_id} assesses nothing provisionally")
        return
    declared = _declared(scene)
    forgotten = expected.forgotten(scene.form, declared=declared, today=scene.today)
    before = _declared_late(scene, expected.forgotten(scene.form, declared=[*declared, forgotten], today=scene.today))
    reporter.chapter(f"{title} for {forgotten}")
    wanted = {"employer_id": scene.characters.employer.number, "form": scene.form_code, "period": str(forgotten)}
    (made,) = _settler(scene).post("payments", "/provisional-assessments", wanted, expect=201)["items"]
    reporter.check(
        (made["basis"], made["status"]) == (before["due"], "standing"),
        f"assessed at {made['due']} {made['currency']}: what {made['basis_period']} made due, {made['basis']}, "
        f"and {made['percent']} %",
    )
    owed = scene.employer.get("payments", f"/declarations/{made['assessment_id']}/penalties")
    reporter.seen(f"{owed['left']} is owed, and {owed['penalties_left']} for lateness; nobody's right is opened by it")
    declaration = _declared_late(scene, forgotten)
    ended = scene.employer.get("payments", f"/provisional-assessments/{made['assessment_id']}")
    reporter.check(
        (ended["status"], ended["replaced_by"]) == ("replaced", declaration["declaration_id"]),
        f"its declaration came: {declaration['due']} is due instead of {made['due']}",
    )


def _section(scene: Scene) -> Arrears:
    return scene.fund.sections.arrears or Arrears()


def _declared(scene: Scene) -> list[Period]:
    return [Period.read(each["period"]) for each in scene.declarations]


def _declared_late(scene: Scene, period: Period) -> Body:
    """One period more. The employer wants nothing of it debited: it cannot pay it now."""
    scene.has_mandate = False
    employers.accepted(scene, period)
    return scene.declaration


def _settler(scene: Scene) -> Visitor:
    """An agent who decides what employers ask for."""
    scene.settler = scene.settler or employers.add_staff(scene, f"first-{scene.characters.run}", *users.SETTLER)
    return scene.settler


def _simulation(scene: Scene, code: str) -> str:
    return f"/settlement-plan?employer_id={scene.characters.employer.number}&scheme={code}&months={MONTHS}"


def _refusal(answer: Any) -> str:
    """The platform's own words for what cannot be asked for now."""
    if answer.status_code != 409:
        raise StepFailed(f"what nobody may ask for today gave {answer.status_code}: {answer.text[:300]}")
    return str(answer.json()["detail"])
