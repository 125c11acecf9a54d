"""No page of the back office is shown to somebody who has not signed in, or to somebody who is not of the fund."""

from collections.abc import Iterator

import pytest
from flask import Flask, g
from werkzeug.exceptions import Forbidden

from frontends.backoffice.backoffice import BACKOFFICE
from frontends.kit.sessions import Session
from frontends.kit.signin import SignedOut
from tests.kit.frontends import unreached

OPEN = {"home.index", "home.static"}


@pytest.fixture(scope="module")
def app() -> Flask:
    return unreached(BACKOFFICE)


def pages(app: Flask) -> Iterator[tuple[str, dict[str, str]]]:
    """Every page of a blueprint, with something for each part of its address."""
    for rule in app.url_map.iter_rules():
        if "." in rule.endpoint and rule.endpoint not in OPEN:
            yield rule.endpoint, dict.fromkeys(rule.arguments, "x")


def test_every_page_asks_for_a_sign_in(app: Flask) -> None:
    found = list(pages(app))
    assert len(found) > 40
    for endpoint, arguments in found:
        with app.test_request_context():
            g.session = Session("x" * 43)
            with pytest.raises(SignedOut):
                app.view_functions[endpoint](**arguments)


@pytest.mark.parametrize("actor", ["person", "employer"])
def test_no_page_is_for_people_who_are_not_of_the_fund(app: Flask, actor: str) -> None:
    for endpoint, arguments in pages(app):
        with app.test_request_context():
            g.session = Session("x" * 43, {"user": {"sub": "s", "actor": actor, "scope": "claims:decide"}})
            with pytest.raises(Forbidden):
                app.view_functions[endpoint](**arguments)
