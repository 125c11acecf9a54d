"""What a benefit would come to: for anyone, without an account. What is typed is sent on and kept nowhere. To a person
who is signed in the same is asked, with what the fund knows of them filled in."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, abort, request
from werkzeug.wrappers import Response

from frontends.api import claims
from frontends.api.claims import AnswerBody, KnownFactView, SimulatedBenefitView, SimulatedQuestionView
from frontends.kit import formats
from frontends.kit.api import Problem, items_of, together
from frontends.kit.pages import api, render, user
from frontends.kit.questions import open_questions, typed_answers

pages = Blueprint("estimate", __name__, url_prefix="/simulate/benefit")

BIRTH_FACT, AGE_FACT = "person.birth-on", "person.age"
BIRTH = f"answers.{BIRTH_FACT}"


@pages.get("")
def choose() -> Response:
    """The benefits of the fund that can be estimated."""
    families: dict[str, list[SimulatedBenefitView]] = {}
    for benefit in claims.simulations_read_terms(api())["items"]:
        families.setdefault(benefit["family"], []).append(benefit)
    return render("anyone/estimate-choose.html", families=families)


@pages.get("/<claim_type>")
def one(claim_type: str) -> Response:
    """Ask for what decides; what the fund knows of who is signed in is filled in."""
    known = _known(claim_type)
    return _page(_benefit(claim_type), given={each["code"]: each["value"] for each in items_of(known)}, known=known)


@pages.post("/<claim_type>")
def estimate(claim_type: str) -> Response:
    """What the rules say to what was typed; the questions that it leads to are asked beside."""
    benefit = _benefit(claim_type)
    given = typed_answers(benefit["questions"])
    asked = [each["code"] for each in open_questions(benefit["questions"], given)]
    answers: list[AnswerBody] = [{"code": code, "value": given[code]} for code in asked if code in given]
    try:
        found = claims.simulations_simulate(api(), body={"claim_type": claim_type, "answers": answers})
    except Problem as refused:
        return _page(benefit, given=given, known=_known(claim_type), problem=_by_field(refused))
    return _page(benefit, given=given, known=_known(claim_type), found=found)


def _page(
    benefit: SimulatedBenefitView,
    *,
    given: Mapping[str, Any],
    known: Any,
    found: Any = None,
    problem: Problem | None = None,
) -> Response:
    return render(
        "anyone/estimate.html",
        benefit=benefit,
        questions=open_questions(benefit["questions"], given),
        given=given,
        known=known,
        facts={each["code"]: each for each in items_of(known)},
        left=_left(known, given),
        values=request.form or _boxes(benefit["questions"], given),
        labels=_labels(benefit["questions"]),
        found=found,
        problem=problem,
    )


def _benefit(claim_type: str) -> SimulatedBenefitView:
    found = (each for each in claims.simulations_read_terms(api())["items"] if each["claim_type"] == claim_type)
    return next(found, None) or abort(404)


def _known(claim_type: str) -> Any:
    """What the fund knows of the person who is signed in, or why it does not say it; None where nobody is."""
    if user().get("actor") != "person":
        return None
    asked = api()
    return together(lambda: claims.simulations_read_known(asked, claim_type=claim_type))[0]


def _left(known: Any, given: Mapping[str, Any]) -> dict[str, KnownFactView]:
    """The facts that were left as the fund knows them, by their names in a sum, which takes all for answers."""
    found = {each["code"]: each for each in items_of(known) if _same(given.get(each["code"]), each["value"])}
    if BIRTH_FACT in found:
        found[AGE_FACT] = found[BIRTH_FACT]
    return found


def _same(typed: Any, value: bool | int | str) -> bool:
    """Whether an answer says what is known; of an amount whatever zeros it ends with."""
    amounts = formats.read_amount(str(typed)), formats.read_amount(str(value))
    return typed == value or (None not in amounts and amounts[0] == amounts[1])


def _boxes(questions: Sequence[SimulatedQuestionView], given: Mapping[str, Any]) -> dict[str, Any]:
    """What stands in the boxes of a form that nobody has filled in yet; a day is divided by its own field."""
    return {
        f"answer-{each['code']}": formats.typed_amount(given[each["code"]])
        if each["kind"] == "amount"
        else given[each["code"]]
        for each in questions
        if each["code"] in given
    }


def _labels(questions: Sequence[SimulatedQuestionView]) -> dict[str, str]:
    return {f"answer-{each['code']}": each["text"] for each in questions}


def _by_field(refused: Problem) -> Problem:
    """The refusal with the names that its fields have on the page."""
    faults = {BIRTH: refused.detail} if refused.code == "right.not-born-yet" else refused.fields
    errors = [{"field": name.replace("answers.", "answer-", 1), "detail": text} for name, text in faults.items()]
    return Problem(refused.status, {"code": refused.code, "detail": refused.detail, "errors": errors})
