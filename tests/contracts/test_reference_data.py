"""U7: what a frontend has to know of a fund comes by route, in the caller's language, and may be kept."""

from collections.abc import Mapping
from typing import Any

import pytest

from services.claims.wiring import service as claims
from services.documents.wiring import service as documents
from services.identity.wiring import service as identity
from services.notifications.wiring import service as notifications
from services.payments.wiring import service as payments
from shared.http.conditions import REFERENCE_KEPT_S
from shared.process.service import Service
from shared.storage.service_context import ServiceContext
from tests.contracts import services
from tests.kit.callers import Office
from tests.kit.contexts import DZ, TN

OF_SERVICES: Mapping[str, Service[Any]] = {
    each.name: each for each in (claims, documents, identity, notifications, payments)
}
ROUTES = [
    (name, route.path)
    for name in services.names()
    for routes in services.load(name).routes
    for route in routes.all
    if route.is_reference
]


def test_u7_each_kind_of_reference_data_has_a_route() -> None:
    assert set(ROUTES) == {
        ("claims", "/claim-types"),
        ("claims", "/medical-queue/claim-types"),
        ("claims", "/acts"),
        ("claims", "/right-terms"),
        ("claims", "/benefit-terms"),
        ("claims", "/codes"),
        ("documents", "/paper-types"),
        ("documents", "/codes"),
        ("identity", "/fund"),
        ("identity", "/fund/holidays"),
        ("identity", "/codes"),
        ("notifications", "/codes"),
        ("payments", "/contribution-activities"),
        ("payments", "/declaration-forms"),
        ("payments", "/declaration-forms/<form>/periods"),
        ("payments", "/codes"),
    }


@pytest.mark.parametrize(("name", "path"), ROUTES)
def test_u7_it_is_said_in_each_language_and_may_be_kept(name: str, path: str, context: ServiceContext) -> None:
    office = Office(OF_SERVICES[name], context)
    path = path.replace("<form>", "das")
    said = {each: office.staff().get(path, headers={"Accept-Language": each}) for each in ("ar", "fr", "en")}
    for language, answer in said.items():
        assert answer.status_code == 200, answer.text
        assert answer.headers["Content-Language"] == language
        assert f"max-age={REFERENCE_KEPT_S}" in answer.headers["Cache-Control"]
        assert "Accept-Language" in answer.headers["Vary"]
        again = office.staff().get(path, headers={"Accept-Language": language, "If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")
    if "periods" not in path and said["ar"].json != {"items": []}:
        assert len({answer.headers["ETag"] for answer in said.values()}) == 3, "three languages, three answers"
        stale = office.staff().get(path, headers={"Accept-Language": "ar", "If-None-Match": said["fr"].headers["ETag"]})
        assert stale.status_code == 200


@pytest.mark.parametrize("name", [name for name, path in ROUTES if path == "/codes"])
def test_u7_every_code_has_its_sentence_in_every_language(name: str, context: ServiceContext) -> None:
    office = Office(OF_SERVICES[name], context)
    texts = office.service.texts().by_code
    for language in ("ar", "fr", "en"):
        answer = office.nobody().get(f"/v1/{DZ}/codes", headers={"Accept-Language": language})
        assert answer.status_code == 200
        for each in answer.json["items"]:
            assert each["codes"], each["name"]
            for code in each["codes"]:
                assert code["text"] not in texts and code["text"] != code["code"], (each["name"], code)


@pytest.mark.parametrize("name", services.names())
def test_u7_every_set_of_codes_that_a_description_names_is_there(name: str) -> None:
    service, said = services.load(name), set()
    for description in service.descriptions().by_name.values():
        if "`GET /codes`, `" in description.text:
            said.add(description.text.partition("`GET /codes`, `")[2].partition("`")[0])
    wired = vars(__import__(f"services.{name}.wiring", fromlist=["CODES"])).get("CODES", {})
    assert said <= set(wired)


def test_u7_acts_are_found_by_words_and_by_page(context: ServiceContext) -> None:
    person = Office(claims, context).person("pamiraaaaaaaaaaaaaaaaaaaa")
    whole = person.get("/acts").json
    assert [each["act"] for each in whole["items"]] == sorted(each["act"] for each in whole["items"])
    assert whole["items"][0].keys() >= {"act", "name", "price", "currency", "law", "is_to_be_confirmed", "claim_type"}
    (found,) = person.get("/acts?search=RADIOGRAPHIE").json["items"]
    assert (found["act"], found["price"], found["currency"]) == ("chest-x-ray", "1200.00", "DZD")
    assert [each["act"] for each in person.get("/acts?search=فحص").json["items"]] == [
        "general-practitioner",
        "specialist",
    ]
    pages, cursor = [], None
    for _ in range(len(whole["items"])):
        page = person.get("/acts?limit=2" + (f"&cursor={cursor}" if cursor else "")).json
        pages, cursor = [*pages, *page["items"]], page["next"]
        if cursor is None:
            break
    assert pages == whole["items"] and cursor is None
    first = person.get("/acts?limit=2").json["next"]
    assert person.get(f"/acts?limit=2&search=a&cursor={first}").json["code"] == "request.cursor-malformed"
    assert person.get("/acts?on=1950-01-01").json["items"] == []
    assert person.get("/acts?claim_type=none-such").json["items"] == []


def test_u7_a_claim_type_says_who_may_file_it(context: ServiceContext) -> None:
    person = Office(claims, context).person("pamiraaaaaaaaaaaaaaaaaaaa")
    (care,) = person.get("/claim-types").json["items"]
    assert care["filed_by"] == [{"code": "insured-person", "text": "L'assuré lui-même"}]
    assert [paper["kind"] for paper in care["papers"] if paper["is_required"]] == ["care-sheet", "prescription"]
    assert care["filing"]["days_max"] == 90 and care["appeal"]["days"] == 15


def test_u7_forms_and_their_periods(context: ServiceContext) -> None:
    office = Office(payments, context)
    (das,) = office.employer("1600000001").get("/declaration-forms").json["items"]
    assert (das["form"], das["period_kind"], das["due_months"], das["layouts"]) == (
        "das",
        "year",
        1,
        ["das-b", "das-a"],
    )
    today = context.clock().year
    first, second, *_ = office.employer("1600000001").get("/declaration-forms/das/periods").json["items"]
    assert (first["period"], first["is_over"]) == (str(today), False)
    assert (second["period"], second["due_on"]) == (str(today - 1), f"{today}-01-31")
    tunisian = office.employer("00012345", fund=TN)
    (form,) = tunisian.get("/declaration-forms").json["items"]
    page = tunisian.get(f"/declaration-forms/{form['form']}/periods?limit=3").json
    assert len(page["items"]) == 3 and all("-Q" in each["period"] for each in page["items"]) and page["next"]
    refused = office.employer("1600000001").get("/declaration-forms/none/periods")
    assert (refused.status_code, refused.json["code"]) == (422, "declaration.form-unknown")


def test_u7_papers_and_the_fund(context: ServiceContext) -> None:
    papers = Office(documents, context).person("pamiraaaaaaaaaaaaaaaaaaaa").get("/paper-types").json["items"]
    assert [(each["kind"], each["takes_period"], each["validity_days"]) for each in papers] == [
        ("salary-certificate", True, 90),
        ("affiliation-certificate", False, 90),
    ]
    answer = Office(identity, context).nobody().get(f"/v1/{DZ}/fund", headers={"Accept-Language": "ar"})
    fund = answer.json
    assert fund["name"] == "الصندوق الوطني للتأمينات الاجتماعية للعمال الأجراء"
    assert (fund["currency"], fund["decimals"], fund["weekend"]) == ("DZD", 2, ["friday", "saturday"])
    assert {each["kind"] for each in fund["identifiers"]} == {"employer-number", "insurance-number", "national-id"}
    assert answer.headers["Cache-Control"].startswith("public")


def test_u7_the_holidays_of_a_fund_say_where_they_are_estimates(context: ServiceContext) -> None:
    caller = Office(identity, context).nobody()
    year = context.clock().year
    whole = caller.get(f"/v1/{TN}/fund/holidays?limit=100", headers={"Accept-Language": "fr"}).json["items"]
    by_day = {(each["on"], each["is_estimated"]): each for each in whole}
    certain = by_day[f"{year}-05-01", False]
    assert certain["name"] == certain["text"] == "Fête du travail"
    estimated = next(each for each in whole if each["is_estimated"])
    assert estimated["text"] == f"{estimated['name']} (date estimée, à confirmer)"
    assert [each["on"] for each in whole] == sorted(each["on"] for each in whole)
    assert {each["on"][:4] for each in whole} == {str(year), str(year + 1)}
    first = caller.get(f"/v1/{TN}/fund/holidays?limit=3", headers={"Accept-Language": "fr"}).json
    assert first["items"] == whole[:3] and first["next"]
