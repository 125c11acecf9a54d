"""Other methods and other spellings of a path: none of them opens what the plain one keeps shut."""

import pytest

from tests.contracts import services
from tests.kit.contexts import DZ, TN
from tests.security.conftest import Holdings
from tests.security.matrix import ALL, GUARDED, Operation
from tests.security.tokens import good

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "get", "POST ")


@pytest.mark.parametrize("operation", ALL, ids=str)
def test_a_path_has_the_methods_that_it_is_documented_with(operation: Operation, holding: Holdings) -> None:
    here = holding(operation.service)
    documented = {method.upper() for method in services.openapi(operation.service)["paths"][operation.path]}
    token = good(operation.service, str(operation.scope), actor="staff")
    for method in METHODS:
        if method.strip().upper() not in documented:
            refused = here.ask(operation, token, method=method)
            assert (refused.status_code, refused.json["code"]) == (405, "request.method-not-allowed"), method


@pytest.mark.parametrize("operation", GUARDED, ids=str)
def test_head_and_options_tell_no_more_than_the_method_itself(operation: Operation, holding: Holdings) -> None:
    here = holding(operation.service)
    head = here.ask(operation, None, method="HEAD")
    assert head.status_code == (401 if operation.method == "GET" else 405 if _is_only(operation) else 401)
    options = here.ask(operation, None, method="OPTIONS")
    assert (options.status_code, options.data) == (200, b"")
    assert "Access-Control-Allow-Origin" not in options.headers, "no other origin reads answers with a person's token"


def _is_only(operation: Operation) -> bool:
    return "get" not in services.openapi(operation.service)["paths"][operation.path]


@pytest.mark.parametrize("operation", GUARDED, ids=str)
def test_a_method_that_a_header_or_field_wishes_is_not_taken(operation: Operation, holding: Holdings) -> None:
    here = holding(operation.service)
    token = good(operation.service, str(operation.scope), actor="staff")
    wished = "POST" if operation.method == "GET" else "GET"
    headers = dict.fromkeys(("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"), wished)
    url = operation.url(DZ, {}) + f"?_method={wished}"
    client = here.office.app.test_client()
    plain = client.open(operation.url(DZ, {}), method=operation.method, headers={"Authorization": f"Bearer {token}"})
    wishing = client.open(url, method=operation.method, headers={"Authorization": f"Bearer {token}", **headers})
    # A parameter that a route does not know is refused by those that read their query (422).
    assert wishing.status_code in {plain.status_code, 422}


def spellings(path: str) -> dict[str, str]:
    rest = path.removeprefix(f"/v1/{DZ}")
    return {
        "trailing slash": f"{path}/",
        "trailing dot": f"{path}/.",
        "double slash inside": f"/v1//{DZ}{rest}",
        "double slash before": f"/{path}",
        "capitals": path.upper(),
        "fund in capitals": f"/v1/{DZ.upper()}{rest}",
        "fund with a space": f"/v1/{DZ}%20{rest}",
        "fund encoded": f"/v1/%64z-cnas{rest}",
        "fund with a null": f"/v1/{DZ}%00{rest}",
        "fund by another": f"/v1/{TN}/..%2f{DZ}{rest}",
        "fund by dots": f"/v1/{TN}/../{DZ}{rest}",
        "parameters": f"/v1/{DZ};fund={TN}{rest}",
        "backslash": f"/v1\\{DZ}{rest}",
        "encoded slash": f"/v1%2f{DZ}{rest}",
        "twice encoded": f"/v1/%2564z-cnas{rest}",
        "ending": f"{path}.json",
        "health before it": f"/health/live/..{path}",
        "fragment": f"{path}%23/health/live",
        "query": f"{path}%3f/health/live",
        "new line": f"{path}%0d%0aX-User:%20operator",
        "other version": path.replace("/v1/", "/v2/"),
    }


@pytest.mark.parametrize("operation", GUARDED, ids=str)
def test_no_spelling_of_a_path_opens_it(operation: Operation, holding: Holdings) -> None:
    """Asked by nobody, and by another fund's staff who may do everything there."""
    here = holding(operation.service)
    stranger = good(operation.service, str(operation.scope), actor="staff", fund=TN)
    for name, url in spellings(operation.url(DZ, here.parts)).items():
        for bearer in (None, stranger):
            answer = here.ask(operation, bearer, url=url)
            assert answer.status_code in {401, 403, 404, 405}, (name, answer.text)
            assert not [mark for mark in here.marks if mark in answer.text and mark not in url], name
            assert "Location" not in answer.headers and "X-User" not in answer.headers, name


def test_h4_no_path_is_sent_on(holding: Holdings) -> None:
    for service in {each.service for each in ALL}:
        client = holding(service).office.app.test_client()
        assert not [rule.rule for rule in client.application.url_map.iter_rules() if rule.rule[1:].endswith("/")]
        for path in ("//stranger.test/v1/x", "/\\stranger.test", "///stranger.test//v1", f"//stranger.test/v1/{DZ}/.."):
            answer = client.get(path, headers={"X-Forwarded-Host": "stranger.test"})
            assert answer.status_code == 404 and "Location" not in answer.headers
