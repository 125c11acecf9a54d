"""Each service's OpenAPI document is valid, and each service answers as its document says, whatever it is asked."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis.specs.openapi.checks import positive_data_acceptance

from shared.storage.service_context import ServiceContext
from tests.contracts import services
from tests.kit.callers import Office

EXAMPLES_A_ROUTE = 8


@pytest.mark.parametrize("name", services.names())
def test_the_document_is_valid(name: str, context: ServiceContext) -> None:
    office = Office(services.load(name), context)
    document = office.app.test_client().get("/openapi.json").json
    OpenAPIV31SpecValidator(document).validate()
    assert document["paths"]
    for operations in document["paths"].values():
        for operation in operations.values():
            assert operation["summary"].endswith("."), operation["operationId"]


@pytest.mark.parametrize("name", services.names())
def test_the_service_answers_as_documented(name: str, context: ServiceContext) -> None:
    office = Office(services.load(name), context)
    everyone = office.staff()
    schema = schemathesis.openapi.from_wsgi("/openapi.json", office.app)
    for operation in schema.get_all_operations():
        _exercise(operation.ok(), {"Authorization": f"Bearer {everyone.token}"})


def _exercise(operation: Any, headers: dict[str, str]) -> None:
    @settings(
        max_examples=EXAMPLES_A_ROUTE,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), is_real_fund=st.booleans())
    def ask(case: Any, is_real_fund: bool) -> None:
        if is_real_fund:
            case.path_parameters["fund"] = "dz-cnas"
        # A well-formed request may still be refused by a rule of the fund: a shape cannot say which acts it covers.
        case.call_and_validate(headers=headers, excluded_checks=[positive_data_acceptance])

    ask()
