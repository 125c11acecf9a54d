"""Amounts on the wire: text in major units, with the decimals of the fund's currency, whichever that is."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from flask import Flask, g
from marshmallow import Schema, ValidationError

from shared.http.shapes import Amount
from shared.kernel.money import Currency


class PriceView(Schema):
    price = Amount(required=True)


@contextmanager
def fund_in(currency: str) -> Iterator[None]:
    with Flask("amounts").test_request_context():
        g.fund = SimpleNamespace(currency=Currency(currency))  # an amount asks no more of a fund
        yield


@pytest.mark.parametrize(
    ("currency", "minor", "text"),
    [
        ("DZD", 315_025, "3150.25"),
        ("TND", 3_150_025, "3150.025"),
        ("LYD", 5, "0.005"),
        ("XOF", 3_150, "3150"),
        ("MRU", 315_000, "3150.00"),
    ],
)
def test_an_amount_has_the_decimals_of_the_fund_s_currency(currency: str, minor: int, text: str) -> None:
    with fund_in(currency):
        assert PriceView().dump({"price": minor}) == {"price": text}
        assert PriceView().load({"price": text}) == {"price": minor}


@pytest.mark.parametrize(
    ("currency", "text"), [("XOF", "3150.5"), ("DZD", "3150.255"), ("TND", "0.0001"), ("LYD", "0")]
)
def test_an_amount_finer_than_the_currency_or_of_nothing_is_refused(currency: str, text: str) -> None:
    with fund_in(currency), pytest.raises(ValidationError):
        PriceView().load({"price": text})
